package capacity

import (
	"encoding/json"
	"os"
	"time"

	"github.com/avloom/avloom/benchmarks/internal/host"
)

// Result is one run of the command, as -json writes it.
type Result struct {
	Host     host.Host  `json:"host"`
	Cores    int        `json:"cores"` // that the processes may use
	Date     time.Time  `json:"date"`
	Command  string     `json:"command"`
	Settings Settings   `json:"settings"`
	Load     [2]float64 `json:"load"` // before and after: threads that wanted to run, over a minute
	Rows     []Row      `json:"rows"`
	Left     []Left     `json:"left_out"`
}

// Row is what the machine carries of one codec, preset and size.
type Row struct {
	Case

	Encoder string `json:"encoder"` // as FFmpeg calls it
	Streams int    `json:"streams"` // the largest number that fits
	Failed  int    `json:"failed"`  // the smallest number that was seen to fail; 0: none
	Error   string `json:"error,omitempty"`

	// Speed is how much of the real time of one stream the machine makes without a clock, all streams
	// together. If no stream fits, it is that of one stream alone.
	Speed   float64 `json:"speed"`
	Cores   float64 `json:"cores"` // processor time by time
	Memory  float64 `json:"memory_mib"`
	Late    Pair    `json:"lateness_ms"`
	Latency Pair    `json:"latency_ms"` // the median of the streams' medians, and the largest 99th percentile
	Rate    float64 `json:"kbit_per_second"`
	PSNR    float64 `json:"psnr_db"`                   // 0: it could not be measured
	NoPSNR  string  `json:"no_psnr_because,omitempty"` // why

	Trials []Tried `json:"trials"`
}

// Pair is the median and the 99th percentile of a time in milliseconds.
type Pair struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// Tried is a trial by the clock.
type Tried struct {
	Streams int     `json:"streams"`
	Counted float64 `json:"seconds"`
	Fits    bool    `json:"fits"`
	Why     string  `json:"why"`
	Limit   string  `json:"limit,omitempty"` // where it does not fit: what limited the encoders
}

// Left is a row that was left out.
type Left struct {
	Case
	Reason string `json:"reason"`
}

// save writes the result as JSON.
func (r *Result) save(name string) error {
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o644)
}
