// Package contend runs what is compared: avloom, the ceiling, FFmpeg's command and other libraries.
//
// A Worker is a process that stays. It is given its Job as key=value arguments, prepares itself, says "ready" with its version, and then does the
// job once for each line that it reads and answers with a measure.Sample in JSON. It takes its own times, so that neither its start nor the loading
// of pictures counts. A Piped is a command that is started for each file and fed through a pipe, as such commands are used: there all counts.
package contend

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/avloom/avloom/benchmarks/internal/measure"
)

// Job is the work of one contender in one round: Files files of Frames frames each, Parallel at a time.
type Job struct {
	Mode          string // "files", "render" (many files by a contender's own means), "streams" (all at once), "idle" (all open at once, without pictures), "crowd" (all at once, a picture a second) or "latency"
	Width, Height int
	Codec         string // the encoder; "": libx264
	Preset        string
	Params        string // x264-params
	Tune          string
	Threads       int    // of each encoder; 0: the encoder decides
	Layout        string // of the input: "NCHW", "NHWC", "Acquire" or "Raw"
	Pictures      string // the file with the pictures, of the Layout's form
	Count         int    // how many they are
	Frames        int
	Files         int
	Parallel      int
	Queue         int    // avloom's queue depth; 0: its own
	Out           string // the folder for the files, 0.mp4 and so on
}

// Units is how many frames, or files where these are what counts, one round makes.
func (j Job) Units() int { return j.Frames * j.Files }

// Args are the job as arguments.
func (j Job) Args() []string {
	args := []string{
		"mode=" + j.Mode, "width=" + strconv.Itoa(j.Width), "height=" + strconv.Itoa(j.Height), "preset=" + j.Preset, "params=" + j.Params,
		"tune=" + j.Tune, "threads=" + strconv.Itoa(j.Threads), "layout=" + j.Layout, "pictures=" + j.Pictures, "count=" + strconv.Itoa(j.Count),
		"frames=" + strconv.Itoa(j.Frames), "files=" + strconv.Itoa(j.Files), "parallel=" + strconv.Itoa(j.Parallel),
		"queue=" + strconv.Itoa(j.Queue), "out=" + j.Out,
	}
	if j.Codec != "" { // which the ceiling does not know
		args = append(args, "codec="+j.Codec)
	}
	return args
}

// File is the name of the file with this number.
func (j Job) File(number int) string { return filepath.Join(j.Out, strconv.Itoa(number)+".mp4") }

// Picture is the index of the picture that frame k shows: the pictures forwards, then backwards, so that there is no cut.
func (j Job) Picture(k int) int {
	if j.Count < 2 {
		return 0
	}
	period := 2*j.Count - 2
	if i := k % period; i >= j.Count {
		return period - i
	} else {
		return i
	}
}

// Contender is one of those that are compared.
type Contender interface {
	Name() string
	Version() string
	Job() Job
	Run() (measure.Sample, error) // the job once
	Close() error
}

// Rounds measures the contenders in turn, after one round that does not count, in which check looks at what each has made; one whose check fails drops
// out, with the reason in the map. Each round begins with another contender.
func Rounds(contenders []Contender, rounds int, check func(Contender) error) (samples map[string][]measure.Sample, out map[string]error) {
	samples, out = map[string][]measure.Sample{}, map[string]error{}
	var left []Contender
	for _, c := range contenders {
		_, err := c.Run()
		if err == nil {
			err = check(c)
		}
		if err != nil {
			out[c.Name()] = err
			continue
		}
		left = append(left, c)
	}
	for r := range rounds {
		for i := range left {
			c := left[(i+r)%len(left)]
			if out[c.Name()] != nil {
				continue
			}
			s, err := c.Run()
			if err != nil {
				out[c.Name()] = err
				delete(samples, c.Name())
				continue
			}
			samples[c.Name()] = append(samples[c.Name()], s)
		}
	}
	return samples, out
}

// Close closes all of them.
func Close(contenders ...Contender) error {
	var errs []error
	for _, c := range contenders {
		if err := c.Close(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", c.Name(), err))
		}
		if out := c.Job().Out; out != "" {
			errs = append(errs, os.RemoveAll(out))
		}
	}
	return errors.Join(errs...)
}
