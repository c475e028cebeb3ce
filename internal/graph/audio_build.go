package graph

import (
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// audioBuild opens what an audio stream needs.
type audioBuild struct {
	index int
	plan  *plan.Audio
}

// prepare opens the encoder and adds the stream to the assembly.
func (s *audioBuild) prepare(a *assembly) error {
	opening := audioOpening{
		plan: s.plan, containers: a.containers(), canceled: a.canceled, log: a.lines.LogFor(encodeNode, s.index),
	}
	enc, err := opening.open()
	if err != nil {
		return err
	}
	a.closer.Add(func() { nodes.FreeCodecContext(enc.codec) })
	err = a.addMuxerOptions(enc.muxerOptions)
	if err != nil {
		return err
	}
	stream, err := enc.describe(a)
	if err != nil {
		return err
	}
	stream.Metadata, stream.Disposition = s.plan.Config.Metadata, s.plan.Config.Disposition
	chain := audioChain{
		index: s.index, enc: enc, encode: nodes.NewEncode[pipeline.Samples](enc.name, enc.codec), input: new(AudioInput),
	}
	open := OpenStream{
		Kind: "audio", Codec: enc.name, PerSecond: float64(s.plan.Config.SampleRate),
		Progress: chain.encode.Progress, Audio: chain.input,
	}
	connect := func(run *pipeline.Run) *pipeline.Outlet[pipeline.Packet] { return chain.connect(a, run) }
	a.addStream(stream, enc.learn, open, enc.openFields(), connect)
	return nil
}

// describe describes the stream to the containers.
func (e *audioEncoder) describe(a *assembly) (muxer.Stream, error) {
	codec, err := a.describe(e.codec)
	return muxer.Stream{Codec: codec, Sample: e.sample}, err
}

// audioChain are the nodes of an audio stream.
type audioChain struct {
	index  int
	enc    *audioEncoder
	encode *nodes.Encode[pipeline.Samples]
	input  *AudioInput
}

// connect connects the nodes and sets where the input's samples go.
func (c *audioChain) connect(a *assembly, run *pipeline.Run) *pipeline.Outlet[pipeline.Packet] {
	type samplesToSamples = pipeline.Processor[pipeline.Samples, pipeline.Samples]
	source, samples := pipeline.NewSource[pipeline.Samples](run, pipeline.CallerName, c.index)
	q := queue(a, pipeline.Samples.Free)
	resample := nodes.NewResample(c.enc.input, c.enc.output)
	c.input.Source, c.input.Blanks = source, resample.Blanks()
	resampled := pipeline.Connect(samples, "resample", q, samplesToSamples(resample))
	rechunk := nodes.NewRechunk(c.enc.output, c.enc.block, c.enc.fill)
	blocks := pipeline.Connect(resampled, "rechunk", q, samplesToSamples(rechunk))
	return pipeline.Connect(blocks, encodeNode, q, pipeline.Processor[pipeline.Samples, pipeline.Packet](c.encode))
}
