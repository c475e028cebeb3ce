package muxer

import (
	"context"
	"slices"
	"time"

	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

var (
	_ pipeline.Sink[pipeline.Packet] = (*Parts)(nil)
	_ pipeline.Syncer                = (*Parts)(nil)
	_ pipeline.Ticker                = (*Parts)(nil)
	_ pipeline.Expectant             = (*Parts)(nil)
)

// PartsConfig says how a recording is cut into parts.
type PartsConfig struct {
	Config          // of each part
	Length   Moment // how long a part lasts; above 0
	Usual    bool   // nobody asked for Length: a part may begin later, with the next key frame
	Keep     int    // how many parts stay, those that are being written included; 0: all
	FileName func(part int64) string
	// Describe returns the streams for a part after the first, whose header may have to tell what the
	// encoders have told since. The codecs of these streams are freed. nil: the streams are those of
	// Config, whose codecs live on.
	Describe func() ([]Stream, error)
}

// Parts writes a recording that is cut into files that each play by themselves. It is a
// pipeline.Sink whose input i is stream i.
//
// Each part is a Mux of its own. Cut says to which part a packet belongs. Streams pass from one
// part to the next at different moments, so two parts are open for a while:
//
//	pictures  ──part 3──╮ ╭──part 4──      part 3 does not wait for pictures any more
//	sound     ───part 3───╮ ╭──part 4──    now it is finished, and part 4 goes on
//
// A part is finished when each stream has passed it, has ended, or is silent for longer than the
// patience of the output. While pictures are silent, it stays open until too many others are.
type Parts struct {
	cfg      PartsConfig
	folder   *destination.Destination
	store    destination.Store
	cuts     []cut    // by stream
	ended    []bool   // by stream
	supplies []supply // by stream; nil: packets wait for every stream
	open     []*part  // in the order of their numbers
	backlog  backlog
	late     latecomers
	cues     partCues
	ring     ring
	watch    partsWatch
	before   int64 // how many parts there were before a recording that joins late; -1: it is not known
	joining  bool  // a recording that joins late waits for its first picture
	limited  bool  // packets do not wait for a stream without a limit of time
	visible  bool  // a part can be read at any moment
}

// part is a part that is being written.
type part struct {
	number int64
	path   string // of its file, for errors
	mux    *Mux
	flac   flacParts
}

// NewParts creates the first part in a folder, and writes its header. It takes the folder over,
// also when it fails. Close frees the Parts and gives the folder back.
func NewParts(cfg PartsConfig, folder *destination.Destination) (*Parts, error) {
	p := &Parts{
		cfg: cfg, folder: folder, store: folder.Store(), before: -1, ended: make([]bool, len(cfg.Streams)),
		backlog: newBacklog(len(cfg.Streams)),
		late:    newLatecomers(len(cfg.Streams), cfg.Warn),
		cues:    newPartCues(cfg),
		ring:    ring{keep: cfg.Keep, store: folder.Store(), name: cfg.FileName},
	}
	p.visible = cfg.CrashSafe && CanBeCrashSafe(cfg.Config, destination.DryStored())
	for i, s := range cfg.Streams {
		p.cuts = append(p.cuts, newCut(i, s, cfg.Length, !cfg.Usual))
	}
	first, err := p.openPart(0, Moment{})
	if err != nil {
		p.Close()
		return nil, err
	}
	p.joining = cfg.Late && slices.ContainsFunc(p.cuts, func(c cut) bool { return c.video })
	p.limited = first.mux.patience.limited
	p.watch.describe(first.mux)
	return p, nil
}

// Expect takes what tells, for each stream, whether it is being fed.
func (p *Parts) Expect(supplies []*pipeline.Supply) {
	for _, s := range supplies {
		p.supplies = append(p.supplies, s)
	}
	for _, open := range p.open {
		open.mux.patience.supplies = p.supplies
	}
}

// Consume takes a packet of a stream, and writes all packets that are due.
func (p *Parts) Consume(_ context.Context, input int, packet pipeline.Packet) error {
	if p.cues.sparse[input] {
		return p.consumeCue(input, packet)
	}
	number, err := p.cuts[input].partOf(packet)
	if err != nil {
		packet.Free()
		return p.named(err)
	}
	switch {
	case p.joining:
		return p.join(input, numbered{packet, number, packet.Size()})
	case p.cfg.Late && p.before < 0:
		p.before = number
		if err := p.giveCues(p.open[0]); err != nil {
			packet.Free()
			return err
		}
	}
	return p.admit(input, numbered{packet, p.count(number), packet.Size()})
}

// admit gives a packet to its part, or keeps it until that part can be opened.
func (p *Parts) admit(input int, item numbered) error {
	if p.backlog.has(input) || !p.hasRoom(item.part) {
		p.backlog.add(input, item)
		p.pass(input)
	} else if err := p.deliver(input, item); err != nil {
		return err
	}
	return p.finishPassed()
}

// count returns the number of a part in this recording, which may have joined its streams late.
func (p *Parts) count(number int64) int64 { return max(0, number-max(0, p.before)) }

// deliver gives a packet to its part.
func (p *Parts) deliver(input int, item numbered) error {
	p.pass(input)
	switch over := p.isOver(item.part); {
	case over && p.cuts[input].video:
		return p.late.lose(input, item, p.limited)
	case over:
		item.part = p.open[0].number
		p.late.delay(input)
	default:
		p.late.resume(input)
	}
	to, err := p.partFor(input, item)
	if err != nil {
		item.Free()
		return err
	}
	return to.named(to.consume(input, item.Packet))
}

// consume gives the part a packet.
func (p *part) consume(input int, packet pipeline.Packet) error {
	packet.SetStreamIndex(input)
	packet, ok, err := p.flac.rewrite(packet)
	if err != nil || !ok {
		return err
	}
	return p.mux.consume(input, packet)
}

// finish writes the trailer, and closes the file. Whole: there is no other part.
func (p *part) finish(whole bool) error {
	if err := p.mux.writeHeld(); err != nil {
		return err
	}
	if !whole {
		if err := p.flac.finish(p.mux); err != nil {
			return err
		}
	}
	return p.mux.finish()
}

// isOver says whether a part has been finished, or will never be written.
func (p *Parts) isOver(number int64) bool { return len(p.open) > 0 && number < p.open[0].number }

// pass ends a stream in the parts that it has passed. The packets that they hold do not wait for it
// any more.
func (p *Parts) pass(input int) {
	reached := p.reached(input)
	for _, open := range p.open {
		if open.number < reached {
			open.mux.order.end(input)
			open.mux.patience.close()
		}
	}
}

// reached returns the number of the first part to which a stream may still send.
func (p *Parts) reached(input int) int64 {
	if p.backlog.has(input) {
		return p.backlog.first(input).part
	}
	return p.count(p.cuts[input].part)
}

// EndInput notes that a stream has ended.
func (p *Parts) EndInput(_ context.Context, input int) error {
	p.ended[input] = true
	if p.joining {
		open := p.open[0].mux
		open.order.end(input)
		return p.joinWithoutPictures(false)
	}
	if err := p.endEverywhere(input); err != nil {
		return err
	}
	return p.finishPassed()
}

// endEverywhere ends a stream in all open parts, unless packets of it wait for another part.
func (p *Parts) endEverywhere(input int) error {
	if p.backlog.has(input) {
		return nil
	}
	for _, open := range p.open {
		if err := open.mux.endInput(input); err != nil {
			return open.named(err)
		}
	}
	return nil
}

// Due returns when to look for streams that have become silent; the zero time if that does not
// matter.
func (p *Parts) Due() (due time.Time) {
	for _, open := range p.open {
		if own := open.mux.Due(); !own.IsZero() && (due.IsZero() || own.Before(due)) {
			due = own
		}
	}
	return due
}

// Tick finds the streams that have become silent, writes the packets that waited for them, and
// finishes the parts that waited for them.
func (p *Parts) Tick(context.Context) error {
	for _, open := range p.open {
		if err := open.mux.tick(); err != nil {
			return open.named(err)
		}
	}
	if p.joining {
		return p.joinWithoutPictures(false)
	}
	return p.finishPassed()
}

// Sync passes everything that was consumed so far to the destination, but for packets that wait for
// a part to be finished first.
func (p *Parts) Sync(context.Context) error {
	for _, open := range p.open {
		if err := open.mux.sync(); err != nil {
			return open.named(err)
		}
	}
	return nil
}

// Flush finishes all parts.
func (p *Parts) Flush(context.Context) error {
	if p.joining {
		if err := p.joinWithoutPictures(true); err != nil {
			return err
		}
	}
	for len(p.open) > 0 {
		if err := p.finishFirst(); err != nil {
			return err
		}
		if err := p.takeBacklog(); err != nil {
			return err
		}
	}
	p.late.finish()
	p.cues.finish(p.before)
	return nil
}

// Close frees everything. Parts that can be read at any moment keep what was passed to their files;
// others that are not complete are removed.
func (p *Parts) Close() {
	for _, open := range p.open {
		open.mux.Close()
	}
	p.open = nil
	p.backlog.free()
	p.cues.free()
	p.folder.GiveUp()
}
