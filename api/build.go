package api

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/asticode/go-astikit"
	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// builder opens what a run needs, step by step. Until the graph starts, the closer frees what was opened, in reverse order.
type builder struct {
	settings  settings
	threads   int // for each video stream that does not say itself; 0: all
	container astiavx.Container
	opened    *astikit.Closer
	streams   []muxer.Stream
	inputs    []stream
	muxer     map[string]string // options
	saidIn    map[string]string // where each of these comes from, for messages
	chosen    []zap.Field
	lost      []string                                                // wishes that could not be heeded, in words
	connect   []func(*pipeline.Run) *pipeline.Outlet[pipeline.Packet] // one for each stream
}

// build opens every encoder, tries the header, opens the destination, writes the header and starts the graph.
func build(ctx context.Context, s settings, c *claim, streams []stream, o Output) (_ *run, err error) {
	b := &builder{
		settings: s, opened: astikit.NewCloser(), inputs: streams, saidIn: map[string]string{}, threads: c.take(budgeted(streams)),
	}
	defer func() {
		if err != nil {
			_ = b.opened.Close() // only frees
			c.putBack()
		}
	}()
	if s.queueDepth < 1 {
		return nil, &ConfigError{Field: "QueueDepth", Value: s.queueDepth, Reason: "must be at least 1"}
	}
	if err := b.prepareOutput(o); err != nil {
		return nil, err
	}
	for i, stream := range streams {
		if err := stream.prepare(b); err != nil {
			return nil, streamError(i, err)
		}
	}
	mux, dst, err := b.openMuxer(o)
	if err != nil {
		return nil, err
	}
	r := b.start(ctx, c, mux, dst)
	r.path = o.path
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
	if o.writer == nil && o.path == "" {
		return &ConfigError{Field: "path", Value: "", Reason: "a file needs a name"}
	}
	for field, text := range map[string]string{"path": o.path, "Format": o.format} {
		if strings.ContainsRune(text, 0) {
			return &ConfigError{Field: field, Value: text, Reason: "must not contain a NUL byte"}
		}
	}
	err := checkMetadata(o.metadata)
	if err != nil {
		return err
	}
	if b.container, err = resolveContainer(o); err != nil {
		return err
	}
	if b.muxer, err = muxerOptions(b.container.Name, o.formatOptions); err != nil {
		return err
	}
	for key := range b.muxer {
		b.saidIn[key] = "FormatOptions"
	}
	b.chosen = append(b.chosen, zap.String("container", b.container.Name), zap.String("path", o.path))
	return b.faststart(o)
}

// checkMetadata refuses what FFmpeg's dictionaries cannot hold, or would leave out.
func checkMetadata(tags map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		e := &ConfigError{Field: "Metadata[" + key + "]", Value: tags[key]}
		switch {
		case key == "":
			e.Reason = "a tag needs a name"
		case strings.ContainsRune(key, 0):
			e.Field, e.Value, e.Reason = "Metadata", key, "the name of a tag must not contain a NUL byte"
		case strings.ContainsRune(tags[key], 0):
			e.Reason = "must not contain a NUL byte"
		default:
			continue
		}
		return e
	}
	return nil
}

func (b *builder) faststart(o Output) error {
	if !o.faststart {
		return nil
	}
	switch {
	case !muxer.IsMovFamily(b.container.Name):
		return &ConfigError{Field: "Faststart", Value: b.container.Name, Reason: "is for mp4 and mov; other containers need none"}
	case o.writer != nil:
		return &ConfigError{Field: "Faststart", Value: fmt.Sprintf("%T", o.writer), Reason: "needs a file, which it reads again; open one with OpenFile"}
	case b.muxer["movflags"] != "":
		return &ConfigError{Field: "Faststart", Value: b.muxer["movflags"], Reason: "FormatOptions[movflags] is set too; add +faststart to it instead"}
	}
	b.muxer["movflags"], b.saidIn["movflags"] = "+faststart", "Faststart"
	return nil
}

// addMuxerOptions takes options of a stream that only the muxer knows.
func (b *builder) addMuxerOptions(options []codecOption) error {
	for _, o := range options {
		if said, ok := b.muxer[o.key]; ok && said != o.value {
			return &ConfigError{Field: o.field, Value: o.given, Reason: fmt.Sprintf("%s has %q for it already, from %s, and takes one value for all; give it once", b.container.Name, said, b.saidIn[o.key])}
		}
		b.muxer[o.key], b.saidIn[o.key] = o.value, fmt.Sprintf("stream %d", len(b.streams))
	}
	return nil
}

