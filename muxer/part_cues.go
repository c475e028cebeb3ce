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
type partCues struct {
	sparse  []bool    // by stream
	waiting []partCue // in the order in which they came
	bytes   int       // of the cues that wait
	lost    []int64   // by stream: cues that no part has
	warn    func(stream int, text string)
}

// partCue is a cue, or the rest of one that began in an earlier part.
type partCue struct {
	numbered
	rest bool
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

// consumeCue gives a cue to all parts in which it is shown.
func (p *Parts) consumeCue(input int, packet pipeline.Packet) error {
	packet.SetStreamIndex(input)
	end := Moment{packet.Pts() + packet.Duration(), p.cuts[input].base}
	first := p.cfg.Length.fitsInto(p.cuts[input].begins(packet))
	for part := first + 1; p.cfg.Length.times(part).before(end); part++ {
		rest, err := packet.Ref()
		if err != nil {
			packet.Free()
			return err
		}
		begin := p.cfg.Length.times(part).firstTick(p.cuts[input].base)
		next := p.cfg.Length.times(part + 1).firstTick(p.cuts[input].base)
		rest.SetDuration(min(end.Ticks, next) - begin)
		rest.SetPts(begin)
		rest.SetDts(begin)
		p.cues.add(partCue{numbered{rest, part, rest.Size()}, true})
	}
	cut := p.cfg.Length.times(first + 1).firstTick(p.cuts[input].base)
	packet.SetDuration(min(end.Ticks, cut) - packet.Pts())
	p.cues.add(partCue{numbered{packet, first, packet.Size()}, false})
	if err := p.deliverCues(); err != nil {
		return err
	}
	if p.cues.bytes > mostHeldBytes {
		return fmt.Errorf("more than %d MiB of cues wait for their parts: add cues nearer to their times", mostHeldBytes>>20)
	}
	return nil
}

func (c *partCues) add(cue partCue) {
	c.waiting = append(c.waiting, cue)
	c.bytes += cue.size
}

// deliverCues gives the cues that wait to those parts that are open.
func (p *Parts) deliverCues() error {
	if p.joining || p.cfg.Late && p.before < 0 || len(p.open) == 0 {
		return nil // it is not known which part is the first
	}
	waiting := p.cues.waiting
	p.cues.waiting, p.cues.bytes = nil, 0
	for i, item := range waiting {
		stream, number := item.StreamIndex(), item.part-max(0, p.before)
		switch to := p.find(number); {
		case number < 0:
			item.Free()
		case to != nil:
			if err := to.named(to.consume(stream, item.Packet)); err != nil {
				freeCues(waiting[i+1:])
				return err
			}
		case p.isOver(number):
			p.cues.lose(item, number)
			item.Free()
		default:
			p.cues.add(item)
		}
	}
	return nil
}

// lose notes a cue whose part was finished before it came.
func (c *partCues) lose(cue partCue, part int64) {
	stream := cue.StreamIndex()
	if cue.rest {
		return
	}
	if c.lost[stream] == 0 {
		c.warn(stream, fmt.Sprintf("a cue of part %d came after the part was finished, and is left out", part))
	}
	c.lost[stream]++
}

// finish leaves out the cues of parts that were never recorded, and reports how many cues the
// recording lacks.
func (c *partCues) finish() {
	for _, cue := range c.waiting {
		if !cue.rest {
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
	freeCues(c.waiting)
	c.waiting, c.bytes = nil, 0
}

func freeCues(cues []partCue) {
	for _, cue := range cues {
		cue.Free()
	}
}
