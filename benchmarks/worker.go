package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/measure"
)

// worker is avloom as a contender, in a separate process.
type worker struct {
	job      contend.Job
	layout   api.Layout
	pictures []byte
	size     int // of a picture in bytes
	clip     []byte
	opening  atomic.Int64 // nanoseconds, over all files
	closing  atomic.Int64
	chunkEnds
}

// work is the main function of the process. It speaks the protocol of package contend.
func work(args []string) error {
	job, err := contend.ParseArgs(args)
	if err != nil {
		return err
	}
	w := &worker{job: job}
	if err := w.load(); err != nil {
		return err
	}
	stop, err := profile()
	if err != nil {
		return err
	}
	defer stop()
	base := memory("VmRSS")
	fmt.Println(`ready {"version":""}`)
	answers := json.NewEncoder(os.Stdout)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		s, err := w.sample()
		if err != nil {
			return err
		}
		s.Memory = memory("VmHWM") - base
		if err := answers.Encode(s); err != nil {
			return err
		}
	}
	return nil
}

// sample does the job once and measures it.
func (w *worker) sample() (s measure.Sample, err error) {
	w.opening.Store(0)
	w.closing.Store(0)
	start, spent := time.Now(), processTime()
	if s.Latencies, err = w.once(); err != nil {
		return s, err
	}
	w.note(&s, w.job.Parallel)
	s.Wall, s.CPU = time.Since(start).Seconds(), (processTime() - spent).Seconds()
	s.Open = time.Duration(w.opening.Load()).Seconds()
	s.Close = time.Duration(w.closing.Load()).Seconds()
	return s, nil
}

// load reads the pictures, and brings them into the job's layout.
func (w *worker) load() (err error) {
	if w.job.Frames == 0 {
		return nil
	}
	if w.pictures, err = os.ReadFile(w.job.Pictures); err != nil {
		return err
	}
	w.size = len(w.pictures) / w.job.Count
	switch w.job.Layout {
	case "NHWC":
		w.layout = api.NHWC
	case "Raw":
		w.layout = api.Raw
	case "NCHW":
		w.layout = api.NCHW
		for i := range w.job.Count {
			toPlanes(w.picture(i))
		}
	}
	if w.job.Mode == "render" { // the pictures of a clip are added in one call
		for k := range w.job.Frames {
			w.clip = append(w.clip, w.picture(w.job.Picture(k))...)
		}
	}
	return nil
}

// toPlanes turns packed RGB into three planes, in place.
func toPlanes(packed []byte) {
	planes, plane := make([]byte, len(packed)), len(packed)/3
	for k := range plane {
		planes[k], planes[plane+k], planes[2*plane+k] = packed[3*k], packed[3*k+1], packed[3*k+2]
	}
	copy(packed, planes)
}

func (w *worker) picture(i int) []byte { return w.pictures[i*w.size : (i+1)*w.size] }

// once does the job.
func (w *worker) once() (latencies []float64, err error) {
	switch w.job.Mode {
	case "latency":
		return w.latency()
	case "render":
		return nil, w.render()
	case "streams":
		return nil, w.streams()
	case "film":
		return nil, w.film()
	case "idle":
		return nil, w.idle()
	case "crowd":
		return nil, w.crowd()
	default:
		return nil, w.files()
	}
}
