package plan

import (
	"fmt"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// Output is an outputSpec whose container, address and options are known.
type Output struct {
	Config          OutputConfig
	Address         address // of a URL
	Container       astiavx.Container
	MuxerOptions    map[string]string // options
	ProtocolOptions map[string]string // options
	sources         map[string]string // which setting each of the muxer's options comes from, for messages
}

// NewOutput finds the container of an output and checks the settings.
func NewOutput(o OutputConfig) (*Output, error) {
	if err := fault.First(o.check(), o.checkNames(), checkMetadata(o.Metadata)); err != nil {
		return nil, err
	}
	t := &Output{Config: o, sources: map[string]string{}}
	err := t.findContainer()
	if err != nil {
		return nil, err
	}
	if t.MuxerOptions, t.ProtocolOptions, err = t.formatOptions(); err != nil {
		return nil, err
	}
	for key := range t.MuxerOptions {
		t.sources[key] = "FormatOptions"
	}
	return t, t.faststart()
}

// faststart adds the option of the muxer that Faststart stands for.
func (t *Output) faststart() error {
	o := t.Config
	if !o.Faststart {
		return nil
	}
	switch {
	case o.CrashSafe != nil && *o.CrashSafe:
		return &fault.ConfigError{
			Field:  "Faststart",
			Value:  true,
			Reason: "CrashSafe(true) is set too, and a file is one or the other; give one of the two",
		}
	case !container.IsMovFamily(t.Container.Name):
		return &fault.ConfigError{
			Field:  "Faststart",
			Value:  t.Container.Name,
			Reason: "is for mp4 and mov; other containers need none",
		}
	case o.Kind != ToFile:
		return &fault.ConfigError{
			Field:  "Faststart",
			Value:  o.DisplayName(),
			Reason: "needs a file, which it reads again; open one with OpenFile",
		}
	case t.MuxerOptions["movflags"] != "":
		return &fault.ConfigError{
			Field:  "Faststart",
			Value:  t.MuxerOptions["movflags"],
			Reason: "FormatOptions[movflags] is set too; add +faststart to it instead",
		}
	}
	t.MuxerOptions["movflags"], t.sources["movflags"] = "+faststart", "Faststart"
	return nil
}

// AddStreamOptions adds those options of a stream that this container knows. The streams share
// them.
func (t *Output) AddStreamOptions(options []avoption.Option, stream int) error {
	known := avoption.MuxerOptions(t.Container.Name)
	for _, o := range options {
		if _, ok := avoption.Find(known, o.Key); !ok {
			continue
		}
		if said, ok := t.MuxerOptions[o.Key]; ok && said != o.Value {
			return &fault.ConfigError{
				Field: o.Field,
				Value: o.Given,
				Reason: fmt.Sprintf(
					"%s has %q for it already, from %s, and takes one value for all; give it once",
					t.Container.Name,
					said,
					t.sources[o.Key],
				),
			}
		}
		t.MuxerOptions[o.Key], t.sources[o.Key] = o.Value, fmt.Sprintf("stream %d", stream)
	}
	return nil
}
