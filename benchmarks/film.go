package main

import (
	"fmt"
	"strings"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
	"github.com/avloom/avloom/benchmarks/internal/measure"
	"github.com/avloom/avloom/benchmarks/internal/report"
)

// chunksEach is how many chunks of a film each worker makes. With more, the workers end closer
// together, but a round takes longer.
const chunksEach = 4

// renderFilm is the contender that makes a film by RenderFilm.
const renderFilm = "avloom RenderFilm"

// codec is an encoder and its settings, which all contenders have. A chunk has so many frames,
// which is also the interval of key frames. They are the work of a second or more.
type codec struct {
	name, encoder, options, preset string
	chunk                          int
	scaling, quick                 bool
}

var filmCodecs = []codec{
	{
		name: "libx264 medium", encoder: "libx264", options: "crf=23", preset: "medium",
		chunk: 60, scaling: true, quick: true,
	},
	{
		name: "libvpx-vp9", encoder: "libvpx-vp9", options: "crf=32:deadline=good:cpu-used=4:row-mt=1",
		chunk: 60, scaling: true,
	},
	{
		name: "libaom-av1", encoder: "libaom-av1", options: "crf=32:usage=good:cpu-used=6",
		chunk: 40,
	},
}

// film measures one film: RenderFilm with a worker for each core, one encoder with all threads, and
// the ffmpeg command on chunks that it joins. The ceiling is a process of one thread for each core,
// side by side, each of which encodes its part of the film and nothing else: as one file, and "in
// chunks", each with an encoder of its own.
func (s *suite) film() error {
	size, err := filmSize(s.filmSize)
	if err != nil {
		return err
	}
	for _, codec := range filmCodecs {
		if name := size.name + " " + codec.name; s.wanted("film", name, codec.quick) {
			if err := s.oneFilm(name, size, codec); err != nil {
				return err
			}
		}
	}
	for _, codec := range filmCodecs {
		if name := size.name + " " + codec.name; codec.scaling && s.wanted("film-scaling", name, codec.quick) {
			if err := s.filmScaling(name, size, codec); err != nil {
				return err
			}
		}
	}
	return nil
}

// filmSize returns the size of this name. "": the first one.
func filmSize(name string) (size, error) {
	if name == "" {
		return sizes[0], nil
	}
	var names []string
	for _, size := range sizes {
		if size.name == name {
			return size, nil
		}
		names = append(names, size.name)
	}
	return size{}, fmt.Errorf("-film-size %q is none of %s", name, strings.Join(names, ", "))
}

// filmJob returns the job of a film that has chunksEach chunks for each of so many workers.
func (s *suite) filmJob(size size, codec codec, workers int) (contend.Job, material.Pictures, error) {
	if s.quick {
		codec.chunk /= 2
	}
	pictures, err := material.Scaled(size.width, size.height, size.pictures)
	return contend.Job{
		Mode: "film", Width: size.width, Height: size.height, Count: pictures.Count,
		Codec: codec.encoder, Options: codec.options + keysEvery(codec), Preset: codec.preset, Params: codec.params(),
		Frames: workers * chunksEach * codec.chunk, Chunk: codec.chunk, Files: 1, Parallel: workers, Threads: 1,
	}, pictures, err
}

// keysEvery returns the options that make a key frame every chunk frames. avloom gives libaom both.
func keysEvery(c codec) string {
	text := fmt.Sprintf(":g=%d", c.chunk)
	if c.encoder == "libaom-av1" {
		text += fmt.Sprintf(":keyint_min=%d", c.chunk)
	}
	return text
}

// params returns the x264-params that avloom sets by itself.
func (c codec) params() string {
	if c.encoder != "libx264" {
		return ""
	}
	return params(c.preset)
}

func (s *suite) oneFilm(name string, size size, codec codec) error {
	film, pictures, err := s.filmJob(size, codec, s.cores)
	if err != nil {
		return err
	}
	f := &field{suite: s, group: "film", name: name}
	yuv := film
	yuv.Mode, yuv.Layout, yuv.Pictures = "files", "Raw", pictures.YUV
	whole, chunks := fmt.Sprintf("%s, %d processes", theCeiling, s.cores), theCeiling+" in chunks"
	part := yuv
	part.Chunk = 0
	f.together(whole, s.cores, part)
	f.together(chunks, s.cores, yuv)
	part.Frames /= s.cores
	f.worker(theCeiling+", 1 process", part, s.ceiling)
	film.Layout, film.Pictures = "NCHW", pictures.RGB
	f.avloom(renderFilm, film)
	film.Mode, film.Threads, film.Chunk = "files", 0, 0
	f.avloom("avloom, one encoder", film)
	f.chunked("ffmpeg on chunks, concat", yuv)
	checks := filmChecks{newCheck(whole, pictures), newCheck(chunks, pictures)}
	rows := f.measure(frames, whole, contend.Job.Units, checks.files)
	checks.whole.note(rows)
	checks.chunks.note(rows)
	noteEnds(rows)
	return f.show()
}

// filmChecks compares contenders that encode a film in chunks with each other, and so the others. A
// chunk's encoder knows nothing of the frames before, and libaom makes larger and better files
// then.
type filmChecks struct{ whole, chunks *check }

func (c filmChecks) files(who contend.Contender) error {
	if who.Job().Chunk == 0 {
		return c.whole.files(who)
	}
	return c.chunks.files(who)
}

// noteEnds adds how large a part of each run came after the first worker had nothing left to do,
// and how large a part after the last chunk.
func noteEnds(rows []*report.Row) {
	for _, row := range rows {
		idle := measure.Of(measure.Map(row.Samples, func(s measure.Sample) float64 { return s.Idle / s.Wall }))
		join := measure.Of(measure.Map(row.Samples, func(s measure.Sample) float64 { return s.Join / s.Wall }))
		row.Idle, row.Join = &idle, &join
	}
}

// filmScaling measures RenderFilm with 1 to 16 workers, but no more than there are cores, and
// beside it as many processes of one thread, which show what the machine itself can do. The film is
// longer with more workers, so that each of them has as much to do.
func (s *suite) filmScaling(name string, size size, codec codec) error {
	f := &field{suite: s, group: "film-scaling", name: name}
	for n := 1; n <= min(s.cores, 16); n *= 2 {
		film, pictures, err := s.filmJob(size, codec, n)
		if err != nil {
			return err
		}
		yuv := film
		film.Layout, film.Pictures = "NCHW", pictures.RGB
		f.avloom(fmt.Sprintf("avloom %d", n), film)
		yuv.Mode, yuv.Layout, yuv.Pictures, yuv.Chunk = "files", "Raw", pictures.YUV, 0
		f.together(fmt.Sprintf("%s %d", theCeiling, n), n, yuv)
	}
	noteEnds(f.measure(frames, "avloom 1", contend.Job.Units, countFrames))
	return f.show()
}
