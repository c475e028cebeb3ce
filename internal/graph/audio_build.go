package graph

import (
	"go.uber.org/zap"

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

// prepare opens the encoder and says how to wire it.
func (s *audioBuild) prepare(b *builder) error {
	opening := audioOpening{
		plan: s.plan, containers: b.containers(), canceled: b.canceled, log: b.lines.LogFor(encodeNode, s.index),
	}
	enc, err := opening.open()
	if err != nil {
		return err
	}
	b.opened.Add(func() { nodes.FreeCodecContext(enc.codec) })
	if err := b.addMuxerOptions(enc.muxers); err != nil {
		return err
	}
	input, encoding := new(AudioInput), nodes.NewEncode[pipeline.Samples](enc.name, enc.codec)
	b.streams = append(b.streams, muxer.Stream{Codec: enc.codec, Sample: enc.sample})
	b.open = append(
		b.open,
		OpenStream{
			Kind:      "audio",
			Codec:     enc.name,
			PerSecond: float64(s.plan.Config.SampleRate),
			Progress:  encoding.Progress,
			Audio:     input,
		},
	)
	b.chosen = append(b.chosen, zap.Dict(StreamKey(s.index), enc.chosen()...))
	b.connect = append(b.connect, func(run *pipeline.Run) *pipeline.Outlet[pipeline.Packet] {
		return s.connect(b, run, enc, encoding, input)
	})
	return nil
}

// connect wires the nodes and tells the input where samples go.
func (s *audioBuild) connect(
	b *builder, run *pipeline.Run, enc *audioEncoder, encode *nodes.Encode[pipeline.Samples], input *AudioInput,
) *pipeline.Outlet[pipeline.Packet] {
	type samplesToSamples = pipeline.Processor[pipeline.Samples, pipeline.Samples]
	source, samples := pipeline.NewSource[pipeline.Samples](run, pipeline.CallerName, s.index)
	q := queue(b, pipeline.Samples.Free)
	resample := nodes.NewResample(enc.input, enc.output)
	input.Source, input.Blanks = source, resample.Blanks()
	resampled := pipeline.Connect(samples, "resample", q, samplesToSamples(resample))
	rechunk := nodes.NewRechunk(enc.output, enc.block, enc.fill)
	blocks := pipeline.Connect(resampled, "rechunk", q, samplesToSamples(rechunk))
	return pipeline.Connect(blocks, encodeNode, q, pipeline.Processor[pipeline.Samples, pipeline.Packet](encode))
}
