package capacity

import (
	"fmt"
	"time"

	"github.com/avloom/avloom/api"
)

// Case is what a row of the table is about.
type Case struct {
	Codec  string `json:"codec"`  // as api.VideoConfig.Codec
	Preset string `json:"preset"` // as api.VideoConfig.Preset, or "realtime" for those of realtime
	Size   string `json:"size"`   // such as 1080p, or 640x360
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

func (c Case) String() string {
	if c.Preset == "" {
		return c.Codec + " " + c.Size
	}
	return c.Codec + " " + c.Preset + " " + c.Size
}

// realtimePreset is a preset for encoders that have none of their own for live streams.
const realtimePreset = "realtime"

// realtime returns the options of the preset for live streams; nil: the encoder has none here.
func realtime(codec string) map[string]string {
	switch codec {
	case "libvpx-vp9":
		return map[string]string{"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "lag-in-frames": "0"}
	case "libvpx":
		return map[string]string{"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
	case "libaom-av1":
		return map[string]string{"usage": "realtime", "cpu-used": "8", "row-mt": "1", "lag-in-frames": "0"}
	default:
		return nil
	}
}

// Trial is what one process does: it encodes Streams streams for some seconds.
type Trial struct {
	Case

	Device  string            `json:"device"`
	Rate    float64           `json:"rate"` // frames per second
	BitRate int64             `json:"bit_rate"`
	Options map[string]string `json:"options"`
	Threads int               `json:"threads"` // of each encoder; 0: avloom divides them
	Block   bool              `json:"block"`   // calls wait for the encoder, where they would drop frames

	Streams int `json:"streams"` // of this process
	First   int `json:"first"`   // the number of its first stream
	Total   int `json:"total"`   // streams of all processes

	Pictures string `json:"pictures"` // the file
	Count    int    `json:"count"`    // of pictures in it
	Raw      bool   `json:"raw"`      // they are yuv420p, and otherwise packed RGB

	Format string `json:"format"` // of the outputs
	Folder string `json:"folder"` // for the outputs; "": they are discarded
	Keep   string `json:"keep"`   // the file that gets the first stream as it is encoded; "": none

	Free    time.Duration `json:"free"`    // above 0: frames are fed for so long, without a clock
	Warm    time.Duration `json:"warm"`    // by the clock, before the time that counts
	Counted time.Duration `json:"counted"` // the time that counts
	Sample  time.Duration `json:"sample"`  // how often the process looks what the encoders have taken
	Give    time.Duration `json:"give"`    // how long it waits after the end for frames that are late
	Fill    time.Duration `json:"fill"`    // how long filling the encoders may take
}

// video returns the configuration of a stream.
func (t *Trial) video() api.VideoConfig {
	cfg := api.VideoConfig{
		Width: t.Width, Height: t.Height, FrameRate: t.Rate, Codec: t.Codec, Preset: t.Preset,
		PixelFormat: "yuv420p", BitRate: t.BitRate, Threads: t.Threads, OnFull: api.OnFullDrop,
		ExtraOptions: map[string]any{},
	}
	if t.Device != "" {
		cfg.Device, cfg.PixelFormat = t.Device, ""
	}
	if t.Raw {
		cfg.InputFormat = "yuv420p"
	}
	if t.Block {
		cfg.OnFull = api.OnFullBlock
	}
	if t.Preset == realtimePreset {
		if live := realtime(t.Codec); live != nil {
			cfg.Preset = ""
			add(cfg.ExtraOptions, live)
		}
	}
	add(cfg.ExtraOptions, t.Options)
	return cfg
}

func add(to map[string]any, options map[string]string) {
	for key, value := range options {
		to[key] = value
	}
}

// keeps says whether the output of a stream is kept: that of the first stream of all processes.
func (t *Trial) keeps(number int) bool { return t.Keep != "" && number == 0 }

// window returns the time that counts, of a clock that starts at this moment.
func (t *Trial) window(start time.Time) (first, end time.Time) {
	return start.Add(t.Warm), start.Add(t.Warm + t.Counted)
}

// Outcome is what the processes of a trial measured.
type Outcome struct {
	Error string `json:"error,omitempty"` // an encoder cannot be opened, or failed
	Slow  bool   `json:"slow,omitempty"`  // the encoders could not be filled in time

	Frames   int64     `json:"frames"`         // that count: they were due in the time that counts
	Dropped  int64     `json:"dropped"`        // by api.OnFullDrop
	Late     []float64 `json:"late,omitempty"` // seconds, of each frame that counts
	LateMost float64   `json:"late_most"`      // seconds: the largest of the streams' medians
	Free     float64   `json:"free"`           // frames per second without a clock, all streams together
	Wall     float64   `json:"wall"`           // seconds
	CPU      float64   `json:"cpu"`            // seconds of processor time, meanwhile
	Memory   int64     `json:"memory"`         // KiB: the peak beyond the pictures
	P50      []float64 `json:"p50,omitempty"`  // seconds from AddFrames to the destination, of each stream
	P99      []float64 `json:"p99,omitempty"`  // the same
	Bytes    int64     `json:"bytes"`          // of all packets
	Packets  int64     `json:"packets"`        // of all streams
	psnr     float64   // of the file Keep, as the parent takes it
	noPSNR   error     // why there is none
	Limit    string    `json:"limit,omitempty"`   // what limited the encoders, as api.Bottleneck says
	Encoder  string    `json:"encoder,omitempty"` // what FFmpeg calls it
	Shown    []int     `json:"shown,omitempty"`   // the pictures in the file Keep
	Filled   float64   `json:"filled"`            // seconds that filling the encoders took
	Held     int64     `json:"held"`              // frames that an encoder holds by design, at most
}

// add adds what another process of the same trial measured.
func (o *Outcome) add(p Outcome) {
	if o.Error == "" {
		o.Error = p.Error
	}
	o.Slow = o.Slow || p.Slow
	o.Frames, o.Dropped = o.Frames+p.Frames, o.Dropped+p.Dropped
	o.Late = append(o.Late, p.Late...)
	o.LateMost = max(o.LateMost, p.LateMost)
	o.Free, o.CPU, o.Wall = o.Free+p.Free, o.CPU+p.CPU, max(o.Wall, p.Wall)
	o.Memory += p.Memory
	o.Shown = append(o.Shown, p.Shown...)
	o.P50, o.P99 = append(o.P50, p.P50...), append(o.P99, p.P99...)
	o.Bytes, o.Packets = o.Bytes+p.Bytes, o.Packets+p.Packets
	if o.Limit == "" {
		o.Limit = p.Limit
	}
	o.Encoder, o.Filled, o.Held = p.Encoder, max(o.Filled, p.Filled), max(o.Held, p.Held)
}

// verdict says whether the machine kept up. A miss is clear if frames are late by three times the
// bound, or a twentieth of them was dropped.
func (o *Outcome) verdict(bound time.Duration) verdict {
	limit := bound.Seconds()
	p99 := percentile(o.Late, .99) / 1e3
	switch {
	case o.Slow || o.Error != "" || p99 > 3*limit || o.Dropped*20 > o.Frames || len(o.Late) == 0:
		return clearMiss
	case o.Dropped > 0 || p99 > limit || o.LateMost > limit:
		return narrowMiss
	default:
		return fits
	}
}

// dropShare returns the share of frames that were dropped.
func (o *Outcome) dropShare() float64 {
	return float64(o.Dropped) / float64(max(o.Frames, o.Dropped, 1))
}

// why says in words what was missed.
func (o *Outcome) why(bound time.Duration) string {
	switch p99 := percentile(o.Late, .99); {
	case o.Error != "":
		return o.Error
	case o.Slow:
		return "the encoders could not be filled in time"
	case o.Dropped > 0:
		return fmt.Sprintf("%d of %d frames dropped", o.Dropped, o.Frames)
	case p99 > 1e3*bound.Seconds():
		return fmt.Sprintf("late by %.0f ms", p99)
	case o.LateMost > bound.Seconds():
		return "one stream is always late"
	default:
		return fmt.Sprintf("fits, late by %.0f ms", p99)
	}
}
