package testjobs

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
)

// ErrNeverRight is the reason of "permanent".
var ErrNeverRight = errors.New("this job can never be done")

// clips returns the renderers of clips. Each one but "clip" and "flaky" fails.
func clips() map[string]drawer {
	return map[string]drawer{
		"clip":      plain,
		"flaky":     flaky,
		"fails":     fails,
		"panic":     panics,
		"permanent": permanent,
		"wrong":     wrong,
		"hang":      hang,
		"stuck":     stuck,
		"crash":     crash,
		"full":      full,
	}
}

// flaky draws, and fails in its first attempts in each process.
func flaky(ctx context.Context, enc *api.Encoder, path string, c Clip) error {
	if err := plain(ctx, enc, path, c); err != nil {
		return err
	}
	if attempt := attempts.next(c.ID); attempt <= c.Times {
		return fmt.Errorf("attempt %d of %s fails", attempt, c.ID)
	}
	return nil
}

func fails(context.Context, *api.Encoder, string, Clip) error {
	return errors.New("no data for this job")
}

// panics does so after its first frame.
func panics(ctx context.Context, enc *api.Encoder, path string, c Clip) error {
	v, err := open(ctx, enc, path, c)
	if err != nil {
		return err
	}
	if err := feed(ctx, v, c.Seed, c.Size, 0, 1, 0); err != nil {
		return err
	}
	panic("poison in " + c.ID)
}

func permanent(context.Context, *api.Encoder, string, Clip) error {
	return farm.Permanent(ErrNeverRight)
}

// wrong asks for a frame rate that does not exist.
func wrong(ctx context.Context, enc *api.Encoder, path string, c Clip) error {
	cfg := video(c.Size, c.Codec)
	cfg.FrameRate = -25
	_, err := enc.AddVideo(cfg)
	return err
}

// hang draws one frame and waits until its context ends.
func hang(ctx context.Context, enc *api.Encoder, path string, c Clip) error {
	if err := beginAndStop(ctx, enc, path, c); err != nil {
		return err
	}
	<-ctx.Done()
	return context.Cause(ctx)
}

// stuck draws one frame and never returns.
func stuck(ctx context.Context, enc *api.Encoder, path string, c Clip) error {
	if err := beginAndStop(ctx, enc, path, c); err != nil {
		return err
	}
	select {}
}

func beginAndStop(ctx context.Context, enc *api.Encoder, path string, c Clip) error {
	v, err := open(ctx, enc, path, c)
	if err != nil {
		return err
	}
	return feed(ctx, v, c.Seed, c.Size, 0, 1, 0)
}

// crash ends the worker's process as a fault in C would.
func crash(context.Context, *api.Encoder, string, Clip) error {
	if err := unix.Kill(os.Getpid(), unix.SIGSEGV); err != nil {
		return err
	}
	select {} // the signal takes a moment
}

// full draws pictures until the worker's disk is full: raw ones, in case the disk is large.
func full(ctx context.Context, enc *api.Encoder, path string, c Clip) error {
	c.Size, c.Codec = 512, "rawvideo"
	v, err := open(ctx, enc, path, c)
	if err != nil {
		return err
	}
	return feed(ctx, v, c.Seed, c.Size, 0, 1000, 0)
}
