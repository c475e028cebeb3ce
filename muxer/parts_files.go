package muxer

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
)

// mostOpenParts bounds how many files are open, if one stream is far ahead of another one.
const mostOpenParts = 8

// hasRoom says whether a packet of a part can be written now: the part is open, or another one may
// be opened.
func (p *Parts) hasRoom(number int64) bool {
	if p.isOver(number) || p.find(number) != nil {
		return true
	}
	return len(p.open) < p.mostOpen()
}

// mostOpen is how many parts are open at most.
func (p *Parts) mostOpen() int {
	if p.cfg.Keep > 0 {
		return min(mostOpenParts, p.cfg.Keep)
	}
	return mostOpenParts
}

// mayBringPictures says whether a part stays open for pictures of a stream that is silent. Pictures
// that come too late for their part are lost, and a part that is open costs little. So a part is
// finished without them only when another one needs its place.
func (p *Parts) mayBringPictures(open *part) bool {
	needed := len(p.open) >= p.mostOpen() && p.backlog.lowest() >= 0
	if needed {
		return false
	}
	for i, c := range p.cuts {
		if c.video && !open.mux.order.hasEnded(i) {
			return true
		}
	}
	return false
}

// find returns a part that is open, or nil.
func (p *Parts) find(number int64) *part {
	for _, open := range p.open {
		if open.number == number {
			return open
		}
	}
	return nil
}

// partFor returns the part of a packet. It opens the part if that is necessary.
func (p *Parts) partFor(input int, item numbered) (*part, error) {
	if open := p.find(item.part); open != nil {
		return open, nil
	}
	return p.openPart(item.part, p.origin(input, item))
}

// origin returns the time at which a part begins whose first packet this is. Sound alone cannot be
// cut within a packet. Its parts begin with their first packet, so that one follows another without
// a gap.
func (p *Parts) origin(input int, first numbered) Moment {
	if len(p.cuts) == 1 && !p.cuts[0].video {
		return p.cuts[input].begins(first.Packet)
	}
	return p.cfg.Length.times(first.part + max(0, p.before))
}

// openPart creates the file of a part, and writes its header.
func (p *Parts) openPart(number int64, origin Moment) (*part, error) {
	cfg, free, err := p.config(number)
	cfg.Origin = origin
	if err != nil {
		return nil, err
	}
	cfg.laterTimecodes(p.cfg.Length.times(number))
	defer free()
	if err := p.ring.makeRoom(); err != nil {
		return nil, fmt.Errorf("remove the oldest part: %w", err)
	}
	dst, err := p.create(p.cfg.FileName(number))
	if err != nil {
		return nil, fmt.Errorf("open part %d: %w", number, err)
	}
	p.ring.add(number)
	opened := &part{number: number, path: cfg.Name, flac: newFLACParts(cfg, number)}
	opened.mux, err = New(cfg, dst)
	if err != nil {
		return nil, opened.named(err)
	}
	p.begin(opened)
	return opened, p.giveCues(opened)
}

// config returns the config of a part, and what frees it when its header is written.
func (p *Parts) config(number int64) (cfg Config, free func(), err error) {
	cfg, free = p.cfg.Config, func() {}
	cfg.Name = p.store.Path(p.cfg.FileName(number))
	if number > 0 {
		cfg.Late = false
		cfg.Options = container.OptionsOfLaterPart(cfg.Format, cfg.Options)
	}
	if number == 0 || p.cfg.Describe == nil {
		return cfg, free, nil
	}
	cfg.Streams, err = p.cfg.Describe()
	return cfg, func() { freeCodecs(cfg.Streams) }, err
}

func freeCodecs(streams []Stream) {
	for _, s := range streams {
		s.Codec.Free()
	}
}

// create creates a file. It has its own name from the start if it can be read at any moment.
func (p *Parts) create(name string) (*destination.Destination, error) {
	create := p.store.Create
	if p.visible {
		create = p.store.CreateVisible
	}
	f, err := create(name)
	if err != nil {
		return nil, err
	}
	return destination.NewStored(f), nil
}

// begin adds an open part. It goes on with what is known about the streams.
func (p *Parts) begin(opened *part) {
	m := opened.mux
	m.patience.supplies = p.supplies
	if len(p.open) > 0 {
		m.patience.takeOver(&p.open[len(p.open)-1].mux.patience)
	}
	i := slices.IndexFunc(p.open, func(other *part) bool { return other.number > opened.number })
	if i < 0 {
		i = len(p.open)
	}
	p.open = slices.Insert(p.open, i, opened)
	p.watch.shareLatencies(m)
	p.watch.add(m)
	for input, ended := range p.ended {
		p.pass(input)
		if ended && !p.backlog.has(input) {
			m.order.end(input)
		}
	}
}

// finishPassed finishes the parts that all streams have passed. It also finishes a part if too much
// waits for a stream that has not.
func (p *Parts) finishPassed() error {
	for len(p.open) > 0 {
		first := p.open[0]
		if !first.mux.patience.closing {
			return nil
		}
		if err := first.mux.writeDue(); err != nil {
			return first.named(err)
		}
		waits := !first.mux.order.idle() || p.mayBringPictures(first)
		if waits && p.bytes() <= mostHeldBytes {
			return nil
		}
		if err := p.finishFirst(); err != nil {
			return err
		}
		if err := p.takeBacklog(); err != nil {
			return err
		}
	}
	return nil
}

// bytes returns how many bytes wait for other streams.
func (p *Parts) bytes() int {
	sum := p.backlog.bytes
	for _, open := range p.open {
		sum += open.mux.order.bytes
	}
	return sum
}

// finishFirst writes the trailer of the oldest part that is open, and closes its file.
func (p *Parts) finishFirst() error {
	first := p.open[0]
	whole := first.number == 0 && !first.mux.patience.closing
	if err := first.finish(whole); err != nil {
		return first.named(err)
	}
	p.open = slices.Delete(p.open, 0, 1)
	p.watch.retire(first.mux)
	first.mux.Close()
	return nil
}

// takeBacklog gives packets that have waited for it to the part that can be opened now.
func (p *Parts) takeBacklog() error {
	for input := p.backlog.lowest(); input >= 0; input = p.backlog.lowest() {
		if !p.hasRoom(p.backlog.first(input).part) {
			return nil
		}
		err := p.deliver(input, p.backlog.first(input))
		p.backlog.drop(input)
		if err != nil {
			return err
		}
		p.pass(input)
		if !p.ended[input] {
			continue
		}
		if err := p.endEverywhere(input); err != nil {
			return err
		}
	}
	return nil
}

// named adds the name of the output to an error, if the output has a name.
func (p *Parts) named(err error) error {
	if p.cfg.Name == "" {
		return err
	}
	return fmt.Errorf("output %s: %w", p.cfg.Name, err)
}

// named adds the path of the file to an error that does not have it.
func (p *part) named(err error) error {
	if _, has := errors.AsType[*fs.PathError](err); has || err == nil {
		return err
	}
	return fmt.Errorf("%s: %w", p.path, err)
}
