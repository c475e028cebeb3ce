package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/avloom/avloom/api"
)

// partFile returns the name of a part of the film: the sound, or a chunk. Parts of other settings
// lie in another folder, so that they are neither taken nor replaced.
func (s *filmSettings) partFile(plan *api.FilmPlan, index int) string {
	name := fmt.Sprintf("chunk-%05d", index)
	if index == api.SoundPart {
		name = "sound"
	}
	return filepath.Join(s.path+".parts", plan.Fingerprint()[:16], name)
}

// renderParts makes those parts of the film that belong to the shard, and are missing.
func (s *filmSettings) renderParts(ctx context.Context, stdout, stderr io.Writer) error {
	plan, err := api.PlanFilm(ctx, s.film(nil))
	if err != nil {
		return err
	}
	defer plan.Close()
	if err := os.MkdirAll(filepath.Dir(s.partFile(plan, 0)), 0o777); err != nil {
		return err
	}
	var mine, missing []int
	for index := api.SoundPart; index < plan.Chunks(); index++ {
		if (index-api.SoundPart)%s.shard.Count == s.shard.Index {
			mine = append(mine, index)
		}
	}
	for _, index := range mine {
		if plan.Check(index, s.partFile(plan, index)) != nil {
			missing = append(missing, index)
		}
	}
	if err := s.renderEach(ctx, plan, missing, newProgress(stderr, "parts")); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s: %d of %d parts made, %d were there\n",
		s.path, len(missing), len(mine), len(mine)-len(missing))
	return err
}

// renderEach makes parts, several at a time.
func (s *filmSettings) renderEach(ctx context.Context, plan *api.FilmPlan, parts []int, p *progress) error {
	defer p.done()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cmp.Or(s.workers, runtime.GOMAXPROCS(0)))
	var mutex sync.Mutex
	made := 0
	for _, index := range parts {
		group.Go(func() error {
			if err := s.renderPart(ctx, plan, index); err != nil {
				return err
			}
			mutex.Lock()
			defer mutex.Unlock()
			made++
			p.show(made, len(parts), 0, 0)
			return nil
		})
	}
	return group.Wait()
}

func (s *filmSettings) renderPart(ctx context.Context, plan *api.FilmPlan, index int) (err error) {
	if index == api.SoundPart {
		_, err = plan.RenderSound(ctx, s.partFile(plan, index), nil)
	} else {
		_, err = plan.RenderChunk(ctx, index, s.partFile(plan, index), nil)
	}
	return err
}

// joinParts makes the film of its parts, and removes them. A part that is missing is an error.
func (s *filmSettings) joinParts(ctx context.Context, stdout io.Writer) error {
	plan, err := api.PlanFilm(ctx, s.film(nil))
	if err != nil {
		return err
	}
	defer plan.Close()
	err = plan.Join(ctx, s.path, func(index int) string { return s.partFile(plan, index) })
	if err != nil {
		return err
	}
	folder := filepath.Dir(s.partFile(plan, 0))
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	_ = os.Remove(filepath.Dir(folder)) // parts of other settings may be in it
	_, err = fmt.Fprintf(stdout, "%s: joined of %d parts\n", s.path, plan.Chunks()+1)
	return err
}
