package graph

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/images"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// Names of nodes. A picture is encoded by a separate actor, or by the one that converts it, which
// then makes its palette too.
const (
	encodeNode      = "encode"
	rateNode        = "rate"
	paletteNode     = "palette"
	chainedNode     = "convert+encode"
	chainedRateNode = "convert+rate+encode"
	muxNode         = "mux"
)

// videoBuild opens what a video stream needs.
type videoBuild struct {
	index int
	plan  *plan.Video
}

// node returns the name of the node that encodes. A stream whose share of a thread budget is one
// thread is converted and encoded by one actor, unless its calls must not wait for the encoder.
func (s *videoBuild) node(share codec.Share) string {
	oneThread := !share.Process && share.Threads == 1 && s.plan.Threads <= 1
	chained := oneThread && !s.plan.OnCUDA() && s.plan.Config.OnFull == plan.OnFullBlock
	switch {
	case chained && s.plan.ChangesRate():
		return chainedRateNode
	case chained:
		return chainedNode
	default:
		return encodeNode
	}
}

// room returns the room of the frames that wait for the encoder; nil: calls wait for it. The queue
// in front of the encoder is the shallowest, and holds all of them.
func (s *videoBuild) room(settings Settings) *pipeline.Room {
	if s.plan.Config.OnFull == plan.OnFullBlock {
		return nil
	}
	return pipeline.NewRoom(settings.PictureDepth)
}

// prepare opens the encoder and adds the stream to the assembly.
func (s *videoBuild) prepare(a *assembly) error {
	node := s.node(a.cfg.share())
	opening := videoOpening{
		plan: s.plan, share: a.cfg.share(), cudaContext: a.cfg.Settings.CudaContext, headerFirst: a.anyFrontToBack(),
		containers: a.containers(), pass: a.cfg.Settings.Pass, canceled: a.canceled, log: a.lines.LogFor(node, s.index),
	}
	enc, err := opening.open()
	if err != nil {
		return err
	}
	a.threadsUsed += enc.threadsUsed
	a.closer.Add(func() { nodes.FreeCodecContext(enc.codec) })
	input := s.newInput(enc)
	input.Room = s.room(a.cfg.Settings)
	chain := videoChain{node: node, index: s.index, enc: enc, input: input, rate: s.newRate(input.Times)}
	err = chain.makeNodes(a)
	if err != nil {
		return err
	}
	s.warnLosses(a, enc, node)
	input.Segments = &Segments{plan: s.plan, orders: &input.Orders, encode: chain.encode}
	open := OpenStream{
		Kind: "video", Codec: enc.name, PerSecond: s.plan.Rate.Float64(),
		Progress: chain.encode.Progress, Video: chain.input,
	}
	if enc.orders.CheckKey() == nil {
		open.RequestKey = chain.encode.RequestKey
		for _, frames := range s.plan.Segments.All() {
			chain.encode.AddKeyGrid(frames)
		}
	}
	stream, err := s.describe(a, enc)
	if err != nil {
		return err
	}
	connect := func(run *pipeline.Run) *pipeline.Outlet[pipeline.Packet] { return chain.connect(a, run) }
	a.addStream(stream, enc.learn, open, enc.openFields(s.plan), connect)
	return nil
}

// describe describes the stream to the containers.
func (s *videoBuild) describe(a *assembly, enc *videoEncoder) (muxer.Stream, error) {
	codec, err := a.describe(enc.codec)
	return muxer.Stream{
		Codec: codec, FrameRate: s.plan.OutRate, InputRate: s.plan.Rate, Irregular: s.plan.Irregular(),
		DecodedAhead: nodes.DecodedAhead(enc.codec), Tag: s.plan.Config.Tag,
		Metadata: s.plan.Config.Metadata, Disposition: s.plan.Config.Disposition,
	}, err
}

// newInput returns where the pictures enter, before the nodes are known.
func (s *videoBuild) newInput(enc *videoEncoder) *VideoInput {
	base := s.plan.InputTimeBase(enc.codec.CodecID())
	times := newTimes(base, s.plan.Rate, nodes.DecodedAhead(enc.codec) > 0)
	times.filled = s.plan.ChangesRate()
	return &VideoInput{matrix: s.plan.Color.Space.Value, Times: times, Orders: enc.orders}
}

// newRate returns the node that makes the rate of the encoded video; nil: it is that of the input.
func (s *videoBuild) newRate(times Times) *nodes.Rate {
	if !s.plan.ChangesRate() {
		return nil
	}
	return nodes.NewRate(nodes.RateConfig{Base: times.Base, Duration: times.Frame, Rate: s.plan.OutRate})
}

