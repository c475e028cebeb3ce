package contend

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/avloom/avloom/benchmarks/internal/measure"
)

// Job is the work of one contender in one round: Files files of Frames frames each, Parallel at a
// time. Mode says how they are made:
//
//	files    one after another
//	render   by the contender's own means for many files
//	streams  all at once
//	idle     all are open at once, and get no pictures
//	crowd    all at once; each gets a picture a second
//	copy     the pictures are copied in memory, and no file is made
//	film     each is cut into chunks, of which Parallel are made at a time
//	latency  each picture is added when the packet of the one before has been written
type Job struct {
	Mode          string
	Width, Height int
	Codec         string // the encoder; "": libx264
	Options       string // of the encoder, as FFmpeg names them: "crf=32:cpu-used=4"
	Preset        string
	Params        string // x264-params
	Tune          string
	Threads       int    // of each encoder; 0: the encoder's default
	Layout        string // of the input: "NCHW", "NHWC", "Acquire" or "Raw"
	Pictures      string // the file with the pictures, in the Layout's form
	Count         int    // how many pictures the file has
	Frames        int
	Chunk         int // how many frames of a film are made as one piece
	From          int // which frame of a film is the first of the files
	First         int // the number of the first file
	Files         int
	Parallel      int
	Outputs       int    // how many files avloom writes the same packets to; 0: 1
	Queue         int    // avloom's queue depth; 0: its default
	Out           string // the folder for the files, 0.mp4 and so on
}

// Units returns how many frames one round makes.
func (j Job) Units() int { return j.Frames * j.Files }

// Args returns the job as arguments.
func (j Job) Args() []string {
	args := []string{
		"mode=" + j.Mode, "width=" + strconv.Itoa(j.Width), "height=" + strconv.Itoa(j.Height),
		"preset=" + j.Preset, "params=" + j.Params, "tune=" + j.Tune, "threads=" + strconv.Itoa(j.Threads),
		"layout=" + j.Layout, "pictures=" + j.Pictures, "count=" + strconv.Itoa(j.Count),
		"frames=" + strconv.Itoa(j.Frames), "files=" + strconv.Itoa(j.Files),
		"parallel=" + strconv.Itoa(j.Parallel), "queue=" + strconv.Itoa(j.Queue), "out=" + j.Out,
	}
	if j.Codec != "" {
		args = append(args, "codec="+j.Codec, "options="+j.Options)
	}
	if j.From != 0 {
		args = append(args, "from="+strconv.Itoa(j.From))
	}
	if j.First != 0 {
		args = append(args, "first="+strconv.Itoa(j.First))
	}
	if j.Chunk != 0 {
		args = append(args, "chunk="+strconv.Itoa(j.Chunk))
	}
	// The ceiling does not know this.
	if j.Outputs != 0 {
		args = append(args, "outputs="+strconv.Itoa(j.Outputs))
	}
	return args
}

// File returns the path of a file. The first one's number is 0 here, and First in its name.
func (j Job) File(number int) string {
	return filepath.Join(j.Out, strconv.Itoa(j.First+number)+".mp4")
}

// OptionList returns the names and values of the Options, in order.
func (j Job) OptionList() (list [][2]string) {
	for option := range strings.SplitSeq(j.Options, ":") {
		if key, value, ok := strings.Cut(option, "="); ok {
			list = append(list, [2]string{key, value})
		}
	}
	return list
}

// CopyOf returns the path of a further output of the file with this number. k is 1 for the second
// output.
func (j Job) CopyOf(number, k int) string {
	return filepath.Join(j.Out, fmt.Sprintf("%d.copy%d.mp4", number, k))
}

// Shows returns the index of the picture that frame k of each file shows.
func (j Job) Shows(k int) int { return j.Picture(j.From + k) }

// Picture returns the index of the picture that frame k shows. The pictures run forwards, then
// backwards, so that there is no cut.
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

// Contender is a program that is compared with others.
type Contender interface {
	Name() string
	Version() string
	Job() Job
	Run() (measure.Sample, error) // does the job once
	Close() error
}

// Rounds measures the contenders in turn and returns their samples by name. Each round begins with
// another contender. In a first round, which is not measured, check looks at the files of each. A
// contender drops out where its check or a run fails; out holds the error by its name. Once enough
// returns true, no further round begins; there is at least one.
func Rounds(
	contenders []Contender, rounds int, check func(Contender) error, enough func() bool,
) (samples map[string][]measure.Sample, out map[string]error) {
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
		if r > 0 && enough() {
			break
		}
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

// Close closes the contenders, and removes the folders of their files.
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
