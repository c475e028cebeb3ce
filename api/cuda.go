package api

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// WithCUDAContext sets the CUcontext that streams with a CUDA device use. The default, 0, is the primary context of their device, which
// CUDA's runtime uses too, and so do PyTorch, CuPy and most others. The context must be one of that device, and outlive the encoder.
func WithCUDAContext(cuContext uintptr) Option {
	return func(s *settings) { s.cudaContext = cuContext }
}

// withCUDAContext is the plan with this context; 0: the device's primary one.
func (p *videoPlan) withCUDAContext(context uintptr) *videoPlan {
	with := *p
	with.cudaContext = context
	return &with
}

// resolve finds the encoder that the config names. Nil, without an error: this FFmpeg has no NVENC.
func (p *videoPlan) resolve() (*astiav.Codec, error) {
	if !p.onCUDA() {
		return resolveEncoder(p.cfg.Codec, astiav.MediaTypeVideo)
	}
	name, err := cudaEncoder(p.cfg.Codec)
	if err != nil {
		return nil, err
	}
	return astiav.FindEncoderByName(name), nil
}

// resolveFor finds the encoder for these containers: the one that is named, or that of the first default codec of one of them that all carry.
func (p *videoPlan) resolveFor(containers []astiavx.Container) (*astiav.Codec, error) {
	if !p.onCUDA() {
		return encoderFor(p.cfg.Codec, astiav.MediaTypeVideo, containers...)
	}
	name, err := cudaEncoderFor(p.cfg.Codec, containers)
	if err != nil {
		return nil, err
	}
	codec := astiav.FindEncoderByName(name)
	if codec == nil {
		return nil, fmt.Errorf("%w: this FFmpeg was built without %s", gpu.ErrUnavailable, name)
	}
	return codec, nil
}

// cudaEncoder finds the NVENC encoder for a name of an encoder or of a codec.
func cudaEncoder(name string) (string, error) {
	if slices.Contains(gpu.Encoders(), name) {
		return name, nil
	}
	if id, ok := astiavx.CodecID(name); ok && gpu.Encoder(id) != "" {
		return gpu.Encoder(id), nil
	}
	reason := "does not encode on CUDA; take one of these, or Device \"cpu\""
	if usual := usualNames[strings.ToLower(name)]; slices.Contains([]string{"h264", "hevc"}, usual) {
		reason = fmt.Sprintf("is no name of an encoder or codec on CUDA; did you mean %q?", usual)
	}
	return "", &ConfigError{Field: "Codec", Value: name, Reason: reason, Supported: gpu.Encoders()}
}

// cudaEncoderFor finds the NVENC encoder of a stream in these containers.
func cudaEncoderFor(name string, containers []astiavx.Container) (string, error) {
	carried := slices.DeleteFunc(gpu.Encoders(), func(encoder string) bool {
		id, _ := astiavx.CodecID(strings.TrimSuffix(encoder, "_nvenc"))
		return refusing(id, containers) != ""
	})
	if len(carried) == 0 {
		reason := strings.Join(containerNames(containers), " and ") + " carries none of the codecs that NVENC encodes (h264, hevc, av1); take another container, or Device \"cpu\""
		return "", &ConfigError{Field: "Codec", Value: name, Reason: reason}
	}
	if name == "" {
		return defaultCUDAEncoder(carried, containers)
	}
	encoder, err := cudaEncoder(name)
	if err != nil || slices.Contains(carried, encoder) {
		return encoder, err
	}
	codec := strings.TrimSuffix(encoder, "_nvenc")
	id, _ := astiavx.CodecID(codec)
	reason := fmt.Sprintf("%s cannot carry %s; take another container, or one of these", refusing(id, containers), codec)
	return "", &ConfigError{Field: "Codec", Value: name, Reason: reason, Supported: carried}
}

