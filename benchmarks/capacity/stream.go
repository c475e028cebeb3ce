package capacity

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/benchmarks/internal/contend"
)

// stream is one live stream: an encoder with one video stream.
type stream struct {
	trial  *Trial
	enc    *api.Encoder
	video  *api.VideoStream
	data   []byte // all pictures
	order  contend.Job
	begin  int      // the first frame's place in the order of pictures
	fed    int      // frames that were handed over
	filled int      // frames that were handed over before the clock started
	number int      // among the streams of all processes
	kept   *os.File // gets what the encoder writes; nil: nothing is kept

	shown   []int // the pictures in the output, where it is kept
	dropped int   // meanwhile
}

// openStream opens stream number i of the process.
func openStream(ctx context.Context, t *Trial, data []byte, i int) (*stream, error) {
	s := &stream{trial: t, enc: api.NewEncoder(), data: data, order: contend.Job{Count: t.Count}, number: t.First + i}
	s.begin = s.number * max(2*t.Count-2, 1) / t.Total
	var err error
	if s.video, err = s.enc.AddVideo(t.video()); err != nil {
		return nil, err
	}
	output, err := s.output()
	if err != nil {
		return nil, err
	}
	return s, s.enc.Open(ctx, output)
}

// output returns where the stream goes.
func (s *stream) output() (api.Output, error) {
	t := s.trial
	if t.Folder != "" {
		name := fmt.Sprintf("%d.%s", s.number, extension(t.Format))
		return api.File(filepath.Join(t.Folder, name), api.Format(t.Format)), nil
	}
	if !t.keeps(s.number) {
		return api.Writer(discarding{}, t.Format), nil
	}
	var err error
	s.kept, err = os.Create(t.Keep)
	return api.Writer(keeping{s.kept}, t.Format), err
}

// discarding is a destination that discards what it gets.
type discarding struct{}

func (discarding) Write(p []byte) (int, error) { return len(p), nil }

// keeping is a file that cannot be sought, so that it gets the same bytes as discarding.
type keeping struct{ file *os.File }

func (k keeping) Write(p []byte) (int, error) { return k.file.Write(p) }

// extension returns the extension of files of a format.
func extension(format string) string {
	switch format {
	case "matroska":
		return "mkv"
	case "mpegts":
		return "ts"
	default:
		return format
	}
}

// progress is how far an encoder has come.
type progress struct {
	taken   int // frames that the encoder has taken out of its queue, and those that were dropped
	dropped int
	packets int
	over    bool // the run has ended, which it does only where it failed
}

func (p progress) held() int { return p.taken - p.dropped - p.packets }

// progress looks at the encoder.
func (s *stream) progress() progress {
	stats := s.enc.Stats()
	p := progress{over: stats.Over, packets: int(stats.Streams[0].Packets), dropped: int(stats.Streams[0].Dropped)}
	p.taken = p.dropped
	for i := range stats.Nodes {
		if n := &stats.Nodes[i]; strings.HasSuffix(n.Name, "encode") {
			p.taken += int(n.In)
		}
	}
	return p
}

// feed hands over the next frame.
func (s *stream) feed(ctx context.Context) error {
	size := len(s.data) / s.trial.Count
	picture := s.order.Picture(s.begin + s.fed)
	layout := api.NHWC
	if s.trial.Raw {
		layout = api.Raw
	}
	s.fed++
	err := s.video.AddFrames(ctx, api.Frames{Data: s.data[picture*size:][:size], Layout: layout})
	if err == nil && s.trial.keeps(s.number) {
		s.note(picture)
	}
	return err
}

// note notes that a picture was handed over. One that was dropped is not in the output.
func (s *stream) note(picture int) {
	if dropped := s.progress().dropped; dropped > s.dropped {
		s.dropped = dropped
		return
	}
	s.shown = append(s.shown, picture)
}

// errSlow says that an encoder was not filled in time.
var errSlow = errors.New("the encoder gave no packet in time")

// mostFill bounds how many frames fill an encoder. None is known that holds more than 120.
const mostFill = 250

// fill feeds frames until the first packet comes.
func (s *stream) fill(ctx context.Context, until time.Time) error {
	for s.fed < mostFill {
		p := s.progress()
		switch {
		case p.packets > 0:
			return nil
		case p.over:
			return s.enc.Close()
		case time.Now().After(until):
			return errSlow
		case p.taken < s.fed:
			time.Sleep(s.pause())
		default:
			if err := s.feed(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// pause returns how long to wait before the next look at an encoder, so that all looks together
// take about a twentieth of a core: one takes 2 microseconds.
func (s *stream) pause() time.Duration {
	return max(time.Duration(s.trial.Streams)*40*time.Microsecond, 200*time.Microsecond)
}

// keepTime feeds frames by the clock until those that count are fed.
func (s *stream) keepTime(ctx context.Context, c clock, end time.Time) error {
	for k := 0; c.due(float64(k)).Before(end); k++ {
		time.Sleep(time.Until(c.due(float64(k))))
		if err := s.feed(ctx); err != nil {
			return err
		}
	}
	return nil
}

// ahead is how many frames may wait for the encoder while there is no clock. The queue holds more.
const ahead = 2

// race feeds frames as fast as the encoder takes them.
func (s *stream) race(ctx context.Context, end time.Time) error {
	for time.Now().Before(end) {
		p := s.progress()
		if p.over {
			return s.enc.Close()
		}
		if s.fed-p.taken > ahead {
			time.Sleep(s.pause())
			continue
		}
		if err := s.feed(ctx); err != nil {
			return err
		}
	}
	return nil
}
