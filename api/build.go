package api

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/asticode/go-astikit"
	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// Nodes that others than the graph speak of. Pictures are encoded on their own, or on the goroutine that also converts.
const (
	encodeNode  = "encode"
	chainedNode = "convert+encode"
	muxNode     = "mux"
)

// builder opens what a run needs, step by step. Until the graph starts, the closer frees what was opened, in reverse order.
type builder struct {
	*target  // the one in hand
	targets  []*target
	settings settings
	journal  journal
	share    threadShare // of each video stream that does not say itself
	used     int         // of the shares together
	opened   *astikit.Closer
	dst      *atomic.Pointer[destination.Destination] // the last that was opened
	streams  []muxer.Stream
	inputs   []stream
	facts    []streamFacts
	chosen   []zap.Field
	lost     []lostWish
	lines    *ffmpegLines
	wanted   wanted
	headers  int                                                     // that have been tried to find what a container refuses
	connect  []func(*pipeline.Run) *pipeline.Outlet[pipeline.Packet] // one for each stream
}

// build opens all that a run needs, which ends with opening, and starts the graph, which ends with ctx.
func (e *Encoder) build(ctx, opening context.Context, outputs []Output) (*run, error) {
	if err := e.settings.check(); err != nil {
		return nil, err
	}
	b := &builder{
		settings: e.settings, opened: astikit.NewCloser(), dst: new(atomic.Pointer[destination.Destination]), inputs: e.streams,
		lines: newFFmpegLines(e.journal), journal: e.journal, share: e.claim.take(budgeted(e.streams)),
		wanted: func() bool { return opening.Err() == nil },
	}
	complete := false
	defer func() { // also where the logger calls runtime.Goexit
		if !complete {
			e.claim.putBack()
		}
	}()
	opened, err := b.attempt(opening, outputs, &e.leftBehind)
	if err != nil {
		return nil, err
	}
	complete = true
	e.claim.keep(b.used)
	r := b.start(ctx, e.claim, opened)
	r.path, r.shown = outputs[0].path, outputs[0].shown()
	return r, nil
}

// budgeted counts the streams that take part in a thread budget.
func budgeted(streams []stream) int {
	n := 0
	for _, s := range streams {
		if v, ok := s.(*VideoStream); ok && v.plan.threads == 0 && !v.plan.onCUDA() {
			n++
		}
	}
	return n
}

// prepareOutput finds the container, and checks what was said about the output.
func (b *builder) prepareOutput(o Output) error {
	err := firstError(o.check(), o.checkNames(), checkMetadata(o.metadata))
	if err != nil {
		return err
	}
	if err := b.findContainer(); err != nil {
		return err
	}
	if b.muxer, b.protocol, err = b.formatOptions(); err != nil {
		return err
	}
	for key := range b.muxer {
		b.saidIn[key] = "FormatOptions"
	}
	return b.faststart(o)
}

func (b *builder) faststart(o Output) error {
	if !o.faststart {
		return nil
	}
	switch {
	case o.crashSafe != nil && *o.crashSafe:
		return &ConfigError{Field: "Faststart", Value: true, Reason: "CrashSafe(true) is set too, and a file is one or the other; give one of the two"}
	case !container.IsMovFamily(b.container.Name):
		return &ConfigError{Field: "Faststart", Value: b.container.Name, Reason: "is for mp4 and mov; other containers need none"}
	case o.kind != toFile:
		return &ConfigError{Field: "Faststart", Value: o.shown(), Reason: "needs a file, which it reads again; open one with OpenFile"}
	case b.muxer["movflags"] != "":
		return &ConfigError{Field: "Faststart", Value: b.muxer["movflags"], Reason: "FormatOptions[movflags] is set too; add +faststart to it instead"}
	}
	b.muxer["movflags"], b.saidIn["movflags"] = "+faststart", "Faststart"
	return nil
}

