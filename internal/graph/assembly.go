package graph

import (
	"slices"

	"github.com/asticode/go-astiav"
	"github.com/asticode/go-astikit"
	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/pipeline"
)

// assembly collects the parts of a graph while they are opened. Until the graph starts, its closer
// closes what was opened, in reverse order.
type assembly struct {
	cfg         Config
	targets     []*target
	lines       *fflog.Lines
	canceled    codec.Canceled
	closer      *astikit.Closer
	threadsUsed int // of the share of the video streams together

	// By stream:
	streams     []muxer.Stream
	learners    []learner
	late        *lateStreams // of all streams, once their encoders are open
	openStreams []OpenStream
	connectors  []connector
	// muxerOptions are options that the config of a stream gives to muxers.
	muxerOptions [][]avoption.Option

	ends       []func()    // are called when the run has ended
	openFields []zap.Field // of the line "open" in the log
	warnings   []warning
}

// connector connects the nodes of a stream and returns the outlet of its packets.
type connector func(*pipeline.Run) *pipeline.Outlet[pipeline.Packet]

// addStream adds a stream whose encoder is open. The fields are what the line "open" tells about
// it.
func (a *assembly) addStream(s muxer.Stream, l learner, o OpenStream, fields []zap.Field, c connector) {
	a.openFields = append(a.openFields, zap.Dict(StreamKey(len(a.streams)), fields...))
	a.streams = append(a.streams, s)
	a.learners = append(a.learners, l)
	a.openStreams = append(a.openStreams, o)
	a.connectors = append(a.connectors, c)
}

// describe describes what an open encoder makes, for as long as the run lasts.
func (a *assembly) describe(encoder *astiav.CodecContext) (*muxer.Codec, error) {
	codec, err := muxer.DescribeCodec(encoder)
	if err != nil {
		return nil, err
	}
	a.closer.Add(codec.Free)
	return codec, nil
}

// addMuxerOptions gives each output those options of the next stream that its muxer knows.
func (a *assembly) addMuxerOptions(options []avoption.Option) error {
	a.muxerOptions = append(a.muxerOptions, options)
	for _, t := range a.targets {
		if err := t.AddStreamOptions(options, len(a.streams)); err != nil {
			return err
		}
	}
	return nil
}

func (a *assembly) warn(w warning) { a.warnings = append(a.warnings, w) }

// containers returns the containers of all outputs.
func (a *assembly) containers() []astiavx.Container {
	all := make([]astiavx.Container, len(a.targets))
	for i, t := range a.targets {
		all[i] = t.Container
	}
	return all
}

// anyFrontToBack reports whether an output is written front to back, because its destination cannot
// seek.
func (a *assembly) anyFrontToBack() bool {
	return slices.ContainsFunc(a.targets, func(t *target) bool { return !t.dryDestination().CanSeek() })
}

// queue returns the queue in front of a node that is not the encoder of pictures.
func queue[T any](a *assembly, free func(T)) pipeline.Queue[T] {
	return pipeline.Queue[T]{Depth: a.cfg.Settings.QueueDepth, Free: free}
}
