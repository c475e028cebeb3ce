package main

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/avloom/avloom/api"
)

// config returns the configuration of the video: the ceiling's; with NVENC, that of nvencOptions.
func (w *worker) config() api.VideoConfig {
	if strings.HasSuffix(w.job.Codec, "_nvenc") {
		extra := map[string]any{}
		for _, o := range nvencOptions(w.job.Preset) {
			extra[o[0]] = o[1]
		}
		return api.VideoConfig{
			Width: w.job.Width, Height: w.job.Height, FrameRate: 30,
			Device: "cuda", Codec: w.job.Codec, ExtraOptions: extra,
		}
	}
	cfg := api.VideoConfig{
		Width: w.job.Width, Height: w.job.Height, FrameRate: 30,
		Codec: cmp.Or(w.job.Codec, "libx264"), Preset: w.job.Preset, Threads: w.job.Threads, ExtraOptions: map[string]any{},
	}
	if w.job.Layout == "Raw" {
		cfg.InputFormat = "yuv420p"
	}
	if w.job.Tune != "" {
		cfg.ExtraOptions["tune"] = w.job.Tune
	}
	for _, o := range w.job.OptionList() {
		cfg.ExtraOptions[o[0]] = o[1]
	}
	return cfg
}

func (w *worker) options() []api.Option {
	if w.job.Queue == 0 {
		return nil
	}
	return []api.Option{api.WithQueueDepth(w.job.Queue)}
}

// files makes one file after another.
func (w *worker) files() error {
	for number := range w.job.Files {
		if err := w.file(number, api.NewEncoder(w.options()...)); err != nil {
			return err
		}
	}
	return nil
}

// file makes one file with an encoder that has no streams yet.
func (w *worker) file(number int, enc *api.Encoder) error {
	defer enc.Abort(nil)
	v, err := w.open(enc, number)
	if err != nil {
		return err
	}
	return w.fill(enc, v)
}

// open adds the stream and opens the encoder for as many files as the job has outputs.
func (w *worker) open(enc *api.Encoder, number int) (*api.VideoStream, error) {
	outputs := []api.Output{api.File(w.job.File(number))}
	for k := 1; k < w.job.Outputs; k++ {
		outputs = append(outputs, api.File(w.job.CopyOf(number, k)))
	}
	return w.openFor(enc, outputs...)
}

func (w *worker) openFor(enc *api.Encoder, outputs ...api.Output) (*api.VideoStream, error) {
	start := time.Now()
	v, err := enc.AddVideo(w.config())
	if err == nil {
		err = enc.Open(context.Background(), outputs...)
	}
	w.opening.Add(int64(time.Since(start)))
	return v, err
}

// fill adds the frames of a file and closes it.
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

// add adds one picture, in the way of the job's layout.
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

// crowd makes all files at once, too, but feeds each encoder one picture a second. The moments of
// the encoders are spread over the second.
func (w *worker) crowd() error {
	start := time.Now()
	return w.allAtOnce(func(number int, enc *api.Encoder) error {
		defer enc.Abort(nil)
		v, err := w.open(enc, number)
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

// lead returns the time that a crowd has to open.
func (w *worker) lead() time.Duration { return time.Duration(w.job.Files) * 10 * time.Millisecond }

// allAtOnce calls work with an encoder for each file, all at once. The encoders share the cores.
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
		if _, err := w.open(enc, number); err != nil {
			return err
		}
	}
	return nil
}

// render makes the files by RenderAll, each from one call of AddFrames.
func (w *worker) render() error {
	jobs := func(yield func(api.Job) bool) {
		for number := range w.job.Files {
			if !yield(api.Job{Path: w.job.File(number), Options: w.options(), Run: w.addClip}) {
				return
			}
		}
	}
	_, err := api.RenderAll(context.Background(), jobs, api.RenderConfig{Workers: w.job.Parallel})
	return err
}

// addClip is the work of one job of RenderAll.
func (w *worker) addClip(ctx context.Context, enc *api.Encoder, path string) error {
	v, err := w.openFor(enc, api.File(path))
	if err != nil {
		return err
	}
	return v.AddFrames(ctx, api.Frames{Data: w.clip, Layout: w.layout})
}

// latency adds each picture when the packet of the one before has been written. It returns the
// seconds from each call until the packet was written.
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

// bell is a writer that sends a value when it is written to.
type bell chan struct{}

func (b bell) Write(p []byte) (int, error) {
	select {
	case b <- struct{}{}:
	default:
	}
	return len(p), nil
}
