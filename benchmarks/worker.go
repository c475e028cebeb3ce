package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/measure"
)

// worker is avloom as a contender, in a process of its own.
type worker struct {
	job      contend.Job
	layout   api.Layout
	pictures []byte
	size     int // of a picture in bytes
	clip     []byte
	opening  atomic.Int64 // nanoseconds, over all files
	closing  atomic.Int64
}

// work is the main function of the process: it speaks the protocol of all contenders.
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
		w.opening.Store(0)
		w.closing.Store(0)
		start, spent := time.Now(), processTime()
		var s measure.Sample
		if s.Latencies, err = w.once(); err != nil {
			return err
		}
		s.Wall, s.CPU = time.Since(start).Seconds(), (processTime() - spent).Seconds()
		s.Open, s.Close = time.Duration(w.opening.Load()).Seconds(), time.Duration(w.closing.Load()).Seconds()
		s.Memory = memory("VmHWM") - base
		if err := answers.Encode(s); err != nil {
			return err
		}
	}
	return nil
}

// profile writes a processor profile of this worker into the folder that AVLOOM_BENCH_PROFILE names, until stop is called.
func profile() (stop func(), err error) {
	dir := os.Getenv("AVLOOM_BENCH_PROFILE")
	if dir == "" {
		return func() {}, nil
	}
	f, err := os.CreateTemp(dir, "avloom-*.pprof")
	if err != nil {
		return nil, err
	}
	return pprof.StopCPUProfile, pprof.StartCPUProfile(f)
}

// load reads the pictures, and brings them into the layout.
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
		plane, planes := w.job.Width*w.job.Height, make([]byte, w.size)
		for i := range w.job.Count {
			packed := w.picture(i)
			for k := range plane {
				planes[k], planes[plane+k], planes[2*plane+k] = packed[3*k], packed[3*k+1], packed[3*k+2]
			}
			copy(packed, planes)
		}
	}
	if w.job.Mode == "render" { // its clips are added in one call
		for k := range w.job.Frames {
			w.clip = append(w.clip, w.picture(w.job.Picture(k))...)
		}
	}
	return nil
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
	case "idle":
		return nil, w.idle()
	case "crowd":
		return nil, w.crowd()
	default:
		for number := range w.job.Files {
			if err := w.file(number, api.NewEncoder(w.options()...)); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
}

// config is that of the ceiling; with NVENC, that of nvencOptions.
func (w *worker) config() api.VideoConfig {
	if w.job.Codec != "" {
		extra := map[string]any{}
		for _, o := range nvencOptions(w.job.Preset) {
			extra[o[0]] = o[1]
		}
		return api.VideoConfig{Width: w.job.Width, Height: w.job.Height, FrameRate: 30, Device: "cuda", Codec: w.job.Codec, ExtraOptions: extra}
	}
	cfg := api.VideoConfig{Width: w.job.Width, Height: w.job.Height, FrameRate: 30, Codec: "libx264", Preset: w.job.Preset, Threads: w.job.Threads}
	if w.job.Layout == "Raw" {
		cfg.InputFormat = "yuv420p"
	}
	if w.job.Tune != "" {
		cfg.ExtraOptions = map[string]any{"tune": w.job.Tune}
	}
	return cfg
}

func (w *worker) options() []api.Option {
	if w.job.Queue == 0 {
		return nil
	}
	return []api.Option{api.WithQueueDepth(w.job.Queue)}
}

// file makes one file with an encoder that has no streams yet.
func (w *worker) file(number int, enc *api.Encoder) error {
	defer enc.Abort(nil)
	v, err := w.open(enc, w.job.File(number))
	if err != nil {
		return err
	}
	return w.fill(enc, v)
}

func (w *worker) open(enc *api.Encoder, path string) (*api.VideoStream, error) {
	start := time.Now()
	v, err := enc.AddVideo(w.config())
	if err == nil {
		err = enc.OpenFile(context.Background(), path)
	}
	w.opening.Add(int64(time.Since(start)))
	return v, err
}

func (w *worker) fill(enc *api.Encoder, v *api.VideoStream) error {
	for k := range w.job.Frames {
		if err := w.add(v, w.picture(w.job.Picture(k))); err != nil {
			return err
		}
	}
	start := time.Now()
	err := enc.Close()
	w.closing.Add(int64(time.Since(start)))
	return err
}

