package mediatest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"
)

// GStreamer runs a pipeline of gst-launch-1.0 and returns what it wrote. A pipeline that stands
// still is started again: that of GStreamer 1.22 does so in one of some 200 starts if it decodes a
// stream that goes nowhere, also with files of other programs.
func GStreamer(t *testing.T, pipeline ...string) (said string, err error) {
	t.Helper()
	for range 3 {
		said, err = runGStreamer(pipeline)
		if !errors.Is(err, context.DeadlineExceeded) {
			break
		}
		t.Logf("GStreamer stands still: %q", pipeline)
	}
	return said, err
}

func runGStreamer(pipeline []string) (said string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "gst-launch-1.0", pipeline...)
	cmd.Env = append(os.Environ(), "HOME="+os.TempDir(), "XDG_CACHE_HOME="+os.TempDir())
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return string(out), ctx.Err()
	}
	return string(out), err
}
