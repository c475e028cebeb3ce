package destination

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/upload"
)

// readWriteTimeout is an option that all protocols of FFmpeg have: how many microseconds a read or
// a write may take. FFmpeg does not list it (ffurl_context_class in libavformat/avio.c is not
// public).
const readWriteTimeout = "rw_timeout"

// Options lists the options of the protocol and of the layers below it.
func (p Protocol) Options() []astiavx.Option {
	if p.Uploads {
		return uploadOptions()
	}
	shared := astiavx.Option{Name: readWriteTimeout, Kind: astiavx.OptionWhole, Max: math.MaxInt64}
	all := append(astiavx.ProtocolOptions(p.Name), shared)
	for _, layer := range p.layers {
		all = append(all, astiavx.ProtocolOptions(layer)...)
	}
	return all
}

// uploadOptions lists the options of uploads, which have the names of FFmpeg's options of http.
func uploadOptions() []astiavx.Option {
	names := upload.OptionNames()
	options := make([]astiavx.Option, len(names))
	for i, name := range names {
		options[i].Name = name
	}
	return options
}

// Check returns why the protocol refuses a value of an option; nil if it takes the value. For a
// protocol that uploads, the error is an *upload.OptionError.
func (p Protocol) Check(name, value string) error {
	if p.Uploads {
		return new(upload.Config).Set(name, value)
	}
	if name == readWriteTimeout {
		_, err := strconv.ParseUint(value, 10, 63)
		return err
	}
	isNamed := func(o astiavx.Option) bool { return o.Name == name }
	for _, layer := range append([]string{p.Name}, p.layers...) {
		if slices.ContainsFunc(astiavx.ProtocolOptions(layer), isNamed) {
			return astiavx.CheckProtocolOption(layer, name, value)
		}
	}
	return fmt.Errorf("%s has no option %s", p.Name, name)
}

// CheckTogether returns why the protocol refuses a combination of options; nil if it takes them.
// The error is an *upload.OptionError.
func (p Protocol) CheckTogether(options map[string]string) error {
	if !p.Uploads {
		return nil
	}
	_, err := upload.Parse(options)
	return err
}