func (w *worker) add(v *api.VideoStream, picture []byte) error {
	ctx := context.Background()
	if w.job.Layout != "Acquire" {
		return v.AddFrames(ctx, api.Frames{Data: picture, Layout: w.layout})
	}
	p, err := v.Acquire(ctx)
	if err != nil {
		return err
	}
	row := 3 * w.job.Width
	for y := range w.job.Height {
		copy(p.Pix[y*p.Stride:], picture[y*row:(y+1)*row])
	}
	return v.Commit(ctx, p)
}

// streams makes all files at once, with encoders that share the cores.
func (w *worker) streams() error { return w.allAtOnce(w.file) }

// crowd does so too, but feeds each encoder one picture a second, when its moment within the second has come.
func (w *worker) crowd() error {
	start := time.Now()
	return w.allAtOnce(func(number int, enc *api.Encoder) error {
		defer enc.Abort(nil)
		v, err := w.open(enc, w.job.File(number))
		if err != nil {
			return err
		}
		for k := range w.job.Frames {
			moment := time.Duration(k+1)*time.Second + time.Second*time.Duration(number)/time.Duration(w.job.Files)
			time.Sleep(time.Until(start.Add(w.lead() + moment)))
			if err := w.add(v, w.picture(w.job.Picture(k))); err != nil {
				return err
			}
		}
		return enc.Close()
	})
}

// lead is the time that a crowd has to open.
func (w *worker) lead() time.Duration { return time.Duration(w.job.Files) * 10 * time.Millisecond }

// allAtOnce calls work with an encoder for each file, all at once. They share the cores.
func (w *worker) allAtOnce(work func(number int, enc *api.Encoder) error) error {
	budget := api.NewThreadBudget(0)
	encoders := make([]*api.Encoder, w.job.Files)
	for i := range encoders {
		encoders[i] = api.NewEncoder(append(w.options(), api.WithThreadBudget(budget))...)
	}
	var group sync.WaitGroup
	failed := make(chan error, len(encoders))
	for i, enc := range encoders {
		group.Go(func() {
			if err := work(i, enc); err != nil {
				failed <- err
			}
		})
	}
	group.Wait()
	close(failed)
	return <-failed
}

// idle opens an encoder for each file, all of them before it closes the first.
func (w *worker) idle() error {
	for number := range w.job.Files {
		enc := api.NewEncoder(w.options()...)
		defer enc.Abort(nil)
		if _, err := w.open(enc, w.job.File(number)); err != nil {
			return err
		}
	}
	return nil
}

// render makes the files by RenderAll, each from one call of AddFrames.
func (w *worker) render() error {
	jobs := func(yield func(api.Job) bool) {
		for number := range w.job.Files {
			job := api.Job{Path: w.job.File(number), Options: w.options(), Run: func(_ context.Context, enc *api.Encoder, path string) error {
				v, err := w.open(enc, path)
				if err != nil {
					return err
				}
				return v.AddFrames(context.Background(), api.Frames{Data: w.clip, Layout: w.layout})
			}}
			if !yield(job) {
				return
			}
		}
	}
	_, err := api.RenderAll(context.Background(), jobs, api.RenderConfig{Workers: w.job.Parallel})
	return err
}

// latency adds one picture after another, each when the packet of the last has been written.
func (w *worker) latency() (latencies []float64, err error) {
	enc := api.NewEncoder(w.options()...)
	defer enc.Abort(nil)
	v, err := enc.AddVideo(w.config())
	if err != nil {
		return nil, err
	}
	written := make(bell, 1)
	if err := enc.OpenWriter(context.Background(), written, "h264"); err != nil {
		return nil, err
	}
	for k := range w.job.Frames {
		start := time.Now()
		if err := w.add(v, w.picture(w.job.Picture(k))); err != nil {
			return nil, err
		}
		<-written
		latencies = append(latencies, time.Since(start).Seconds())
	}
	return latencies, enc.Close()
}

// bell is a writer that says when it was written to.
type bell chan struct{}

func (b bell) Write(p []byte) (int, error) {
	select {
	case b <- struct{}{}:
	default:
	}
	return len(p), nil
}

func processTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it fails for other arguments only
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// memory is a line of /proc/self/status, in KiB; 0 where there is none.
func memory(key string) int64 {
	status, _ := os.ReadFile("/proc/self/status") // which other systems lack
	_, rest, _ := strings.Cut(string(status), key+":")
	text, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.ParseInt(text, 10, 64) // 0 is what it is then
	return n
}
