package plan

import (
	"maps"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/color"
)

// Video is a VideoConfig that has been checked as far as possible without a container. It never
// changes: an Open that was abandoned may still read it.
type Video struct {
	Config      VideoConfig
	Rate        astiav.Rational // of the input, in frames per second
	OutRate     astiav.Rational // of the encoded video, in frames per second
	PixelAspect astiav.Rational // the width of a pixel by its height; zero: not signaled
	PictureData astiavx.PictureData
	Threads     int // that the config asks for; 0: those of the share
	InputFormat astiav.PixelFormat
	raw         astiavx.RawPicture // how frames of the layout Raw lie in memory
	Color       color.Wishes
	Segments    Segments
}

// NewVideo plans a video stream. It returns an error for everything that is wrong with the config
// and that can be found without a container.
func NewVideo(cfg VideoConfig) (*Video, error) {
	cfg.ExtraOptions = maps.Clone(cfg.ExtraOptions) // the caller may change the map later
	cfg.Metadata, cfg.Disposition = maps.Clone(cfg.Metadata), slices.Clone(cfg.Disposition)
	if cfg.CRF != nil {
		crf := *cfg.CRF
		cfg.CRF = &crf
	}
	if cfg.HDR != nil {
		hdr := *cfg.HDR
		cfg.HDR = &hdr
	}
	p := &Video{Config: cfg}
	for _, check := range []func() error{
		p.checkNames, p.checkSize, p.readRates, p.readPixelAspect, p.readPictureData, p.checkTag, p.checkDevice,
		p.checkOutSize, p.readInputFormat, p.checkDither, p.readColor, p.checkOddSize, p.checkOnFull, p.checkOptions,
		p.checkRates, p.readThreads, p.checkWords,
	} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	if cfg.Codec == "" {
		return p, nil
	}
	codec, err := p.resolve()
	if err != nil || codec == nil {
		return p, err
	}
	_, err = p.ForEncoder(codec)
	return p, err
}

// OnCUDA says whether the stream is encoded on an NVIDIA GPU.
func (p *Video) OnCUDA() bool {
	_, ok := gpu.ParseDevice(p.Config.Device)
	return ok
}