// openMuxer tries the header in memory, and only then touches the destination.
func (b *builder) openMuxer(o Output) (*muxer.Mux, *muxer.Destination, error) {
	cfg := muxer.Config{Format: b.container.Name, Options: b.muxer, Metadata: maps.Clone(o.metadata), Streams: b.streams}
	shape := muxer.FileShape(o.path)
	if o.writer != nil {
		shape = muxer.NewWriter(o.writer)
	}
	if err := muxer.Try(cfg, shape); err != nil {
		return nil, nil, b.explain(cfg, shape, err)
	}
	dst := shape
	if o.writer == nil {
		var err error
		if dst, err = muxer.CreateFile(o.path); err != nil {
			return nil, nil, fmt.Errorf("avloom: open the file: %w", err)
		}
	}
	mux, err := muxer.New(cfg, dst)
	if err != nil {
		return nil, nil, fmt.Errorf("avloom: %s: %w", b.container.Name, err)
	}
	b.opened.Add(mux.Close)
	return mux, dst, nil
}

// start wires the graph and starts it. From here on the run owns everything.
func (b *builder) start(ctx context.Context, c *claim, mux *muxer.Mux, dst *muxer.Destination) *run {
	graph := pipeline.NewRun(ctx)
	packets := make([]*pipeline.Outlet[pipeline.Packet], len(b.connect))
	for i, connect := range b.connect {
		packets[i] = connect(graph)
	}
	pipeline.Join("mux", queue(b, pipeline.Packet.Free), mux, packets...)
	graph.OnEnd(c.leave)
	graph.Start()
	return &run{Run: graph, ctx: ctx, dst: dst, log: b.settings.logger, chosen: b.chosen, lost: b.lost, start: time.Now()}
}

func queue[T any](b *builder, free func(T)) pipeline.Queue[T] {
	return pipeline.Queue[T]{Depth: b.settings.queueDepth, Free: free}
}

// prepare opens the encoder of a video stream, and says how to wire it.
func (s *VideoStream) prepare(b *builder) error {
	enc, err := s.plan.withThreads(b.threads).withCUDAContext(b.settings.cudaContext).open(b.container)
	if err != nil {
		return err
	}
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
		b.lost = append(b.lost, fmt.Sprintf("stream %d: %s", s.index, lost))
	}
	b.streams = append(b.streams, muxer.Stream{Codec: enc.codec, FrameRate: s.plan.rate})
	b.chosen = append(b.chosen, zap.String(fmt.Sprintf("stream%d", s.index), fmt.Sprintf("%s %s %d×%d %s fps",
		enc.label(), enc.convert.Format, enc.convert.OutWidth, enc.convert.OutHeight, s.plan.rate)))
	b.connect = append(b.connect, func(run *pipeline.Run) *pipeline.Outlet[pipeline.Packet] {
		source, borrowed := pipeline.NewSource[pipeline.Input](run, "input", s.index)
		lent := queue(b, pipeline.Input.Withdraw)
		lent.Take = pipeline.Input.Take
		frames := pipeline.Connect(borrowed, "convert", lent, converters...)
		s.source, s.blanks = source, blanks
		s.onDevice(enc)
		pictures := pipeline.Queue[pipeline.Frame]{Depth: b.settings.pictureDepth, Free: pipeline.Frame.Free}
		return pipeline.Connect(connectUpload(frames, pictures, upload), "encode", pictures,
			pipeline.Processor[pipeline.Frame, pipeline.Packet](nodes.NewEncode[pipeline.Frame](enc.label(), enc.codec)))
	})
	return nil
}

// prepare opens the encoder of an audio stream, and says how to wire it.
func (s *AudioStream) prepare(b *builder) error {
	enc, err := s.plan.open(b.container)
	if err != nil {
		return err
	}
	b.opened.Add(func() { nodes.FreeCodecContext(enc.codec) })
	if err := b.addMuxerOptions(enc.muxers); err != nil {
		return err
	}
	b.streams = append(b.streams, muxer.Stream{Codec: enc.codec})
	b.chosen = append(b.chosen, zap.String(fmt.Sprintf("stream%d", s.index), fmt.Sprintf("%s %s %d Hz %s",
		enc.name, enc.output.Format, enc.output.Rate, enc.output.Layout)))
	b.connect = append(b.connect, func(run *pipeline.Run) *pipeline.Outlet[pipeline.Packet] {
		source, samples := pipeline.NewSource[pipeline.Samples](run, "input", s.index)
		q := queue(b, pipeline.Samples.Free)
		resampled := pipeline.Connect(samples, "resample", q, pipeline.Processor[pipeline.Samples, pipeline.Samples](nodes.NewResample(enc.output)))
		blocks := pipeline.Connect(resampled, "rechunk", q, pipeline.Processor[pipeline.Samples, pipeline.Samples](nodes.NewRechunk(enc.output, enc.block, enc.fill)))
		s.source = source
		return pipeline.Connect(blocks, "encode", q,
			pipeline.Processor[pipeline.Samples, pipeline.Packet](nodes.NewEncode[pipeline.Samples](enc.name, enc.codec)))
	})
	return nil
}
