// Package material provides what the benchmarks work on: real pictures, scaled from a clip that go-astiav comes with, and the programs in C.
package material

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Pictures are consecutive pictures of one size, in two files: packed RGB, and yuv420p of the same.
type Pictures struct {
	Width, Height, Count int
	RGB, YUV             string
}

// Cache returns the folder for what is made once.
func Cache() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	dir := filepath.Join(base, "avloom", "benchmarks")
	return dir, os.MkdirAll(dir, 0o755)
}

// FFmpeg is a command of the FFmpeg that avloom is built against; the environment says where it is.
func FFmpeg(name string) (string, error) {
	dir := os.Getenv("AVLOOM_FFMPEG_BIN")
	if dir == "" {
		return "", fmt.Errorf("AVLOOM_FFMPEG_BIN is not set; run: eval \"$(bash scripts/ffmpeg.sh env)\"")
	}
	return filepath.Join(dir, name), nil
}

// Scaled returns count pictures of this size, from the cache or made now.
func Scaled(width, height, count int) (p Pictures, err error) {
	dir, err := Cache()
	if err != nil {
		return p, err
	}
	name := filepath.Join(dir, fmt.Sprintf("%dx%d-%d", width, height, count))
	p = Pictures{Width: width, Height: height, Count: count, RGB: name + ".rgb24", YUV: name + ".yuv420p"}
	clip, err := clip()
	if err != nil {
		return p, err
	}
	size, frames := fmt.Sprintf("%dx%d", width, height), fmt.Sprint(count)
	err = made(p.RGB, 3*width*height*count, "-i", clip, "-frames:v", frames, "-vf", fmt.Sprintf("scale=%d:%d:flags=lanczos", width, height), "-pix_fmt", "rgb24")
	if err != nil {
		return p, err
	}
	chroma := ((width + 1) / 2) * ((height + 1) / 2)
	matrix := "bt709"
	if height < 720 {
		matrix = "bt601"
	}
	return p, made(p.YUV, (width*height+2*chroma)*count, "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-i", p.RGB,
		"-vf", "scale=out_color_matrix="+matrix+":out_range=tv:flags=area+accurate_rnd", "-pix_fmt", "yuv420p")
}

// made lets FFmpeg's command make a file of raw pictures, unless it is there.
func made(name string, size int, args ...string) error {
	if info, err := os.Stat(name); err == nil && info.Size() == int64(size) {
		return nil
	}
	ffmpeg, err := FFmpeg("ffmpeg")
	if err != nil {
		return err
	}
	args = append(append([]string{"-v", "error", "-y"}, args...), "-f", "rawvideo", name+".part")
	if out, err := exec.Command(ffmpeg, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("make %s: %w: %s", filepath.Base(name), err, out)
	}
	info, err := os.Stat(name + ".part")
	if err != nil {
		return err
	}
	if info.Size() != int64(size) {
		return fmt.Errorf("make %s: it has %d bytes, not %d", filepath.Base(name), info.Size(), size)
	}
	return os.Rename(name+".part", name)
}

// clip is a short film of 320x180 pixels.
func clip() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/asticode/go-astiav").Output()
	if err != nil {
		return "", fmt.Errorf("find go-astiav's test clip: %w", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "testdata", "video.mp4"), nil
}

// CountFrames counts the packets of the video in a file.
func CountFrames(file string) (int, error) {
	ffprobe, err := FFmpeg("ffprobe")
	if err != nil {
		return 0, err
	}
	out, err := exec.Command(ffprobe, "-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", file).Output()
	if err != nil {
		return 0, fmt.Errorf("ffprobe: %w", err)
	}
	return strconv.Atoi(strings.Trim(string(out), ", \n"))
}
