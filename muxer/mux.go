package muxer

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/asticode/go-astiav"
	"github.com/asticode/go-astikit"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// Stream is what the container must know of a stream.
type Stream struct {
	Codec     *astiav.CodecContext          // open; it outlives New, not longer
	FrameRate astiav.Rational               // of video
	Tag       string                        // the codec's four letters, where the container has such; "": what most players take
	OtherRate astiav.Rational               // that the container is told instead, for Try; zero: none
	Sample    []byte                        // a packet of silence, where NeedsSample says so
	Alter     func(*astiav.CodecParameters) // changes what the container is told, for Try; may be nil
}

// Config says what to write.
type Config struct {
	Name     string            // of the output, which errors and activities then name; "": they do not
	Format   string            // FFmpeg's name of the container
	Options  map[string]string // of the muxer; all must be known to it
	Metadata map[string]string
	Streams  []Stream
	Log      *astiavx.Log // of FFmpeg's lines about the container; nil: none

	// CrashSafe keeps the file readable while it is written, but for the last half second, where CanBeCrashSafe says that there is a way.
	CrashSafe bool

	// Patience is for how long packets wait for a stream that is not being fed. 0 is DefaultPatience where the output must not
	// wait, because it is crash-safe or written front to back, and for ever elsewhere.
	Patience time.Duration
}

// Mux writes a container. It is a pipeline.Sink whose input i is stream i.
type Mux struct {
	name     string
	dst      *destination.Destination
	log      *astiavx.Log
	format   *astiav.FormatContext
	io       *astiavx.IO
	tracks   []track
	order    *interleaver
	held     []atomic.Int64 // packets that wait for other streams, by stream
	patience patience
	fragment time.Duration // how long a fragment lasts that the Mux ends; 0: it ends none
	atKeys   bool          // a fragment also ends before a key frame
	hybrid   bool          // a mov file that consists of fragments until it is finished
	delayed  bool          // the mov muxer's index comes with the first fragment
	indexed  bool          // it has been written
	aside    bool          // FFmpeg waits for streams itself
	ordered  bool          // the container cannot take a packet that lies before the last one
	last     written       // that container's last packet
	roomy    bool          // makeRoom has been called
	closer   *astikit.Closer
	trailer  bool // written
	limit    container.SizeLimit

	keepsSound bool            // FFmpeg keeps a packet of sound until the next one comes
	empty      pipeline.Packet // that makes it write that one; without a packet until it is needed
}

// track is how the times of a stream change on the way into the container.
type track struct {
	from, to astiav.Rational // time bases of the encoder, and of the container after its header
	headers  *inBand         // nil: they are where they belong
	lastDTS  int64
	started  bool
	equal    bool  // the container lets successive packets have one decoding time
	written  bool  // the container has had a packet
	wroteDTS int64 // the decoding time that it had

	kind  astiav.MediaType
	aside bool // FFmpeg does not wait for it
	lead  lead
	shift int64 // of all times

	needsPacket   bool   // before the mov muxer can describe it
	sample        []byte // what serves as such a packet; nil: nothing
	block         int64  // how long that is
	inFragment    bool   // there is one in the fragment that is open
	fragmentStart int64  // its decoding time
	lastIsKey     bool   // the last packet was a key frame
}

var (
	_ pipeline.Sink[pipeline.Packet] = (*Mux)(nil)
	_ pipeline.Syncer                = (*Mux)(nil)
	_ pipeline.Waker                 = (*Mux)(nil)
	_ pipeline.Watched               = (*Mux)(nil)
	_ pipeline.Holder                = (*Mux)(nil)
)

// Try writes the header to nowhere, as if to dst, and returns what the container has against it. It logs nothing.
func Try(cfg Config, dst *destination.Destination) error {
	cfg.Log = nil
	m, err := New(cfg, dst.DryRun())
	if err != nil {
		return err
	}
	m.Close()
	return nil
}

