package cookbook_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleAnimatedWebP() {
	dir, err := os.MkdirTemp("", "cookbook")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "cut.webp")
	if err := cookbook.AnimatedWebP(context.Background(), path, width, height, reusing(4, cutOut)); err != nil {
		fmt.Println(err)
	}
	report, err := exec.Command("webpmux", "-info", path).Output() // ffprobe 5.1 does not read it
	if err != nil {
		fmt.Println(err)
	}
	for line := range strings.Lines(string(report)) {
		for _, prefix := range []string{"Canvas size", "Features", "Number of frames"} {
			if strings.HasPrefix(line, prefix) {
				fmt.Print(line)
			}
		}
	}
	// Output:
	// Canvas size: 320 x 180
	// Features present: animation transparency
	// Number of frames: 4
}

// TestAnimatedWebP asks webpinfo, and Chromium for pictures and times.
func TestAnimatedWebP(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "cut.webp", func(path string) error {
		return cookbook.AnimatedWebP(t.Context(), path, width, height, reusing(4, cutOut))
	})
	require.Contains(t, string(mediatest.Run(t, "webpinfo", path)), "No error detected.")
	requireAnimationInChromium(t, path, "image/webp", 45)
}
