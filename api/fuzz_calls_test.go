package api_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

var errGivenUp = errors.New("given up")

// model is what the documentation says of an encoder: which error each call has to return.
type model struct {
	t       *testing.T
	enc     *api.Encoder
	video   []*modelStream
	audio   []*api.AudioStream
	silent  []bool // audio streams that have ended
	reached []int  // samples of audio streams
	lent    []lentPicture
	open    bool
	closed  bool
	aborted error
	over    error // what Close and Abort return from now on; nil before, and after a Close without an error
}

type modelStream struct {
	*api.VideoStream
	ended bool
	lent  int
}

type lentPicture struct {
	*api.Picture
	of *modelStream
}

const modelDepth = 2

// feeding is the error of all that feeds a stream, or nil.
func (m *model) feeding() error {
	switch {
	case m.closed:
		return api.ErrClosed
	case m.aborted != nil:
		return m.aborted
	case !m.open:
		return api.ErrNotOpen
	default:
		return nil
	}
}

// configuring is the error of all that configures an encoder, or nil.
func (m *model) configuring() error {
	switch err := m.feeding(); {
	case err == nil:
		return api.ErrAlreadyOpen
	case errors.Is(err, api.ErrNotOpen):
		return nil
	default:
		return err
	}
}

// require checks that err is want, which may be a config's.
func (m *model) require(want, err error, call string) {
	m.t.Helper()
	switch {
	case want == nil:
		require.NoError(m.t, err, call)
	case errors.Is(want, errWrongConfig):
		var config *api.ConfigError
		require.ErrorAs(m.t, err, &config, call)
	default:
		require.ErrorIs(m.t, err, want, call)
	}
}

var errWrongConfig = errors.New("any ConfigError")

// or is the first of these that is an error.
func or(errs ...error) error {
	i := slices.IndexFunc(errs, func(err error) bool { return err != nil })
	if i < 0 {
		return nil
	}
	return errs[i]
}

func ended(yes bool) error {
	if yes {
		return api.ErrEnded
	}
	return nil
}

func (m *model) addStreams(d *dice) {
	if len(m.video)+len(m.audio) < 4 {
		v, err := m.enc.AddVideo(
			api.VideoConfig{Width: 16, Height: 16, FrameRate: 25, Codec: "rawvideo", InputFormat: "yuv420p"},
		)
		m.require(m.configuring(), err, "AddVideo")
		if err == nil {
			m.video = append(m.video, &modelStream{VideoStream: v})
		}
		a, err := m.enc.AddAudio(api.AudioConfig{SampleRate: 8000, NumChannels: 1, Codec: "pcm_s16le"})
		m.require(m.configuring(), err, "AddAudio")
		if err == nil {
			m.audio, m.silent, m.reached = append(m.audio, a), append(m.silent, false), append(m.reached, 0)
		}
	}
	_, err := m.enc.AddVideo(api.VideoConfig{Width: d.below(2), FrameRate: 25})
	m.require(or(m.configuring(), errWrongConfig), err, "AddVideo, wrong")
	_, err = m.enc.AddAudio(api.AudioConfig{SampleRate: 8000})
	m.require(or(m.configuring(), errWrongConfig), err, "AddAudio, wrong")
}

func (m *model) openIt(d *dice) {
	want := m.configuring()
	if want == nil && len(m.video)+len(m.audio) == 0 {
		want = api.ErrNoStreams
	}
	ctx, format := context.Background(), "nut"
	switch d.below(4) {
	case 0:
		want, format = or(want, errWrongConfig), "no such format"
	case 1:
		dead, cancel := context.WithCancelCause(ctx)
		cancel(errGivenUp)
		want, ctx = or(want, errGivenUp), dead
	}
	err := m.enc.OpenWriter(ctx, io.Discard, format)
	m.require(want, err, "OpenWriter")
	m.open = m.open || err == nil
}

func (m *model) feedVideo(d *dice) {
	if len(m.video) == 0 {
		return
	}
	ctx := context.Background()
	v := m.video[d.below(len(m.video))]
	data := make([]byte, 16*16*3*d.below(4))
	m.require(or(m.feeding(), ended(v.ended)), v.AddFrames(ctx, api.Frames{Data: data, Layout: api.Raw}), "AddFrames")
	wrong := api.Frames{Data: make([]byte, 1+2*d.below(350)), Layout: api.Raw}
	m.require(or(m.feeding(), errWrongConfig), v.AddFrames(ctx, wrong), "AddFrames, wrong")
	m.require(or(m.feeding(), errWrongConfig), v.AddImage(ctx, nil), "AddImage, wrong")
}

