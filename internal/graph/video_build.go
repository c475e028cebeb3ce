package graph

import (
	"fmt"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/images"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// Names of nodes. A picture is encoded by an actor of its own, or by the one that converts it.
const (
	encodeNode  = "encode"
	chainedNode = "convert+encode"
	muxNode     = "mux"
)

// videoBuild opens what a video stream needs.
type videoBuild struct {
	index int
	plan  *plan.Video
}

// node is the name of the node that encodes. A stream whose share of a thread budget is one core
// converts and encodes on that one.
func (s *videoBuild) node(share codec.Share) string {
	if !share.Process && share.Threads == 1 && s.plan.Threads <= 1 && !s.plan.OnCUDA() {
		return chainedNode
	}
	return encodeNode
}

// prepare opens the encoder and says how to wire it.
func (s *videoBuild) prepare(b *builder) error {
	node := s.node(b.cfg.share())
	opening := videoOpening{
		plan: s.plan, share: b.cfg.share(), cudaContext: b.cfg.Settings.CudaContext, headerFirst: b.frontToBack(),
		containers: b.containers(), canceled: b.canceled, log: b.lines.LogFor(node, s.index),
	}
	enc, err := opening.open()
	if err != nil {
		return err
	}
	b.used += enc.used
	b.opened.Add(func() { nodes.FreeCodecContext(enc.codec) })
	encoding := nodes.NewEncode[pipeline.Frame](enc.label(), enc.codec)
	chain := videoChain{node: node, index: s.index, enc: enc, encode: encoding, upload: enc.upload()}
	if chain.upload != nil {
		b.opened.Add(chain.upload.Close)
	}
	if err := fault.First(enc.reserve(b.cfg.Settings.PictureDepth), b.addMuxerOptions(enc.muxers)); err != nil {
		return err
	}
	if chain.converters, chain.blanks, err = enc.converters(); err != nil {
		return err
	}
	for _, c := range chain.converters {
		b.opened.Add(c.Close)
	}
	for _, lost := range enc.lost {
		b.lost = append(b.lost, lostWish{s.index, node, fmt.Sprint(lost)})
	}
	input := &VideoInput{matrix: s.plan.Color.Space.Value}
	b.streams = append(b.streams, muxer.Stream{Codec: enc.codec, FrameRate: s.plan.Rate, Tag: s.plan.Config.Tag})
	b.open = append(
		b.open,
		OpenStream{
			Kind:      "video",
			Codec:     enc.name,
			PerSecond: s.plan.Rate.Float64(),
			Progress:  encoding.Progress,
			Video:     input,
		},
	)
	b.chosen = append(b.chosen, zap.Dict(StreamKey(s.index), enc.chosen(s.plan.Rate)...))
	b.connect = append(b.connect, func(run *pipeline.Run) *pipeline.Outlet[pipeline.Packet] {
		return chain.connect(b, run, input)
	})
	return nil
}

// videoChain are the nodes of a video stream.
type videoChain struct {
	node       string // that encodes
	index      int
	enc        *videoEncoder
	encode     *nodes.Encode[pipeline.Frame]
	converters []pipeline.Processor[pipeline.Input, pipeline.Frame]
	blanks     *nodes.Blanks
	upload     *nodes.Upload // nil: the CPU encodes
}

// connect wires the nodes and tells the input where pictures go.
func (c *videoChain) connect(b *builder, run *pipeline.Run, input *VideoInput) *pipeline.Outlet[pipeline.Packet] {
	source, borrowed := pipeline.NewSource[pipeline.Input](run, pipeline.CallerName, c.index)
	_, convertible := nodes.KernelColor(c.enc.convert.Color)
	input.Source, input.Blanks, input.device, input.convertible = source, c.blanks, c.enc.device, convertible
	input.Form = images.NewForm(c.enc.convert.Format, c.enc.alpha)
	lent := queue(b, pipeline.Input.Withdraw)
	lent.Take = pipeline.Input.Take
	encode := pipeline.Processor[pipeline.Frame, pipeline.Packet](c.encode)
	if c.node == chainedNode {
		return pipeline.Connect(borrowed, chainedNode, lent, pipeline.Chain(c.converters[0], encode))
	}
	pictures := pipeline.Queue[pipeline.Frame]{Depth: b.cfg.Settings.PictureDepth, Free: pipeline.Frame.Free}
	frames := connectUpload(pipeline.Connect(borrowed, "convert", lent, c.converters...), pictures, c.upload)
	return pipeline.Connect(frames, encodeNode, pictures, encode)
}
