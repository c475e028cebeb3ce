// Package material provides what the benchmarks work on: real pictures, scaled from a clip in
// go-astiav's module, and the programs in C. It keeps them in the user's cache. It runs no
// benchmark.
//
// To add a program in C: put its source into native, and a function that builds it beside Ceiling.
package material

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Pictures are consecutive pictures of one size, in two files: as packed RGB, and as yuv420p.
type Pictures struct {
	Width, Height, Count int
	RGB, YUV             string // paths
}

// matrix returns the matrix of the pictures in YUV, as FFmpeg's scale filter calls it.
func (p Pictures) matrix() string {
	if p.Height < 720 {
		return bt601
	}
	return bt709
}

// The matrices, as FFmpeg's scale filter calls them.
const (
	bt601 = "bt601"
	bt709 = "bt709"
)

// toYUV returns the filter that converts RGB for yuv420p.
func toYUV(matrix string, fullRange bool) string {
	bounds := "tv"
	if fullRange {
		bounds = "pc"
	}
	return "scale=out_color_matrix=" + matrix + ":out_range=" + bounds + ":flags=area+accurate_rnd"
}

// Cache returns the folder for files that are made once, and makes it.
func Cache() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	dir := filepath.Join(base, "avloom", "benchmarks")
	return dir, os.MkdirAll(dir, 0o755)
}

// FFmpeg returns the path of a command of the FFmpeg that avloom is built against. The environment
// variable AVLOOM_FFMPEG_BIN names its folder.
func FFmpeg(name string) (string, error) {
	dir := os.Getenv("AVLOOM_FFMPEG_BIN")
	if dir == "" {
		return "", fmt.Errorf("AVLOOM_FFMPEG_BIN is not set; run: eval \"$(bash scripts/ffmpeg.sh env)\"")
	}
	return filepath.Join(dir, name), nil
}

// fade is how many frames of the clip are left out: it begins with black, which is faded into a
// picture. An encoder has nothing to do with black pictures.
const fade = 60

// Scaled returns count pictures of a size, at most 60. It makes them where the cache does not have
// them.
func Scaled(width, height, count int) (p Pictures, err error) {
	dir, err := Cache()
	if err != nil {
		return p, err
	}
	name := filepath.Join(dir, fmt.Sprintf("%dx%d-%d-after-%d", width, height, count, fade))
	p = Pictures{Width: width, Height: height, Count: count, RGB: name + ".rgb24", YUV: name + ".yuv420p"}
	clip, err := clip()
	if err != nil {
		return p, err
	}
	scale := fmt.Sprintf("trim=start_frame=%d,setpts=PTS-STARTPTS,scale=%d:%d:flags=lanczos", fade, width, height)
	return p, p.makeBoth("-i", clip, "-frames:v", fmt.Sprint(count), "-vf", scale)
}

// makeBoth makes both files. The arguments of FFmpeg's command read and scale the pictures.
func (p Pictures) makeBoth(args ...string) error {
	err := makeRaw(p.RGB, 3*p.Width*p.Height*p.Count, append(args, "-pix_fmt", "rgb24")...)
	if err != nil {
		return err
	}
	chroma := ((p.Width + 1) / 2) * ((p.Height + 1) / 2)
	return makeRaw(p.YUV, (p.Width*p.Height+2*chroma)*p.Count,
		"-f", "rawvideo", "-pix_fmt", "rgb24", "-s", fmt.Sprintf("%dx%d", p.Width, p.Height), "-i", p.RGB,
		"-vf", toYUV(p.matrix(), false), "-pix_fmt", "yuv420p")
}

// makeRaw makes a file of raw pictures with FFmpeg's command, unless the file exists and has that
// size.
func makeRaw(name string, size int, args ...string) error {
	info, err := os.Stat(name)
	if err == nil && info.Size() == int64(size) {
		return nil
	}
	ffmpeg, err := FFmpeg("ffmpeg")
	if err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+"-*.part") // others may make it, too
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(part.Name()) }() // it is gone where all went well
	if err := part.Close(); err != nil {
		return err
	}
	args = append(append([]string{"-v", "error", "-y"}, args...), "-f", "rawvideo", part.Name())
	out, err := exec.Command(ffmpeg, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("make %s: %w: %s", filepath.Base(name), err, out)
	}
	info, err = os.Stat(part.Name())
	if err != nil {
		return err
	}
	if info.Size() != int64(size) {
		return fmt.Errorf("make %s: it has %d bytes, not %d", filepath.Base(name), info.Size(), size)
	}
	return os.Rename(part.Name(), name)
}

// clip returns the path of a short film of 320x180 pixels.
func clip() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/asticode/go-astiav").Output()
	if err != nil {
		return "", fmt.Errorf("find go-astiav's test clip: %w", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "testdata", "video.mp4"), nil
}
