// Av1 compares the SVT-AV1 of several builds of FFmpeg at equal quality:
//
//	old=$(eval "$(AVLOOM_SVTAV1=system bash scripts/ffmpeg.sh env)" && echo "$AVLOOM_FFMPEG_BIN")
//	new=$(eval "$(bash scripts/ffmpeg.sh env)" && echo "$AVLOOM_FFMPEG_BIN")
//	go run ./benchmarks/av1 -clip demo.mp4 "$old/ffmpeg" "$new/ffmpeg"
//
// Each build encodes the clip at several constant rate factors, in turns with the others. The
// ffmpeg on the PATH compares the results with the clip (SSIM). Bit rates and times are
// interpolated to the quality that lies in the middle of what all of them reached at a preset. The
// times are those of the processor, which hardly change with the other load of the machine.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	var b bench
	var presets, factors string
	flag.StringVar(&b.clip, "clip", "demo.mp4", "the `file` to encode")
	flag.IntVar(&b.frames, "frames", 90, "how many of its `pictures` to encode")
	flag.StringVar(&b.size, "size", "1280:720", "the width and height to scale it to")
	flag.StringVar(&presets, "presets", "4,6,8,10,12", "the presets, a `list`")
	flag.StringVar(&factors, "crf", "16,24,32,40", "the constant rate factors, a `list`")
	flag.Parse()
	b.contenders = flag.Args()
	var err error
	if b.presets, err = numbers(presets); err == nil {
		b.factors, err = numbers(factors)
	}
	if err == nil {
		err = b.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "av1:", err)
		os.Exit(1)
	}
}

func numbers(list string) ([]int, error) {
	var all []int
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

// bench is one run of the program.
type bench struct {
	clip             string
	frames           int
	size             string
	presets, factors []int
	contenders       []string // paths of ffmpeg

	dir    string // for files
	source string // the clip as raw pictures
}

func (b *bench) run() (err error) {
	if len(b.contenders) == 0 {
		return fmt.Errorf("give the ffmpeg of each build as an argument")
	}
	if b.dir, err = os.MkdirTemp("", "avloom-av1-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	b.source = filepath.Join(b.dir, "source.y4m")
	if err := b.prepare(); err != nil {
		return err
	}
	for i, path := range b.contenders {
		version, err := b.version(path)
		if err != nil {
			return err
		}
		fmt.Printf("%c: SVT-AV1 %s (%s)\n", 'A'+i, version, path)
	}
	n := len(b.contenders)
	fmt.Printf("\n| preset | SSIM, dB |%s\n|---|---|%s\n", columns(n), strings.Repeat("---|", 2*n))
	for _, preset := range b.presets {
		if err := b.row(preset); err != nil {
			return err
		}
	}
	return nil
}

func columns(contenders int) (text string) {
	for i := range contenders {
		text += fmt.Sprintf(" %c: kbit/s | seconds |", 'A'+i)
	}
	return text
}

// row measures a preset and prints its row of the table.
func (b *bench) row(preset int) error {
	curves := make([]curve, len(b.contenders))
	for _, factor := range b.factors {
		for i, path := range b.contenders {
			p, err := b.encode(path, preset, factor)
			if err != nil {
				return err
			}
			curves[i] = append(curves[i], p)
		}
	}
	quality, err := middle(curves)
	if err != nil {
		return fmt.Errorf("preset %d: %w", preset, err)
	}
	fmt.Printf("| %d | %.1f |", preset, quality)
	for _, c := range curves {
		p := c.interpolate(quality)
		fmt.Printf(" %.0f | %.1f |", p.kilobits, p.seconds)
	}
	fmt.Println()
	return nil
}
