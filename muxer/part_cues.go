package muxer

import (
	"fmt"
	"slices"

	"github.com/avloom/avloom/pipeline"
)

// partCues hands the cues of streams of text to the parts of a recording.
//
// Text is sparse, so it opens no part and finishes none. A cue waits until pictures or sound have
// opened its part. One that is shown over the end of a part is in the next one, too. Only where all
// streams are text do its parts follow from it, as those of sound do.
//
// A part gets the cues that wait when it is opened, and later ones as they come. So a cue takes no
// longer where many wait, and no more memory where it is shown in many parts.
type partCues struct {
	sparse  []bool    // by stream
	waiting []partCue // those of which parts may still be opened, in the order in which they came
	bytes   int       // of the cues that wait
	lost    []int64   // by stream: cues that the part of their beginning does not have
	warn    func(stream int, text string)
}

// partCue is a cue, and the parts in which it is shown. Their numbers are those of the run, which a
// recording may have joined late.
type partCue struct {
	pipeline.Packet
	first, last int64
	begun       bool // the first part has it
	size        int  // in bytes
}

func newPartCues(cfg PartsConfig) partCues {
	c := partCues{sparse: make([]bool, len(cfg.Streams)), lost: make([]int64, len(cfg.Streams)), warn: cfg.Warn}
	if c.warn == nil {
		c.warn = func(int, string) {}
	}
	isText := func(s Stream) bool { return isTextKind(s.Codec.kind()) }
	if !slices.ContainsFunc(cfg.Streams, func(s Stream) bool { return !isText(s) }) {
		return c
	}
	for i, s := range cfg.Streams {
		c.sparse[i] = isText(s)
	}
	return c
}

// consumeCue gives a cue to those of its parts that are open, and keeps it for the others.
func (p *Parts) consumeCue(input int, packet pipeline.Packet) error {
	packet.SetStreamIndex(input)
	lastTick := Moment{packet.Pts() + packet.Duration() - 1, p.cuts[input].base}
	cue := partCue{
		Packet: packet, size: packet.Size(),
		first: p.cfg.Length.fitsInto(p.cuts[input].begins(packet)), last: p.cfg.Length.fitsInto(lastTick),
	}
	if p.knowsFirst() {
		for _, to := range p.open {
			if err := p.giveCue(&cue, to); err != nil {
				packet.Free()
				return err
			}
		}
	}
	if p.isPast(cue) {
		p.cues.drop(cue, p.before)
		return nil
	}
	p.cues.waiting = append(p.cues.waiting, cue)
	p.cues.bytes += cue.size
	if p.cues.bytes > mostHeldBytes {
		return fmt.Errorf("more than %d MiB of cues wait for their parts: add cues nearer to their times", mostHeldBytes>>20)
	}
	return nil
}

// knowsFirst says whether it is known with which part of the run the recording begins.
func (p *Parts) knowsFirst() bool { return !p.joining && (!p.cfg.Late || p.before >= 0) }

// isPast says whether no part will be opened any more in which a cue is shown.
func (p *Parts) isPast(c partCue) bool {
	if !p.knowsFirst() || len(p.open) == 0 {
		return false
	}
	for number := max(c.first-max(0, p.before), p.open[0].number); number <= c.last-max(0, p.before); number++ {
		if p.find(number) == nil {
			return false
		}
	}
	return true
}

// giveCue gives a part what is shown in it of a cue.
func (p *Parts) giveCue(c *partCue, to *part) error {
	number := to.number + max(0, p.before)
	if number < c.first || number > c.last {
		return nil
	}
	piece, err := c.Ref()
	if err != nil {
		return err
	}
	stream := c.StreamIndex()
	base := p.cuts[stream].base
	begin, end := c.Pts(), c.Pts()+c.Duration()
	if number > c.first {
		begin = p.cfg.Length.times(number).firstTick(base)
	}
	if number < c.last {
		end = p.cfg.Length.times(number + 1).firstTick(base)
	}
	piece.SetPts(begin)
	piece.SetDts(begin)
	piece.SetDuration(end - begin)
	c.begun = c.begun || number == c.first
	return to.named(to.consume(stream, piece))
}

// giveCues gives an open part the cues that wait, and frees those that no other part will have.
func (p *Parts) giveCues(to *part) error {
	if !p.knowsFirst() {
		return nil
	}
	for i := range p.cues.waiting {
		if err := p.giveCue(&p.cues.waiting[i], to); err != nil {
			return err
		}
	}
	p.cues.waiting = slices.DeleteFunc(p.cues.waiting, func(c partCue) bool {
		past := p.isPast(c)
		if past {
			p.cues.bytes -= c.size
			p.cues.drop(c, p.before)
		}
		return past
	})
	return nil
}

// drop frees a cue. It notes that the part of its beginning was finished before the cue came,
// unless that was before the recording began, with the part that is called before.
func (c *partCues) drop(cue partCue, before int64) {
	stream := cue.StreamIndex()
	cue.Free()
	if cue.begun || cue.first < before {
		return
	}
	if c.lost[stream] == 0 {
		const text = "a cue of part %d came after the part was finished, and is left out"
		c.warn(stream, fmt.Sprintf(text, cue.first-max(0, before)))
	}
	c.lost[stream]++
}

// finish leaves out the cues of parts that were never recorded, and reports how many cues the
// recording lacks.
func (c *partCues) finish(before int64) {
	for _, cue := range c.waiting {
		if !cue.begun && cue.first >= before {
			c.lost[cue.StreamIndex()]++
		}
	}
	c.free()
	for stream, n := range c.lost {
		if n > 0 {
			c.warn(stream, fmt.Sprintf("%d cues are left out, because no part was being recorded at their times", n))
		}
	}
}

// free frees the cues that wait.
func (c *partCues) free() {
	for _, cue := range c.waiting {
		cue.Free()
	}
	c.waiting, c.bytes = nil, 0
}
