package material

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"regexp"
	"strconv"
)

// identical is the PSNR of a file that has exactly the pictures. The formula makes infinity of it.
const identical = 100.

// PSNR returns how close the frames of a file are to the pictures that they were made from, in dB:
// the peak signal-to-noise ratio over all planes and frames, as the psnr filter of FFmpeg's command
// takes it, and at most 100. frames is how many frames the file must have, and picture returns
// which picture frame k shows (contend.Job.Shows). Both are compared in yuv420p. The pictures in
// RGB are converted for that with the matrix and the range that the file's tags tell. A file
// without tags counts as BT.601 of limited range, which FFmpeg makes of RGB where nothing else is
// asked for.
func (p Pictures) PSNR(file string, frames int, picture func(k int) int) (float64, error) {
	s, err := probe(file)
	if err != nil {
		return 0, err
	}
	if s.frames != frames {
		return 0, fmt.Errorf("%s has %d frames, not %d", file, s.frames, frames)
	}
	pictures, err := os.ReadFile(p.RGB)
	if err != nil {
		return 0, err
	}
	program, err := FFmpeg("ffmpeg")
	if err != nil {
		return 0, err
	}
	var log bytes.Buffer
	cmd := exec.Command(program, "-nostats", "-hide_banner", "-i", file, "-f", "rawvideo", "-pix_fmt", "rgb24",
		"-s", fmt.Sprintf("%dx%d", p.Width, p.Height), "-r", "30", "-i", "pipe:0",
		"-lavfi", comparison(s), "-f", "null", "-")
	cmd.Stderr = &log
	in, err := cmd.StdinPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	fed := p.feed(in, pictures, frames, picture)
	if err := cmd.Wait(); err != nil {
		return 0, fmt.Errorf("compare %s with its pictures: %w: %s", file, err, log.String())
	}
	if fed != nil {
		return 0, fmt.Errorf("compare %s with its pictures: %w", file, fed)
	}
	return average(log.String())
}

// comparison returns the filters that compare the file, input 0, with the pictures, input 1.
func comparison(s stream) string {
	const frameByFrame = "settb=1/30,setpts=N"
	return "[0:v]format=yuv420p," + frameByFrame + "[file];[1:v]" + toYUV(s.matrix, s.fullRange) + ",format=yuv420p," +
		frameByFrame + "[pictures];[file][pictures]psnr"
}

// feed writes the pictures in the order of the frames, and closes the pipe.
func (p Pictures) feed(in io.WriteCloser, pictures []byte, frames int, picture func(k int) int) error {
	size := len(pictures) / p.Count
	for k := range frames {
		i := picture(k)
		if _, err := in.Write(pictures[i*size : (i+1)*size]); err != nil {
			_ = in.Close() // the first error is returned
			return err
		}
	}
	return in.Close()
}

var averages = regexp.MustCompile(`PSNR .* average:(\S+)`)

// average returns the figure that the filter has written into the log.
func average(log string) (float64, error) {
	match := averages.FindStringSubmatch(log)
	if match == nil {
		return 0, fmt.Errorf("the psnr filter wrote no average: %s", log)
	}
	db, err := strconv.ParseFloat(match[1], 64)
	return math.Min(db, identical), err
}