// addMuxerOptions takes options of a stream that only the muxers know: each what it has.
func (b *builder) addMuxerOptions(options []codecOption) error {
	for _, t := range b.targets {
		known := astiavx.MuxerOptions(t.container.Name)
		own := slices.DeleteFunc(slices.Clone(options), func(o codecOption) bool { _, ok := findOption(known, o.key); return !ok })
		if err := b.at(t).addOwnOptions(own); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) addOwnOptions(options []codecOption) error {
	for _, o := range options {
		if said, ok := b.muxer[o.key]; ok && said != o.value {
			return &ConfigError{Field: o.field, Value: o.given, Reason: fmt.Sprintf("%s has %q for it already, from %s, and takes one value for all; give it once", b.container.Name, said, b.saidIn[o.key])}
		}
		b.muxer[o.key], b.saidIn[o.key] = o.value, fmt.Sprintf("stream %d", len(b.streams))
	}
	return nil
}

// openMuxers tries the headers in memory, and only then touches the destinations.
func (b *builder) openMuxers(ctx context.Context) (sinks, error) {
	for i, t := range b.targets {
		if err := b.at(t).tryHeader(); err != nil {
			return nil, b.outputError(i, err)
		}
	}
	opened := make(sinks, len(b.targets))
	for _, i := range b.inOrderOfRisk() {
		var err error
		if opened[i], err = b.at(b.targets[i]).openMuxer(ctx); err != nil {
			return nil, b.outputError(i, err)
		}
	}
	for _, t := range b.targets {
		b.noteCrashSafety(t)
	}
	return opened, nil
}

// noteCrashSafety notes where it was asked for and cannot be had.
func (b *builder) noteCrashSafety(t *target) {
	if t.output.crashSafe != nil && *t.output.crashSafe && !muxer.CanBeCrashSafe(b.at(t).header(), t.shape()) {
		b.lost = append(b.lost, lostWish{pipeline.NoStream, t.node, "what is written to " + t.output.shown() +
			" will not be crash-safe: that cannot be had with this container, these streams or these options"})
	}
}

func (b *builder) header() muxer.Config {
	return muxer.Config{
		Name: b.outputName(), Format: b.container.Name, Options: b.muxer, Metadata: maps.Clone(b.output.metadata), Streams: b.streams,
		Log: b.lines.of(b.node, pipeline.NoStream), CrashSafe: b.output.wantsCrashSafe(b.settings.temporary), Patience: b.output.wantsPatience(),
	}
}

// outputName is the name of the output in errors, where there are several: "" where there is one.
func (b *builder) outputName() string {
	if len(b.targets) == 1 {
		return ""
	}
	return b.output.shown()
}

func (b *builder) tryHeader() error {
	if err := b.checkTags(); err != nil {
		return err
	}
	cfg, shape := b.header(), b.shape()
	if err := muxer.Try(cfg, shape); err != nil {
		return b.explain(cfg, shape, err)
	}
	return nil
}

func (b *builder) openMuxer(ctx context.Context) (*muxer.Mux, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	dst, err := b.touch(ctx, b.lines.of(b.node, pipeline.NoStream), b.journal.inside)
	if err != nil {
		return nil, err
	}
	b.dst.Store(dst)
	if ctx.Err() != nil {
		dst.GiveUp() // nothing was written
		return nil, context.Cause(ctx)
	}
	mux, err := muxer.New(b.header(), dst)
	if err != nil {
		return nil, fmt.Errorf("avloom: %s: %w", b.container.Name, err)
	}
	b.opened.Add(mux.Close)
	return mux, nil
}

// start wires the graph and starts it. From here on the run owns everything.
func (b *builder) start(ctx context.Context, c *claim, opened sinks) *run {
	graph := pipeline.NewRun(ctx)
	packets := make([]*pipeline.Outlet[pipeline.Packet], len(b.connect))
	for i, connect := range b.connect {
		packets[i] = connect(graph)
	}
	joining := queue(b, pipeline.Packet.Free)
	joining.Share = pipeline.Packet.Ref
	for i, mux := range opened {
		pipeline.Join(b.targets[i].node, joining, pipeline.Sink[pipeline.Packet](mux), packets...)
	}
	r := &run{Run: graph, ctx: ctx, sinks: opened, streams: b.facts, log: b.journal, lines: b.lines, chosen: b.chosen, lost: b.lost, start: time.Now()}
	graph.OnEnd(c.leave)
	graph.OnEnd(r.stopClock)
	graph.FailStalls(b.settings.stallTimeout)
	graph.Start()
	return r
}

func queue[T any](b *builder, free func(T)) pipeline.Queue[T] {
	return pipeline.Queue[T]{Depth: b.settings.queueDepth, Free: free}
}

// prepare opens the encoder of a video stream, and says how to wire it.
func (s *VideoStream) prepare(b *builder) error {
	plan, node := s.plan.withShare(b.share).withCUDAContext(b.settings.cudaContext).withHeaderFirst(b.frontToBack()), encodeNode
	if !b.share.process && b.share.threads == 1 && plan.threads <= 1 && !plan.onCUDA() { // its share of a budget is one core, which conversion is part of
		node = chainedNode
	}
	enc, err := plan.open(b.wanted, b.lines.of(node, s.index), b.containers()...)
	if err != nil {
		return err
	}
	b.used += enc.used
	b.opened.Add(func() { nodes.FreeCodecContext(enc.codec) })
	upload := enc.upload()
	if upload != nil {
		b.opened.Add(upload.Close)
	}
	if err := firstError(enc.reserve(b.settings.pictureDepth), b.addMuxerOptions(enc.muxers)); err != nil {
		return err
	}
	converters, blanks, err := enc.converters()
	if err != nil {
		return err
	}
	for _, c := range converters {
		b.opened.Add(c.Close)
	}
	for _, lost := range enc.lost {
		b.lost = append(b.lost, lostWish{s.index, node, fmt.Sprint(lost)})
	}
	b.streams = append(b.streams, muxer.Stream{Codec: enc.codec, FrameRate: s.plan.rate, Tag: s.plan.cfg.Tag})
	encoding := nodes.NewEncode[pipeline.Frame](enc.label(), enc.codec)
	b.facts = append(b.facts, streamFacts{
		kind: "video", codec: enc.name, perSecond: s.plan.rate.Float64(), progress: encoding.Progress, unreturned: s.lending.unreturned.Load,
	})
	b.chosen = append(b.chosen, zap.Dict(streamKey(s.index), enc.chosen(s.plan.rate)...))
	b.connect = append(b.connect, func(run *pipeline.Run) *pipeline.Outlet[pipeline.Packet] {
		source, borrowed := pipeline.NewSource[pipeline.Input](run, inputName, s.index)
		s.source, s.blanks, s.form = source, blanks, newImageForm(enc)
		s.onDevice(enc)
		lent := queue(b, pipeline.Input.Withdraw)
		lent.Take = pipeline.Input.Take
		encode := pipeline.Processor[pipeline.Frame, pipeline.Packet](encoding)
		if node == chainedNode {
			return pipeline.Connect(borrowed, chainedNode, lent, pipeline.Chain(converters[0], encode))
		}
		pictures := pipeline.Queue[pipeline.Frame]{Depth: b.settings.pictureDepth, Free: pipeline.Frame.Free}
		frames := connectUpload(pipeline.Connect(borrowed, "convert", lent, converters...), pictures, upload)
		return pipeline.Connect(frames, encodeNode, pictures, encode)
	})
	return nil
}

// prepare opens the encoder of an audio stream, and says how to wire it.
func (s *AudioStream) prepare(b *builder) error {
	enc, err := s.plan.open(b.wanted, b.lines.of(encodeNode, s.index), b.containers()...)
	if err != nil {
		return err
	}
	b.opened.Add(func() { nodes.FreeCodecContext(enc.codec) })
	if err := b.addMuxerOptions(enc.muxers); err != nil {
		return err
	}
	b.streams = append(b.streams, muxer.Stream{Codec: enc.codec, Sample: enc.sample})
	encoding := nodes.NewEncode[pipeline.Samples](enc.name, enc.codec)
	b.facts = append(b.facts, streamFacts{
		kind: "audio", codec: enc.name, perSecond: float64(s.plan.cfg.SampleRate), progress: encoding.Progress, samples: s.accepted.Load,
	})
	b.chosen = append(b.chosen, zap.Dict(streamKey(s.index), enc.chosen()...))
	b.connect = append(b.connect, func(run *pipeline.Run) *pipeline.Outlet[pipeline.Packet] {
		source, samples := pipeline.NewSource[pipeline.Samples](run, inputName, s.index)
		q := queue(b, pipeline.Samples.Free)
		resample := nodes.NewResample(enc.input, enc.output)
		resampled := pipeline.Connect(samples, "resample", q, pipeline.Processor[pipeline.Samples, pipeline.Samples](resample))
		blocks := pipeline.Connect(resampled, "rechunk", q, pipeline.Processor[pipeline.Samples, pipeline.Samples](nodes.NewRechunk(enc.output, enc.block, enc.fill)))
		s.source, s.blanks = source, resample.Blanks()
		return pipeline.Connect(blocks, encodeNode, q, pipeline.Processor[pipeline.Samples, pipeline.Packet](encoding))
	})
	return nil
}
