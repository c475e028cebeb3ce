package plan

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/codec"
)

// resolve finds the encoder that the config names. It returns nil without an error if this FFmpeg
// was built without NVENC.
func (p *Video) resolve() (*astiav.Codec, error) {
	if !p.OnCUDA() {
		return codec.Resolve(p.Config.Codec, astiav.MediaTypeVideo)
	}
	name, err := codec.ResolveCUDA(p.Config.Codec)
	if err != nil {
		return nil, err
	}
	return astiav.FindEncoderByName(name), nil
}

// ResolveFor finds the encoder for these containers: the one that the config names, otherwise that
// of the first of the containers' default codecs that all of them carry.
func (p *Video) ResolveFor(containers []astiavx.Container) (*astiav.Codec, error) {
	if !p.OnCUDA() {
		return codec.ResolveFor(p.Config.Codec, astiav.MediaTypeVideo, containers...)
	}
	name, err := codec.ResolveCUDAFor(p.Config.Codec, containers)
	if err != nil {
		return nil, err
	}
	codec := astiav.FindEncoderByName(name)
	if codec == nil {
		return nil, fmt.Errorf("%w: this FFmpeg was built without %s", gpu.ErrUnavailable, name)
	}
	return codec, nil
}
