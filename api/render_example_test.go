package api_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/avloom/avloom/api"
)

// Three clips of a grey that each holds another level. A second call finds them there.
func ExampleRenderAll() {
	dir, err := os.MkdirTemp("", "avloom")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()

	clip := func(level byte) func(context.Context, *api.Encoder, string) error {
		return func(ctx context.Context, enc *api.Encoder, path string) error {
			video, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 30})
			if err != nil {
				return err
			}
			if err := enc.OpenFile(ctx, path); err != nil {
				return err
			}
			frames := bytes.Repeat([]byte{level}, 10*64*64*3)
			return video.AddFrames(ctx, api.Frames{Data: frames, Layout: api.NHWC})
		}
	}
	var jobs iter.Seq[api.Job] = func(yield func(api.Job) bool) {
		for _, level := range []byte{0, 100, 200} {
			path := filepath.Join(dir, fmt.Sprintf("%d.mp4", level))
			if !yield(api.Job{Path: path, Run: clip(level)}) {
				return
			}
		}
	}
	var frames int64
	report, err := api.RenderAll(context.Background(), jobs, api.RenderConfig{
		Progress: func(p api.Progress) { frames += p.Last.Frames },
	})
	fmt.Println(len(report.Results), "clips,", frames, "frames,", err)

	report, err = api.RenderAll(context.Background(), jobs, api.RenderConfig{Resume: true})
	fmt.Println(report.Results[0].Skipped, err)
	// Output:
	// 3 clips, 30 frames, <nil>
	// true <nil>
}

// One of the parts of an array job of Slurm, which runs this program on many machines. What the
// parameters of a clip say is its fingerprint, so a clip whose parameters were changed is made
// anew.
func ExampleShard() {
	dir, err := os.MkdirTemp("", "avloom")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	number := func(variable, other string) int { // SLURM_ARRAY_TASK_ID and its like
		n, err := strconv.Atoi(cmp.Or(os.Getenv(variable), other))
		if err != nil {
			log.Fatal(err)
		}
		return n
	}
	clip := func(ctx context.Context, enc *api.Encoder, path string) error {
		video, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 30})
		if err != nil {
			return err
		}
		if err := enc.OpenFile(ctx, path); err != nil {
			return err
		}
		return video.AddFrames(ctx, api.Frames{Data: make([]byte, 10*64*64*3), Layout: api.NHWC})
	}
	var jobs []api.Job
	for seed := range 20 {
		id := fmt.Sprintf("grey-%02d", seed)
		jobs = append(jobs, api.Job{ID: id, Path: filepath.Join(dir, id+".mp4"), Fingerprint: "grey, 10 frames", Run: clip})
	}
	report, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{
		Resume:   true,
		Total:    len(jobs),
		Shard:    api.Shard{Index: number("SLURM_ARRAY_TASK_ID", "0"), Count: number("SLURM_ARRAY_TASK_COUNT", "4")},
		Manifest: filepath.Join(dir, "made.jsonl"),
	})
	fmt.Println(len(report.Results), "of", len(jobs), "clips,", err)
	// Output: 6 of 20 clips, <nil>
}

// Two encoders share four threads: each gets two.
func ExampleThreadBudget() {
	budget := api.WithThreadBudget(api.NewThreadBudget(4))
	encoders := []*api.Encoder{api.NewEncoder(budget), api.NewEncoder(budget)}
	for _, enc := range encoders {
		if _, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 30, Codec: "libx264"}); err != nil {
			log.Fatal(err)
		}
		if err := enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mkv"); err != nil {
			log.Fatal(err)
		}
	}
	for _, enc := range encoders {
		fmt.Println(enc.Close())
	}
	// Output:
	// <nil>
	// <nil>
}
