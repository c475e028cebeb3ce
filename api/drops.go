package api

import (
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/fflog"
)

// A period in which frames are dropped ends when none has been dropped for this long and for so
// many frames. A stream that is overloaded drops one frame now and then, and not all in a row.
const (
	calmTime   = time.Second
	calmFrames = 10
)

// drops counts the frames of a stream that were dropped, and tells the logger once when a period of
// drops begins and once when it ends. It is nil for a stream that drops none.
type drops struct {
	stream  int
	places  int // how many frames may wait
	journal fflog.Journal
	total   atomic.Int64

	mu     sync.Mutex
	period *dropPeriod // nil: no frames are being dropped
	lines  []dropLine  // that the logger has not got yet
	over   bool        // the logger gets no more lines
}

// dropPeriod is a time in which frames are dropped.
type dropPeriod struct {
	begin, last      time.Time // when the first and the last frame were dropped
	dropped, offered int64     // from the first to the last frame that was dropped
	calm             int64     // frames that were accepted since then
}

type dropLine struct {
	text   string
	fields []zap.Field
}

// drop counts a frame that was dropped.
func (d *drops) drop() {
	d.total.Add(1)
	now := time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over {
		return
	}
	if d.period == nil {
		d.period = &dropPeriod{begin: now}
		d.add("frames are dropped, because the encoder does not keep up", zap.Int("waiting", d.places))
	}
	p := d.period
	p.last = now
	p.dropped++
	p.offered += p.calm + 1
	p.calm = 0
}

// accept counts a frame that was not dropped. It ends the period once there were enough of them.
func (d *drops) accept() {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.period == nil {
		return
	}
	d.period.calm++
	if d.period.calm >= calmFrames && time.Since(d.period.last) >= calmTime {
		d.end()
	}
}

// finish ends the period, because no more frames come, and tells the logger.
func (d *drops) finish() {
	if d == nil {
		return
	}
	d.mu.Lock()
	d.end()
	d.over = true
	d.mu.Unlock()
	d.report()
}

// end ends the period, if there is one. The caller holds the mutex.
func (d *drops) end() {
	p := d.period
	if p == nil {
		return
	}
	d.period = nil
	d.add("frames were dropped", zap.Int64("dropped", p.dropped), zap.Int64("offered", p.offered),
		zap.Duration("during", p.last.Sub(p.begin)))
}

// add adds a line for the logger. The caller holds the mutex.
func (d *drops) add(text string, fields ...zap.Field) {
	d.lines = append(d.lines, dropLine{text, append([]zap.Field{zap.Int("stream", d.stream)}, fields...)})
}

// report gives the logger the lines that it has not got yet. The logger may wait for other calls of
// the stream. So the caller must not hold the turn, nor be admitted to the encoder.
func (d *drops) report() {
	if d == nil {
		return
	}
	d.mu.Lock()
	lines := d.lines
	d.lines = nil
	d.mu.Unlock()
	for _, l := range lines {
		d.journal.Log(zap.WarnLevel, l.text, l.fields...)
	}
}
