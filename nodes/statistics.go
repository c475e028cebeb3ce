package nodes

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// Statistics are what the first of two passes over the same pictures learns for the second one. The
// first pass fills them in; when it has ended, the second one reads them.
type Statistics struct {
	text     []byte // that the encoder returned; empty: it keeps its own file
	pictures int64
	times    timesSum
	complete bool // the first pass has come to its end
}

// Text returns what the encoder returned, for astiavx.SetPassStatistics.
func (s *Statistics) Text() []byte { return s.text }

// Pictures returns how many pictures the first pass encoded.
func (s *Statistics) Pictures() int64 { return s.pictures }

// Complete reports whether the first pass has come to its end.
func (s *Statistics) Complete() bool { return s.complete }

// Pass says which of two passes an encoder makes. The zero value is a single pass.
type Pass struct {
	Number     int // 1 or 2; 0: there is one pass only
	Statistics *Statistics
}

// pass makes one of two passes.
type pass struct {
	Pass
	pictures int64 // so far
	times    timesSum
}

// OnPass makes the encoder, which was opened for it, one of two passes. It is called before the
// first item is processed.
func (e *Encode[M]) OnPass(p Pass) { e.pass = pass{Pass: p} }

// isFirst reports whether the packets are of no use.
func (p *pass) isFirst() bool { return p.Number == 1 }

// add counts the next picture. In the second pass, it returns an error if the first one had no such
// picture: encoders read their statistics beyond the end then, and some end the process.
func (p *pass) add(pts int64) error {
	if p.Number == 0 {
		return nil
	}
	p.pictures++
	p.times = p.times.add(pts)
	if p.Number == 2 && p.pictures > p.Statistics.pictures {
		const text = "the second pass was fed more pictures than the first, which had %d; feed both the same"
		return fmt.Errorf(text, p.Statistics.pictures)
	}
	return nil
}

// learn keeps what the encoder tells about the packet that it has returned, or at its end.
func (p *pass) learn(cc *astiav.CodecContext) {
	if p.isFirst() {
		p.Statistics.text = append(p.Statistics.text, astiavx.PassStatistics(cc)...)
	}
}

// checkEnd returns an error if the second pass had not the pictures of the first one. It is called
// when no more come.
func (p *pass) checkEnd() error {
	switch s := p.Statistics; {
	case p.Number != 2:
		return nil
	case p.pictures < s.pictures:
		const text = "the second pass was fed %d pictures, and the first %d; feed both the same"
		return fmt.Errorf(text, p.pictures, s.pictures)
	case p.times != s.times:
		return fmt.Errorf("the pictures of the second pass have other times than those of the first; feed both the same")
	}
	return nil
}

// end is called when the encoder has returned everything.
func (p *pass) end() {
	if p.isFirst() {
		p.Statistics.pictures, p.Statistics.times, p.Statistics.complete = p.pictures, p.times, true
	}
}

// timesSum is a hash of the times of pictures, in their order (FNV-1a of 64 bits, with a time
// instead of a byte).
type timesSum uint64

func (s timesSum) add(pts int64) timesSum {
	const offset, prime = 14695981039346656037, 1099511628211
	if s == 0 {
		s = offset
	}
	return (s ^ timesSum(pts)) * prime
}
