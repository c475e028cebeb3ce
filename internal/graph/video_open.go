package graph

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/color"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/nodes"
)

// videoOpening opens the encoder of one video stream for the containers of a run.
type videoOpening struct {
	plan        *plan.Video
	share       codec.Share // of a thread budget, for a config that names no number of threads
	cudaContext uintptr     // the caller's; 0: the device's primary one
	headerFirst bool        // a container needs the codec's header before the first packet
	containers  []astiavx.Container
	pass        *codec.Pass // of two; nil: there is one pass only
	canceled    codec.Canceled
	log         *astiavx.Log // receives FFmpeg's lines about the encoder; nil: they are dropped
}

// videoEncoder is an open encoder, and how to feed it.
type videoEncoder struct {
	name    string
	codec   *astiav.CodecContext
	device  *gpu.Device // a reference to the device that encodes; nil: the CPU encodes
	convert nodes.ConvertConfig
	palette *nodes.PaletteConfig // nil: pictures get no palettes
	threads int                  // of the encoder; 0: it runs on a device
	cores   int                  // that its conversion may use
	alpha   bool                 // the encoded video has alpha

	threadsUsed  int      // of its share of a thread budget
	losses       []string // of the input, in the pixel format that was chosen by default
	unmetWishes  []color.UnmetWish
	muxerOptions []avoption.Option
	opener       codec.Opener // of a second encoder with the same settings
	orders       VideoOrders
}

// open opens the encoder. It tries the plans in order, and returns the error of the last one. It
// opens no encoder once the caller has given up.
func (v *videoOpening) open() (*videoEncoder, error) {
	e, err := v.openAny()
	return e, fault.WithoutPrefix(err)
}

func (v *videoOpening) openAny() (*videoEncoder, error) {
	codec, err := v.plan.ResolveFor(v.containers)
	if err != nil {
		return nil, err
	}
	plans, err := v.plan.ForEncoder(codec, v.containers...)
	if err != nil {
		return nil, err
	}
	if err := v.pass.Check(codec.Name(), plans[0].Format, plans[0].Options); err != nil {
		return nil, err
	}
	for _, s := range plans[:len(plans)-1] {
		e, err := v.openAs(s, codec)
		if err == nil && v.acceptedByAll(e.codec) {
			return e, nil
		}
		if err == nil {
			nodes.FreeCodecContext(e.codec)
		}
	}
	return v.openAs(plans[len(plans)-1], codec)
}

// acceptedByAll reports whether all containers accept a header for the open encoder.
func (v *videoOpening) acceptedByAll(codec *astiav.CodecContext) bool {
	described, err := muxer.DescribeCodec(codec)
	if err != nil {
		return false
	}
	defer described.Free()
	stream := muxer.Stream{
		Codec: described, FrameRate: v.plan.OutRate, Irregular: v.plan.Irregular(), Tag: v.plan.Config.Tag,
	}
	return !slices.ContainsFunc(v.containers, func(c astiavx.Container) bool {
		cfg := muxer.Config{Name: c.Name, Format: c.Streams(), Streams: []muxer.Stream{stream}}
		return muxer.Try(cfg, destination.DryFile("")) != nil
	})
}

// openAs opens the encoder as one plan says.
func (v *videoOpening) openAs(s plan.VideoEncoder, encoder *astiav.Codec) (*videoEncoder, error) {
	err := fault.First(v.checkKnownSize(s, encoder), v.plan.CheckTagIn(encoder, v.containers))
	if err != nil {
		return nil, err
	}
	a := v.attempt(s, encoder)
	if v.plan.OnCUDA() {
		a.device, err = v.openDevice(s)
		if err != nil {
			return nil, err
		}
		a.opener.ExplainFirst = func() error { return explainDevice(a.device, encoder.Name()) }
	}
	cc, err := a.opener.Open()
	if err != nil {
		err = a.explain(err)
		a.closeDevice()
		return nil, err
	}
	err = fault.First(v.plan.CheckAspectIn(cc, v.containers), a.findHeader(cc))
	if err != nil {
		nodes.FreeCodecContext(cc)
		a.closeDevice()
		return nil, err
	}
	return a.opened(cc), nil
}