// warnLosses warns about settings that the encoder does not follow.
func (s *videoBuild) warnLosses(a *assembly, enc *videoEncoder, node string) {
	for _, wish := range enc.unmetWishes {
		a.warn(warning{s.index, node, wish.String()})
	}
	text := s.plan.HDRWarning(astiavx.ColorTransferName(enc.codec.ColorTransferCharacteristic()))
	if text != "" {
		a.warn(warning{s.index, node, text})
	}
	if s.plan.LosesBitRate(enc.name) && !enc.codec.Flags().Has(astiav.CodecContextFlagQscale) {
		const text = "%s keeps to no bit rate with VariableRate, not even to its default; for a fixed quality set %s"
		const quality = `ExtraOptions[flags] to "+qscale" and ExtraOptions[global_quality]`
		a.warn(warning{s.index, node, fmt.Sprintf(text, enc.name, quality)})
	}
}

// videoChain are the nodes of a video stream.
type videoChain struct {
	node       string // the name of the node that encodes
	index      int
	enc        *videoEncoder
	encode     *nodes.Encode[pipeline.Frame]
	converters []pipeline.Processor[pipeline.Input, pipeline.Frame]
	blanks     *nodes.Blanks
	upload     *nodes.Upload  // nil: the CPU encodes
	rate       *nodes.Rate    // nil: the rate of the input is kept
	palette    *nodes.Palette // nil: pictures get no palettes
	input      *VideoInput
}

// makeNodes makes the nodes. The closer of the assembly closes them.
func (c *videoChain) makeNodes(a *assembly) (err error) {
	c.encode = nodes.NewEncode[pipeline.Frame](c.enc.label(), c.enc.codec)
	c.encode.OnBitRate(c.enc.orders.rate.Apply)
	c.encode.OnKey(c.enc.orders.nextForKey)
	if a.cfg.Settings.Pass != nil {
		c.encode.OnPass(a.cfg.Settings.Pass.Pass)
	}
	c.upload = c.enc.newUpload()
	if c.upload != nil {
		a.closer.Add(c.upload.Close)
	}
	err = fault.First(c.enc.reserve(c.queues(), a.cfg.Settings.PictureDepth), a.addMuxerOptions(c.enc.muxerOptions))
	if err != nil {
		return err
	}
	if c.enc.palette != nil {
		c.palette, err = nodes.NewPalette(*c.enc.palette)
		if err != nil {
			return err
		}
		a.closer.Add(c.palette.Close)
		if c.enc.palette.Clears {
			c.encode.EditData(nodes.ClearGIF)
		}
	}
	c.converters, c.blanks, err = c.enc.newConverters()
	if err != nil {
		return err
	}
	for _, converter := range c.converters {
		a.closer.Add(converter.Close)
	}
	return nil
}

// queues returns how many queues hold pictures that may be on the device.
func (c *videoChain) queues() int {
	if c.rate == nil {
		return 1
	}
	return 2
}

// connect connects the nodes and sets where the input's pictures go.
func (c *videoChain) connect(a *assembly, run *pipeline.Run) *pipeline.Outlet[pipeline.Packet] {
	source, borrowed := pipeline.NewSource[pipeline.Input](run, pipeline.CallerName, c.index)
	_, convertible := nodes.KernelColor(c.enc.convert.Color)
	in := c.input
	in.Source, in.Blanks, in.device, in.convertible = source, c.blanks, c.enc.device, convertible
	in.Form = images.NewForm(c.enc.convert.Format, c.enc.alpha)
	lent := queue(a, pipeline.Input.Withdraw)
	lent.Take, lent.Room = pipeline.Input.Take, in.Room
	encode := pipeline.Processor[pipeline.Frame, pipeline.Packet](c.encode)
	if c.node != encodeNode {
		if c.palette != nil {
			encode = pipeline.Chain(pipeline.Processor[pipeline.Frame, pipeline.Frame](c.palette), encode)
		}
		if c.rate != nil {
			encode = pipeline.Chain(pipeline.Processor[pipeline.Frame, pipeline.Frame](c.rate), encode)
		}
		return pipeline.Connect(borrowed, c.node, lent, pipeline.Chain(c.converters[0], encode))
	}
	pictures := pipeline.Queue[pipeline.Frame]{
		Depth: a.cfg.Settings.PictureDepth, Free: pipeline.Frame.Free, Room: in.Room,
	}
	frames := connectUpload(pipeline.Connect(borrowed, "convert", lent, c.converters...), pictures, c.upload)
	if c.rate != nil { // behind the upload, so that a picture is uploaded once
		rate := pipeline.Recount(in.Room, pipeline.Processor[pipeline.Frame, pipeline.Frame](c.rate))
		frames = pipeline.Connect(frames, rateNode, pictures, rate)
	}
	if c.palette != nil { // behind the rate, since it counts on each of its pictures being shown
		palette := pipeline.Processor[pipeline.Frame, pipeline.Frame](c.palette)
		frames = pipeline.Connect(frames, paletteNode, pictures, palette)
	}
	pictures.LeavesRoom, pictures.Yields = true, true
	return pipeline.Connect(frames, encodeNode, pictures, encode)
}
