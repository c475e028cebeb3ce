// Transcode decodes a clip with go-astiav and encodes its pictures and its sound again:
//
//	eval "$(bash scripts/ffmpeg.sh env)"
//	go run ./examples/transcode -i clip.mkv -o clip.mp4
//
// Without -i it reads a clip from go-astiav's module. The encoder gets the pictures in the
// decoder's pixel format, and the file shows them at the same times; it gets the sound as floats.
// This file opens the encoder. The other files decode (source.go), and add pictures (pictures.go)
// and sound (sound.go).
//
// Ctrl-C ends the reading, and the file is finished. A second Ctrl-C ends the program at once.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/api"
)

func main() {
	astiav.SetLogLevel(astiav.LogLevelError)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program, as it does by default
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "transcode:", err)
		os.Exit(1)
	}
}

// run transcodes the file that the arguments name, and writes a summary to stdout.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("transcode", flag.ContinueOnError)
	flags.SetOutput(stderr)
	in := flags.String("i", "", "the `file` to read (default: a clip in go-astiav's module)")
	out := flags.String("o", "transcoded.mp4", "the `file` to write; its extension chooses the container and the codecs")
	crf := flags.Float64("crf", 18,
		"the constant rate `factor`: a lower one makes the picture better and the file larger")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *in == "" {
		clip, err := defaultClip(ctx)
		if err != nil {
			return fmt.Errorf("find a clip, because -i names none: %w", err)
		}
		*in = clip
	}
	return transcode(ctx, *in, *out, *crf, stdout)
}

// defaultClip returns the path of a clip in go-astiav's module, which the go command keeps in its
// cache.
func defaultClip(ctx context.Context) (string, error) {
	dir, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/asticode/go-astiav").Output()
	if err != nil {
		return "", err
	}
	return filepath.Join(strings.TrimSpace(string(dir)), "testdata", "video.mp4"), nil
}

// transcode reads in, writes out, and writes a summary to stdout.
func transcode(ctx context.Context, in, out string, crf float64, stdout io.Writer) error {
	src, err := openSource(in)
	if err != nil {
		return fmt.Errorf("open %s: %w", in, err)
	}
	defer src.close()
	enc := api.NewEncoder()
	if err := encode(ctx, enc, src, out, crf); err != nil {
		return fmt.Errorf("transcode %s to %s: %w", in, out, err)
	}
	stats := enc.Stats()
	_, err = fmt.Fprintf(stdout, "%s: %.2f MB in %v, limited by %s\n",
		out, float64(stats.BytesWritten)/1e6, stats.Elapsed.Round(time.Millisecond), stats.Bottleneck())
	return err
}

// encode writes the whole file. When ctx ends, it finishes the file with the part that has been
// read. The deferred Abort has an effect only where a step fails: it leaves the file without an
// end, so that the file cannot be mistaken for a complete one.
func encode(ctx context.Context, enc *api.Encoder, src *source, path string, crf float64) error {
	defer enc.Abort(nil)
	if src.video != nil {
		if err := addPictures(ctx, enc, src.video, src.start, crf); err != nil {
			return err
		}
	}
	if src.audio != nil {
		sound, err := addSound(ctx, enc, src.audio, src.start)
		if err != nil {
			return err
		}
		defer sound.free()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx) // nothing has been read that a file could hold
	}
	// The encoder gives the file up when the context given to Open ends. The end of ctx must not do
	// that.
	if err := enc.OpenFile(context.WithoutCancel(ctx), path); err != nil {
		return err
	}
	err := src.decode(ctx)
	if err != nil && !errors.Is(err, context.Cause(ctx)) {
		return err
	}
	return enc.Close()
}
