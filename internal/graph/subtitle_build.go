package graph

import (
	"slices"
	"strings"

	"github.com/asticode/go-astiav"
	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/internal/subtitle"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// cuesNode is the name of the actor that makes packets of cues.
const cuesNode = "write"

// subtitleBuild describes a stream of subtitles to the containers. Packets hold plain text, and
// each container writes it in a codec that it carries, so that the containers need not agree.
type subtitleBuild struct {
	index  int
	plan   *plan.Subtitles
	codecs []*muxer.Codec // one for each codec of text
	rules  subtitle.Rules // of the codecs of the outputs of Open
}

// prepare chooses the codecs and adds the stream to the assembly.
func (s *subtitleBuild) prepare(a *assembly) error {
	if err := a.addMuxerOptions(nil); err != nil {
		return err
	}
	var names []string
	for i, t := range a.targets {
		codec, err := s.plan.CodecFor(t.Container.Name)
		if err != nil {
			return outputError(i, len(a.targets), err)
		}
		s.rules = s.rules.With(codec.Rules)
		if !slices.Contains(names, codec.Name) {
			names = append(names, codec.Name)
		}
	}
	if err := s.describeAll(a); err != nil {
		return err
	}
	write, input := nodes.NewCues(), &SubtitleInput{Rules: s.rules}
	open := OpenStream{
		Kind: "subtitles", Codec: strings.Join(names, ", "), PerSecond: 1, Progress: write.Progress, Subtitles: input,
	}
	connect := func(run *pipeline.Run) *pipeline.Outlet[pipeline.Packet] {
		source, cues := pipeline.NewSource[pipeline.Cue](run, pipeline.CallerName, s.index)
		input.Source = source
		q := queue(a, func(pipeline.Cue) {})
		return pipeline.Connect(cues, cuesNode, q, pipeline.Processor[pipeline.Cue, pipeline.Packet](write))
	}
	first := s.described(subtitle.Find(names[0]))
	first.Hold() // for lateStreams, which frees its descriptions
	a.closer.Add(first.Free)
	stream := muxer.Stream{
		Codec: first, Metadata: s.plan.Config.Metadata, Disposition: s.plan.Config.Disposition,
	}
	a.addStream(stream, s.learnLate, open, []zap.Field{zap.Strings("codecs", names)}, connect)
	return nil
}

// describeAll describes the stream in each codec of text, for as long as the run lasts.
func (s *subtitleBuild) describeAll(a *assembly) error {
	for _, name := range subtitle.Names() {
		codec := subtitle.Find(name)
		described, err := muxer.DescribeText(codec, astiav.NewRational(1, pipeline.CueClock))
		if err != nil {
			return err
		}
		a.closer.Add(described.Free)
		a.ends = append(a.ends, described.Free)
		s.codecs = append(s.codecs, described)
	}
	return nil
}

// described returns the description of the stream in a codec.
func (s *subtitleBuild) described(codec *subtitle.Codec) *muxer.Codec {
	return s.codecs[slices.Index(subtitle.Names(), codec.Name)]
}

// learn gives the stream the codec that the container of an output of Open gets.
func (s *subtitleBuild) learn(stream *muxer.Stream, format string) error {
	codec, err := s.plan.CodecFor(format)
	if err == nil {
		stream.Codec = s.described(codec)
	}
	return err
}

// learnLate gives the stream the codec that the container of an output gets that joins later, or
// that a part gets. The description that the stream had is freed.
func (s *subtitleBuild) learnLate(stream *muxer.Stream, format string) error {
	codec, err := s.plan.CodecForLate(format, s.rules)
	if err != nil {
		return err
	}
	described := s.described(codec)
	if !described.Hold() {
		return ErrOver
	}
	stream.Codec.Free()
	stream.Codec = described
	return nil
}

// explainRefusal is of no use: a container that carries a codec of text takes every such stream.
func (s *subtitleBuild) explainRefusal(*refusal, muxer.Stream, acceptsStream) error { return nil }

// explainRate is never called: only a stream of pictures has a frame rate.
func (s *subtitleBuild) explainRate(_ string, e *container.RateError) error { return e }

// explainIrregular is never called: only pictures can be irregular.
func (s *subtitleBuild) explainIrregular(string) error { return nil }