func defaultCUDAEncoder(carried []string, containers []astiavx.Container) (string, error) {
	for _, c := range containers {
		if encoder := gpu.Encoder(c.VideoCodec); slices.Contains(carried, encoder) {
			return encoder, nil
		}
	}
	reason := fmt.Sprintf("must be named: NVENC does not encode %s, the default of %s", containers[0].VideoCodec.Name(), containers[0].Name)
	return "", &ConfigError{Field: "Codec", Value: "", Reason: reason, Supported: carried}
}

// siteChroma puts the chroma of NVENC's video on the left, where readers look for it: FFmpeg's wrapper does not pass on where it is.
func siteChroma(color *astiavx.Color, wished setting, encoder string) []overruled {
	if !slices.Contains(gpu.Encoders(), encoder) || color.Location == astiav.ChromaLocationUnspecified {
		return nil
	}
	kept := color.Location == astiav.ChromaLocationLeft
	color.Location = astiav.ChromaLocationLeft
	if kept || wished.value == "" {
		return nil
	}
	return []overruled{{wished, encoder}}
}

// openDevice opens the device for pictures of this plan.
func (p *videoPlan) openDevice(s settledVideo) (*gpu.Device, error) {
	index, _ := gpu.ParseDevice(p.cfg.Device)
	color, _ := nodes.KernelColor(s.color) // where there is none, AddDeviceFrames says so
	d, err := gpu.Open(gpu.Config{
		Index: index, Context: p.cudaContext, Width: p.cfg.Width, Height: p.cfg.Height, OutWidth: s.width, OutHeight: s.height, Color: color,
	})
	if errors.Is(err, gpu.ErrContext) {
		return nil, &ConfigError{Field: "CUDAContext", Value: fmt.Sprintf("%#x", p.cudaContext), Reason: "will not do for Device " + p.cfg.Device, Err: err}
	}
	return d, err
}

// closeDevice ends the opener's use of the device, if it has one.
func (o *opener) closeDevice() {
	if o.device != nil {
		o.device.Close()
	}
}

// blameDevice says why the device, and not a setting, kept the encoder from opening; nil where it did not.
func (o *opener) blameDevice() error {
	if o.device == nil {
		return nil
	}
	names, err := o.device.Encoders()
	if err != nil || slices.Contains(names, o.codec.Name()) {
		return err
	}
	return &ConfigError{Field: "Codec", Value: o.codec.Name(), Reason: "the NVENC of " + o.device.String() + " does not encode it", Supported: names}
}

// blameDriver is the error about an encoder that its driver does not serve, whatever it is told; nil where it is not that.
func (o *opener) blameDriver(err error) error {
	if o.device == nil || !errors.Is(err, astiav.Error(-int(syscall.ENOSYS))) {
		return nil
	}
	return fmt.Errorf("%w: %s: its driver is too old for the NVENC of this FFmpeg, or lacks what %s needs; update it", gpu.ErrUnavailable, o.device, o.codec.Name())
}

// reserve allocates the pictures on the device that can be in use at a time: as many as the encoder holds, those in its queue of this depth, and
// one on each side of it.
func (e *videoEncoder) reserve(depth int) error {
	if e.device == nil {
		return nil
	}
	surfaces, _ := astiavx.EncoderOption(e.codec, "surfaces")
	return e.device.Reserve(surfaces + depth + 2)
}

// label names the encoder, and its device where it has one, for messages.
func (e *videoEncoder) label() string {
	if e.device == nil {
		return e.name
	}
	return e.name + " on " + e.device.String()
}

// upload returns the node that brings pictures to the device, which it takes over; nil: there is none.
func (e *videoEncoder) upload() *nodes.Upload {
	if e.device == nil {
		return nil
	}
	return nodes.NewUpload(e.device)
}

// connectUpload puts the node, if there is one, behind the conversion.
func connectUpload(frames *pipeline.Outlet[pipeline.Frame], queue pipeline.Queue[pipeline.Frame], upload *nodes.Upload) *pipeline.Outlet[pipeline.Frame] {
	if upload == nil {
		return frames
	}
	return pipeline.Connect(frames, "upload", queue, pipeline.Processor[pipeline.Frame, pipeline.Frame](upload))
}