// checkKnownSize returns an error about a size that the encoder refuses only when it gets a
// picture.
func (v *videoOpening) checkKnownSize(s plan.VideoEncoder, encoder *astiav.Codec) error {
	reason := codec.RefusedSize(encoder.Name(), s.Width, s.Height)
	if reason == "" {
		return nil
	}
	side, _ := v.plan.Sides()
	return &fault.ConfigError{Field: side.Field, Value: side.Pixels, Reason: reason}
}

// videoAttempt is an attempt to open an encoder as one plan says.
type videoAttempt struct {
	*videoOpening
	encoded plan.VideoEncoder
	device  *gpu.Device // that encodes; nil: the CPU encodes
	threads int         // of the encoder; 0: it runs on a device, and the driver decides
	used    int         // of these, threads of the share of a thread budget

	opener   codec.Opener
	settings videoSettings // that the opener sets next; a probe replaces some of them
}

// attempt returns an attempt with as many threads as the encoder can use, unless the config sets a
// number.
func (v *videoOpening) attempt(s plan.VideoEncoder, encoder *astiav.Codec) *videoAttempt {
	a := &videoAttempt{videoOpening: v, encoded: s, threads: v.plan.Threads}
	if a.threads == 0 && !v.plan.OnCUDA() {
		a.threads, a.used = v.share.ThreadsFor(encoder.Name(), s.Width, s.Height, s.Options)
	}
	a.opener = codec.Opener{
		Canceled:    v.canceled,
		Codec:       encoder,
		Options:     s.Options,
		Threads:     a.threads,
		PictureData: v.plan.PictureData,
		Finish:      astiavx.KeepFrameDurations,
		Log:         v.log,
		SetUp:       a.setUp,
		Pass:        v.pass,
	}
	if color.IsSubsampled420(astiavx.DescribePixelFormat(s.Format)) {
		a.opener.Location = s.Color.Location
	}
	a.settings = a.newSettings()
	return a
}

func (a *videoAttempt) closeDevice() {
	if a.device != nil {
		a.device.Close()
	}
}

// findHeader gives the encoder its header if a container needs the header before the first packet.
func (a *videoAttempt) findHeader(cc *astiav.CodecContext) error {
	if !a.headerFirst || !plan.WantGlobalHeader(a.containers) || len(cc.ExtraData()) > 0 {
		return nil
	}
	header, err := lateHeader(&a.opener)
	if err != nil || header == nil {
		return err
	}
	return cc.SetExtraData(header)
}

// opened describes the encoder that the attempt opened.
func (a *videoAttempt) opened(cc *astiav.CodecContext) *videoEncoder {
	p, s := a.plan, a.encoded
	palette := s.Palette
	if palette != nil {
		palette.Color = s.Color
	}
	return &videoEncoder{
		name: a.opener.Codec.Name(), codec: cc, device: a.device,
		threads: a.threads, cores: a.cores(), threadsUsed: a.used,
		alpha: s.HasAlpha(a.opener.Codec, a.containers), losses: p.DefaultFormatLosses(s),
		unmetWishes: s.UnmetWishes, muxerOptions: s.MuxerOptions,
		convert: p.Conversion(s), palette: palette, opener: a.opener.ForLater(),
		orders: VideoOrders{
			codec: a.opener.Codec, options: a.opener.Options, rate: codec.NewRateChange(a.opener.ForLater(), cc),
			nextForKey: a.opener.NextForKey(),
		},
	}
}

// cores returns how many cores the stream's conversion may use.
func (v *videoOpening) cores() int {
	if v.plan.Threads != 0 {
		return v.plan.Threads
	}
	return v.share.Cores()
}