// New writes the header to dst. It takes dst over, also when it fails. Close frees the Mux and closes dst.
func New(cfg Config, dst *destination.Destination) (*Mux, error) {
	m := &Mux{name: cfg.Name, dst: dst, log: cfg.Log, closer: astikit.NewCloser()}
	if err := m.open(cfg); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

func (m *Mux) open(cfg Config) error {
	if err := m.openIO(); err != nil {
		return err
	}
	if err := m.openFormat(cfg.Format); err != nil {
		return err
	}
	if err := m.addStreams(cfg.Streams); err != nil {
		return err
	}
	if err := m.writeHeader(cfg); err != nil {
		return err
	}
	if err := cfg.spec(m.dst).CheckFinish(); err != nil {
		return err
	}
	if err := m.checkRates(cfg.Streams); err != nil {
		return err
	}
	for i, s := range m.format.Streams() {
		m.tracks[i].to = s.TimeBase()
		m.tracks[i].equal = m.format.OutputFormat().Flags().Has(astiav.IOFormatFlagTsNonstrict)
	}
	m.order, m.held = newInterleaver(m.tracks), make([]atomic.Int64, len(m.tracks))
	m.limit = cfg.spec(m.dst).SizeLimit()
	m.arrange(cfg)
	return nil
}

// Consume takes a packet of a stream and writes what is due.
func (m *Mux) Consume(_ context.Context, input int, p pipeline.Packet) error {
	return m.named(m.consume(input, p))
}

func (m *Mux) consume(input int, p pipeline.Packet) error {
	t := &m.tracks[input]
	if t.headers != nil {
		if err := t.headers.apply(p); err != nil {
			p.Free()
			return err
		}
	}
	m.held[input].Add(1)
	p.SetStreamIndex(input)
	t.rescale(p)
	t.rise(p)
	m.patience.noteArrival()
	if m.patience.silent[input].silent { // its packet may be here before the call that fed it has said so
		m.setSilent(input, hush{})
	}
	m.order.push(input, p)
	return m.writeDue()
}

// rescale brings the times of a packet to the container's clock. It rounds where the packet ends, rather than how long it lasts, so that
// the last one ends where it should.
func (t *track) rescale(p pipeline.Packet) {
	end := astiav.RescaleQ(p.Pts()+p.Duration(), t.from, t.to)
	lasts := p.Duration() > 0
	p.RescaleTs(t.from, t.to)
	if lasts {
		p.SetDuration(end - p.Pts())
	}
}

// rise keeps the decoding times of a stream strictly increasing, where a coarse time base has made two of them one and the container
// does not take that. It moves sound by a tick at most: of pictures, checkRates has refused the rates at which it would go on.
func (t *track) rise(p pipeline.Packet) {
	if t.started && !t.equal && p.Dts() <= t.lastDTS {
		p.SetDts(t.lastDTS + 1)
		p.SetPts(max(p.Pts(), p.Dts()))
	}
	t.started, t.lastDTS = true, p.Dts()
}

// EndInput says that a stream has ended: the others need not wait for it. Where no stream is left from which anything is
// expected, what was written is brought to the destination now, because Close may be far off.
func (m *Mux) EndInput(_ context.Context, input int) error { return m.named(m.endInput(input)) }

func (m *Mux) endInput(input int) error {
	m.order.end(input)
	if err := m.writeDue(); err != nil || !m.patience.kept || m.order.expects() || !m.patience.unsent {
		return err
	}
	return m.flush()
}

func (m *Mux) writeDue() error {
	m.hearAgain()
	for {
		p, ok := m.order.next()
		if !ok {
			return nil
		}
		if err := m.write(p); err != nil {
			return err
		}
	}
}

func (m *Mux) write(p pipeline.Packet) error {
	defer p.Free()
	m.held[p.StreamIndex()].Add(-1)
	if err := m.prepare(p); err != nil {
		return err
	}
	if m.completesFragment(p) {
		if err := m.flush(); err != nil {
			return err
		}
	}
	m.tracks[p.StreamIndex()].wrote(p)
	m.patience.unsent = true
	return m.explain("write a packet", m.lockstep(m.writeFrame(p)))
}

// writeFrame gives FFmpeg a packet, and has it collect as many bytes of it as suits the destination.
func (m *Mux) writeFrame(p pipeline.Packet) error {
	usual, size := m.dst.BufferSize(0), m.dst.BufferSize(p.Size())
	if size == usual {
		return m.format.WriteFrame(p.Packet)
	}
	m.io.Collect(size)
	defer m.io.Collect(usual)
	return m.format.WriteFrame(p.Packet)
}

// prepare makes the container ready for a packet, and gives it the time that it has there.
func (m *Mux) prepare(p pipeline.Packet) error {
	if err := m.checkOrder(p); err != nil {
		return err
	}
	if err := m.checkSize(p); err != nil {
		return err
	}
	if err := m.makeRoom(); err != nil {
		return err
	}
	m.tracks[p.StreamIndex()].move(p)
	m.putAside(p)
	return nil
}

// checkSize finishes the file if another packet would make it too large.
func (m *Mux) checkSize(p pipeline.Packet) error {
	if m.limit.Fits(m.io.Tell() + int64(p.Size())) {
		return nil
	}
	if err := m.finish(); err != nil {
		return err
	}
	return &container.SizeError{Format: m.format.OutputFormat().Name(), Most: int64(m.limit)}
}

// written is the time of the last packet that a container got.
type written struct {
	dts  int64
	base astiav.Rational
}

// checkOrder refuses a packet that comes too late for the container.
func (m *Mux) checkOrder(p pipeline.Packet) error {
	if !m.ordered {
		return nil
	}
	base := m.tracks[p.StreamIndex()].to
	if m.last.base.Den() > 0 && earlier(p.Dts(), base, m.last.dts, m.last.base) {
		return fmt.Errorf("%s takes packets in the order of their times alone, and one of stream %d at %.3f s comes after one at %.3f s: "+
			"feed all streams, or write mkv, where a stream may fall behind",
			m.format.OutputFormat().Name(), p.StreamIndex(), float64(p.Dts())*base.Float64(), float64(m.last.dts)*m.last.base.Float64())
	}
	m.last = written{p.Dts(), base}
	return nil
}

// writeAll writes what is held, in order, without waiting for anything.
func (m *Mux) writeAll() error {
	for {
		p, ok := m.order.earliest()
		if !ok {
			return nil
		}
		if err := m.write(p); err != nil {
			return err
		}
	}
}

// Sync brings everything that was consumed so far to the destination.
func (m *Mux) Sync(context.Context) error { return m.named(m.sync()) }

func (m *Mux) sync() error {
	if err := m.writeAll(); err != nil {
		return err
	}
	return m.flush()
}

// Flush writes what is held and the trailer, and closes a file.
func (m *Mux) Flush(context.Context) error { return m.named(m.writeRest()) }

func (m *Mux) writeRest() error {
	if err := m.writeAll(); err != nil {
		return err
	}
	return m.finish()
}

// finish writes the trailer, and closes a file.
func (m *Mux) finish() error {
	if err := m.leaveOutUnfed(); err != nil {
		return err
	}
	err := m.format.WriteTrailer()
	m.io.Flush()
	what := "write the trailer"
	if !slices.ContainsFunc(m.tracks, func(t track) bool { return t.started }) {
		what += ", without anything before it" // which gif for one cannot
	}
	if err := m.explain(what, err); err != nil {
		return err
	}
	m.trailer = true
	if err := m.dst.Close(); err != nil {
		return fmt.Errorf("close the destination: %w", err)
	}
	return nil
}

// Close frees everything. What was not flushed is not written.
func (m *Mux) Close() {
	if m.order != nil {
		m.order.free()
		for i := range m.held {
			m.held[i].Store(0)
		}
	}
	_ = m.closer.Close() // only frees
	m.dst.GiveUp()
}

// explain says what failed, with the writer's own error where that is the reason.
func (m *Mux) explain(what string, err error) error {
	if own := m.dst.Err(); own != nil {
		return fmt.Errorf("%s: %w", what, own)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
