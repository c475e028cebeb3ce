package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// prepare writes the clip as raw pictures.
func (b *bench) prepare() error {
	_, err := output(exec.Command("ffmpeg", "-v", "error", "-y", "-i", b.clip, "-an",
		"-vf", "scale="+b.size+":flags=lanczos", "-frames:v", strconv.Itoa(b.frames), "-pix_fmt", "yuv420p", b.source))
	return err
}

// version returns the version that SVT-AV1 writes to its log.
func (b *bench) version(path string) (string, error) {
	cmd := exec.Command(path, "-i", b.source, "-frames:v", "1", "-c:v", "libsvtav1", "-f", "null", "-")
	cmd.Env = append(os.Environ(), "SVT_LOG=3")
	out, err := output(cmd)
	if err != nil {
		return "", err
	}
	found := regexp.MustCompile(`SVT-AV1 Encoder Lib v(\S+)`).FindStringSubmatch(out)
	if found == nil {
		return "of unknown version", nil
	}
	return found[1], nil
}

// encode encodes the clip once.
func (b *bench) encode(path string, preset, factor int) (p point, err error) {
	file := filepath.Join(b.dir, "encoded.mkv")
	cmd := exec.Command(path, "-v", "error", "-y", "-i", b.source, "-c:v", "libsvtav1", "-preset", strconv.Itoa(preset),
		"-crf", strconv.Itoa(factor), "-svtav1-params", "lp=2", file)
	cmd.Env = append(os.Environ(), "SVT_LOG=-2")
	if _, err := output(cmd); err != nil {
		return p, err
	}
	p.seconds = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	if p.kilobits, err = bitRate(file); err != nil {
		return p, err
	}
	p.quality, err = b.compare(file)
	return p, err
}

// bitRate returns the bits per second of a file's packets, in thousands.
func bitRate(file string) (float64, error) {
	out, err := output(exec.Command(
		"ffprobe", "-v", "error", "-show_entries", "format=size,duration", "-of", "csv=p=0", file))
	if err != nil {
		return 0, err
	}
	var seconds, size float64
	if _, err := fmt.Sscanf(out, "%f,%f", &seconds, &size); err != nil {
		return 0, fmt.Errorf("read %q of ffprobe: %w", out, err)
	}
	return size * 8 / seconds / 1000, nil
}

// compare returns how near a file comes to the clip: SSIM of all planes, in dB.
func (b *bench) compare(file string) (float64, error) {
	out, err := output(exec.Command("ffmpeg", "-i", file, "-i", b.source, "-lavfi", "ssim", "-f", "null", "-"))
	if err != nil {
		return 0, err
	}
	found := regexp.MustCompile(`All:\S+ \(([0-9.]+)\)`).FindStringSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("ffmpeg says nothing of SSIM: %s", out)
	}
	return strconv.ParseFloat(found[1], 64)
}

func output(cmd *exec.Cmd) (string, error) {
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", cmd, err, out)
	}
	return string(out), nil
}
