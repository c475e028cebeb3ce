// Submit gives jobs to a farm, shows how far they are, and writes what has become of them. The
// workers are those of examples/worker.
//
//	go run ./examples/submit -clips 1000
//	go run ./examples/submit -clips 0 -film 60
//
// Ctrl-C cancels the run. If this program is killed, the run goes on; the same command with the
// -id that it wrote watches it again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program, and leaves the run alone
	err := submit(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "submit:", err)
		os.Exit(1)
	}
}

func submit(ctx context.Context, args []string) error {
	var server farm.DialConfig
	var cfg farm.RunConfig
	flags := flag.NewFlagSet("submit", flag.ContinueOnError)
	server.Flags(flags) // -address, -namespace, -tls-cert and others
	flags.StringVar(&cfg.ID, "id", "", "the `name` of the run; that of an earlier run goes on with it (default a new one)")
	flags.BoolVar(&cfg.Resume, "resume", false, "skip files that are there")
	clips := flags.Int("clips", 100, "how `many` clips")
	seconds := flags.Int("film", 0, "how many `seconds` the film has; 0: no film")
	if err := flags.Parse(args); err != nil {
		return err
	}
	client, err := farm.Dial(ctx, server)
	if err != nil {
		return err
	}
	defer client.Close()
	run, err := farm.Start(ctx, client, jobs(*clips, *seconds), cfg)
	if err != nil {
		return err
	}
	fmt.Printf("run %s\n", run.ID())
	return watch(ctx, run)
}

// jobs returns the jobs one after another: the renderer of each, its parameters, and its file.
func jobs(clips, seconds int) iter.Seq[farm.Job] {
	return func(yield func(farm.Job) bool) {
		if seconds > 0 { // first, because it takes longest
			film := farm.Job{Renderer: "julia", Params: fmt.Appendf(nil, `{"Seconds": %d}`, seconds), Path: "julia.webm"}
			if !yield(film) {
				return
			}
		}
		for k := range clips {
			clip := farm.Job{
				Renderer: "ripples", Params: fmt.Appendf(nil, `{"Seed": %d}`, k), Path: fmt.Sprintf("ripples/%05d.mp4", k),
			}
			if !yield(clip) {
				return
			}
		}
	}
}

// watch shows how far the run is until it has ended. It cancels the run when ctx ends.
func watch(ctx context.Context, run *farm.Run) error {
	background := context.WithoutCancel(ctx)
	var showing sync.WaitGroup
	shown, stop := context.WithCancel(background)
	showing.Go(func() { show(shown, run) })
	report, err := run.Wait(ctx)
	if ctx.Err() != nil { // the run goes on
		if err = run.Cancel(background); err == nil {
			report, err = run.Wait(background)
		}
	}
	stop()
	showing.Wait()
	tell(report)
	return err // it lists the jobs that failed
}

// show writes each second how far the run is, or why nobody knows: no worker is there yet.
func show(ctx context.Context, run *farm.Run) {
	for tick := time.Tick(time.Second); ctx.Err() == nil; {
		p, err := run.Progress(ctx)
		line := fmt.Sprintf("%d of %d jobs done, %d failed, %d running, %d frames",
			p.Done+p.Skipped, p.Jobs, p.Failed, p.Running, p.Frames)
		if err != nil {
			line = err.Error()
		}
		if p.Left > 0 {
			line += fmt.Sprintf(", %s left", p.Left.Round(time.Second))
		}
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s ", line)
		select {
		case <-tick:
		case <-ctx.Done():
		}
	}
	fmt.Fprintln(os.Stderr)
}

// tell writes a summary of the run.
func tell(report api.Report) {
	var files, frames, bytes int64
	for _, r := range report.Results {
		if r.Err == nil {
			files, frames, bytes = files+1, frames+r.Frames, bytes+r.Bytes
		}
	}
	fmt.Printf("%d of %d files, %d frames, %.1f MB\n", files, len(report.Results), frames, float64(bytes)/1e6)
}
