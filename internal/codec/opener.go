package codec

import (
	"errors"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/nodes"
)

// Canceled reports whether the caller has given up waiting for an encoder. nil means never.
type Canceled func() bool

// Now reports whether the caller has given up by now.
func (c Canceled) Now() bool { return c != nil && c() }

// errCanceled is the error of an encoder that is not opened because the caller has given up. The
// caller does not see it: it returns the reason for which it gave up.
var errCanceled = errors.New("avloom: opening was canceled")

// MaxProbes is how often an encoder is opened, at most, to find out which setting keeps it from
// opening. It is enough to try the 22 pixel formats of libvpx-vp9 and some options. A probe takes
// about a millisecond; one of SVT-AV1 takes ten.
const MaxProbes = 64

// errTooManyProbes is the error of a probe beyond MaxProbes.
var errTooManyProbes = errors.New("avloom: the encoder has been opened often enough to find out")

// Opener opens an encoder, and finds out why one does not open.
type Opener struct {
	Codec       *astiav.Codec
	Options     []avoption.Option
	Threads     int                   // of the encoder; 0: the library decides
	Location    astiav.ChromaLocation // of 4:2:0 video
	PictureData astiavx.PictureData   // what the video says about its pictures
	Canceled    Canceled              // ends the search for the reason, too
	Pass        *Pass                 // of two that Open opens it for; nil: there is one pass only

	// Log receives FFmpeg's lines about the encoder that Open returns, and about the attempt that
	// fails. Probes log nothing. It may be nil.
	Log *astiavx.Log
	// SetUp sets the fields of the encoder that are no options. It is called before the options are
	// set.
	SetUp func(cc *astiav.CodecContext)
	// Finish sets what no option may undo. It may be nil.
	Finish func(cc *astiav.CodecContext)
	// ExplainFirst returns the reason if the encoder opens with no settings at all, or nil. It is
	// asked before the encoder is probed. It may be nil.
	ExplainFirst func() error

	probes int // so far
}

// Open opens the encoder. The caller frees it with nodes.FreeCodecContext. If an option keeps it
// from opening, the error is a *fault.ConfigError that names the option.
func (o *Opener) Open() (*astiav.CodecContext, error) {
	lines := newErrorLines(o.Log)
	cc, err := o.open(o.Options, lines.log())
	if err == nil {
		return cc, nil
	}
	if refused, ok := err.(*fault.ConfigError); ok { //nolint:errorlint // from configure, not wrapped
		return nil, refused
	}
	err = lines.addTo(err)
	if o.ExplainFirst != nil {
		explained := o.ExplainFirst()
		if explained != nil {
			return nil, explained
		}
	}
	explained := o.explain(err)
	if explained != nil {
		return nil, explained
	}
	return nil, err
}

// OpenSecond opens a second encoder with the same settings, for its header or its first packet, or
// to go on where the first one ends. It makes a single pass. Its lines are not logged. The caller
// frees it with nodes.FreeCodecContext.
func (o *Opener) OpenSecond() (*astiav.CodecContext, error) {
	single := *o
	single.Pass = nil
	return single.open(o.Options, nil)
}

// ForLater returns the opener that OpenSecond is called of after the caller of Open has left.
func (o *Opener) ForLater() Opener {
	later := *o
	later.Canceled, later.ExplainFirst, later.Log = nil, nil, nil
	return later
}

// Opens reports whether the encoder opens with its options and what SetUp sets now. It is false
// after MaxProbes probes.
func (o *Opener) Opens() bool { return o.opensWith(o.Options) }

func (o *Opener) opensWith(options []avoption.Option) bool {
	cc, err := o.probe(options)
	if err != nil {
		return false
	}
	nodes.FreeCodecContext(cc)
	return true
}

// Probe opens the encoder to find out what it makes of its settings. It fails after MaxProbes
// probes. The caller frees the encoder with nodes.FreeCodecContext.
func (o *Opener) Probe() (*astiav.CodecContext, error) { return o.probe(o.Options) }

func (o *Opener) probe(options []avoption.Option) (*astiav.CodecContext, error) {
	if o.probes == MaxProbes {
		return nil, errTooManyProbes
	}
	o.probes++
	return o.open(options, nil)
}

func (o *Opener) open(options []avoption.Option, log *astiavx.Log) (*astiav.CodecContext, error) {
	if o.Canceled.Now() {
		return nil, errCanceled
	}
	cc := nodes.NewCodecContext(o.Codec)
	astiavx.LogEncoder(cc, log)
	err := o.configure(cc, options)
	if err == nil {
		err = open(cc, o.Codec)
	}
	if err != nil {
		nodes.FreeCodecContext(cc)
		return nil, err
	}
	return cc, nil
}

// open opens an encoder that has all its settings.
func open(cc *astiav.CodecContext, codec *astiav.Codec) error {
	if codec.Name() == "libsvtav1" {
		return openSVTAV1(cc, codec)
	}
	return astiavx.Open(cc, codec)
}

// configure makes all settings of an encoder that is not open yet.
func (o *Opener) configure(cc *astiav.CodecContext, options []avoption.Option) error {
	o.SetUp(cc)
	if o.Codec.Name() == "libx265" { // so that an output can begin at each of its key frames
		cc.SetFlags(cc.Flags().Add(astiav.CodecContextFlagClosedGop))
	}
	options, err := o.withLibraryParameters(cc.Width(), cc.Height(), o.withThreading(o.withSteadyKeys(options)))
	if err != nil {
		return err
	}
	for _, option := range options {
		err := astiavx.SetOption(cc, option.Key, option.Value)
		if err != nil {
			e := option.ConfigError(o.Codec.Name() + " refuses it")
			e.Err = err
			return e
		}
	}
	err = o.Pass.configure(cc, o.Codec.Name())
	if err != nil {
		return err
	}
	// An output that joins later may be of a container that stores the header.
	cc.SetFlags(cc.Flags().Add(astiav.CodecContextFlagGlobalHeader))
	if o.Finish != nil {
		o.Finish(cc)
	}
	return astiavx.SetPictureData(cc, o.PictureData)
}
