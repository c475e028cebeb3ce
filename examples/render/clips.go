package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/avloom/avloom/api"
)

// clipsSettings are those of many clips.
type clipsSettings struct {
	folder   string
	count    int // of all clips, those of other shards included
	workers  int
	shard    api.Shard
	manifest string
	anew     bool
	dry      bool // make nothing
}

func (s *clipsSettings) flags(flags *flag.FlagSet) {
	flags.IntVar(&s.count, "n", 200, "how many `clips` to make")
	flags.StringVar(&s.manifest, "manifest", "", "list the finished clips in this `file`, and trust no other clip")
	flags.BoolVar(&s.anew, "anew", false, "make also the clips that are there")
	flags.BoolVar(&s.dry, "check", false, "make nothing, and fail if a clip is missing")
}

func (s *clipsSettings) check() error {
	switch {
	case s.count < 1:
		return fmt.Errorf("-n %d: at least one clip is needed", s.count)
	case s.dry && s.anew:
		return errors.New("-check makes nothing, and -anew makes everything: leave one of them out")
	default:
		return nil
	}
}

func (s *clipsSettings) run(ctx context.Context, stdout, stderr io.Writer) error {
	if err := os.MkdirAll(s.folder, 0o777); err != nil {
		return err
	}
	if s.dry {
		return s.renderNothing(ctx, stdout)
	}
	return s.render(ctx, stdout, stderr)
}

// render makes the clips that are missing.
func (s *clipsSettings) render(ctx context.Context, stdout, stderr io.Writer) error {
	start, p := time.Now(), newProgress(stderr, "clips")
	report, err := api.RenderAll(ctx, s.jobs(), api.RenderConfig{
		Workers: s.workers, Total: s.count, Progress: p.clip,
		Shard: s.shard, Manifest: s.manifest, Resume: !s.anew,
	})
	p.done()
	if err != nil && len(report.Results) == 0 {
		return err
	}
	return errors.Join(s.tell(stdout, report, time.Since(start)), err)
}

// renderNothing lists the clips that are missing, in its error: the job of each of them fails.
func (s *clipsSettings) renderNothing(ctx context.Context, stdout io.Writer) error {
	report, err := api.RenderAll(ctx, s.jobs(), api.RenderConfig{
		Shard: s.shard, Manifest: s.manifest, Resume: true,
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s: all %d clips are there\n", s.folder, len(report.Results))
	return err
}

// jobs returns the jobs one after another. A job simulates its clip when it runs.
func (s *clipsSettings) jobs() iter.Seq[api.Job] {
	return func(yield func(api.Job) bool) {
		for k := range s.count {
			if !yield(s.job(k)) {
				return
			}
		}
	}
}

// clipID has no folder in it, which may have another name on another machine.
func clipID(k int) string { return fmt.Sprintf("pendulums-%03d", k) }

func (s *clipsSettings) job(k int) api.Job {
	job := api.Job{
		ID: clipID(k), Path: filepath.Join(s.folder, clipID(k)+".mp4"),
		Run: func(ctx context.Context, enc *api.Encoder, path string) error {
			return newClip(k, s.count).render(ctx, enc, path)
		},
	}
	if s.manifest != "" { // which says with which fingerprint a clip was made
		job.Fingerprint = fmt.Sprintf("pendulums, version 1, %d of %d", k, s.count)
	}
	if s.dry {
		job.Run = isMissing
	}
	return job
}

// isMissing is the Run of a job that makes nothing. It runs if the clip is not there.
func isMissing(context.Context, *api.Encoder, string) error {
	return errors.New("the clip is missing, or was made with other parameters")
}

// tell writes a summary of the clips that were to be made.
func (s *clipsSettings) tell(to io.Writer, report api.Report, took time.Duration) error {
	var made, skipped int
	var pictures, bytes int64
	for _, r := range report.Results {
		switch {
		case r.Skipped:
			skipped++
		case r.Err == nil:
			made++
			pictures, bytes = pictures+r.Frames, bytes+r.Bytes
		}
	}
	all := 0
	for k := range s.count {
		if s.shard.Has(clipID(k)) {
			all++
		}
	}
	const form = "%s: %d of %d clips made, %d were there\n" +
		"%d frames of %d×%d pixels, %.2f MB, %.1f clips per second\n"
	_, err := fmt.Fprintf(to, form, s.folder, made, all, skipped,
		pictures, size, size, float64(bytes)/1e6, float64(made)/took.Seconds())
	return err
}