func (m *model) feedAudio(d *dice) {
	if len(m.audio) == 0 {
		return
	}
	ctx, i := context.Background(), d.below(len(m.audio))
	a, want := m.audio[i], or(m.feeding(), ended(m.silent[i]))
	n := d.below(256)
	m.require(want, a.AddSamples(ctx, make([][]float32, 1)), "AddSamples, none")
	m.require(want, a.AddSamples(ctx, tone(1, 0, n)), "AddSamples")
	m.require(want, a.AddInterleaved(ctx, make([]float32, n)), "AddInterleaved")
	m.require(want, a.AddInt16(ctx, make([]int16, n)), "AddInt16")
	m.require(or(m.feeding(), errWrongConfig), a.AddSamples(ctx, tone(2, 0, 1)), "AddSamples, wrong")
	if want == nil {
		m.reached[i] += 3 * n
	}
	at := d.below(256) // milliseconds, of 8 samples each
	if want == nil && 8*at < m.reached[i] {
		want = errWrongConfig
	}
	m.require(want, a.SilenceUntil(ctx, time.Duration(at)*time.Millisecond), "SilenceUntil")
	if want == nil {
		m.reached[i] = 8 * at
	}
	m.require(or(m.feeding(), errWrongConfig), a.SilenceUntil(ctx, -1), "SilenceUntil, wrong")
}

func (m *model) acquire(d *dice) {
	if len(m.video) == 0 {
		return
	}
	v := m.video[d.below(len(m.video))]
	want := or(m.feeding(), ended(v.ended))
	if want == nil && v.lent == modelDepth {
		want = api.ErrPicturesLent
	}
	p, err := v.Acquire(context.Background())
	m.require(want, err, "Acquire")
	if err == nil {
		v.lent++
		m.lent = append(m.lent, lentPicture{p, v})
	}
}

func (m *model) giveBack(d *dice) {
	if len(m.lent) == 0 {
		return
	}
	i := d.below(len(m.lent))
	p := m.lent[i]
	for k := range p.Pix {
		p.Pix[k] = byte(k) // its memory stays valid whatever has happened
	}
	ctx := context.Background()
	if other := m.video[d.below(len(m.video))]; other != p.of {
		m.require(or(m.feeding(), errWrongConfig), other.Commit(ctx, p.Picture), "Commit, of another stream")
	}
	if d.below(2) == 0 {
		m.require(or(m.feeding(), ended(p.of.ended)), p.of.Commit(ctx, p.Picture), "Commit")
	} else {
		p.Discard()
	}
	require.Nil(m.t, p.Pix)
	m.require(or(m.feeding(), errWrongConfig), p.of.Commit(ctx, p.Picture), "Commit, again")
	p.Discard()
	p.of.lent--
	m.lent = slices.Delete(m.lent, i, i+1)
}

func (m *model) endOne(d *dice) {
	if n := len(m.video); n > 0 && d.below(2) == 0 {
		v := m.video[d.below(n)]
		m.require(m.feeding(), v.End(), "End")
		v.ended = v.ended || m.feeding() == nil
	} else if n := len(m.audio); n > 0 {
		i := d.below(n)
		m.require(m.feeding(), m.audio[i].End(), "End")
		m.silent[i] = m.silent[i] || m.feeding() == nil
	}
}

func (m *model) sync() { m.require(m.feeding(), m.enc.Sync(context.Background()), "Sync") }

func (m *model) close() {
	m.require(m.over, m.enc.Close(), "Close")
	m.closed = true
}

// closeWithin closes the encoder by a context, which may have ended.
func (m *model) closeWithin(d *dice) {
	ctx, want := context.Background(), m.over
	if d.below(2) == 0 {
		ctx = endedContext()
		if !m.closed {
			want = or(m.over, errNoPatience)
		}
	}
	m.require(want, m.enc.CloseContext(ctx), "CloseContext")
	m.closed, m.over = true, want
}

func (m *model) abort() {
	want := or(m.over, errGivenUp)
	if m.closed {
		want = nil
	}
	m.require(want, m.enc.Abort(errGivenUp), "Abort")
	if !m.closed && m.aborted == nil {
		m.aborted, m.over = errGivenUp, errGivenUp
	}
}

func (m *model) step(d *dice) {
	switch d.below(16) {
	case 0, 1:
		m.addStreams(d)
	case 2, 3:
		m.openIt(d)
	case 4, 5, 6:
		m.feedVideo(d)
	case 7, 8:
		m.feedAudio(d)
	case 9, 10:
		m.acquire(d)
	case 11, 12:
		m.giveBack(d)
	case 13:
		m.endOne(d)
	case 14:
		m.sync()
	default:
		switch d.below(4) {
		case 0:
			m.close()
		case 1:
			m.abort()
		case 2:
			m.closeWithin(d)
		default:
			requireLaw(m.t, m.enc.Stats(), false)
		}
	}
}

// FuzzCalls makes calls in any order, and compares each error with what the table of errors says.
// It has found
//   - abort_after_close_of_an_aborted_run: whether an Abort after Close returned the cause depended
//     on when the first came. Close decides it now.
func FuzzCalls(f *testing.F) {
	seed(f, 200, 120)
	f.Fuzz(func(t *testing.T, data []byte) {
		overseen(t, func() {
			m := &model{t: t, enc: api.NewEncoder(api.WithQueueDepth(modelDepth))}
			defer func() {
				for _, p := range m.lent {
					p.Discard()
				}
				_ = m.enc.Abort(nil)
			}()
			for d := (&dice{data}); len(d.left) > 0; {
				m.step(d)
			}
			m.close()
			requireLaw(t, m.enc.Stats(), true)
		})
	})
}
