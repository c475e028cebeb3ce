package plan

import (
	"fmt"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// Output is an OutputConfig whose container, address and options are known. AddStreamOptions adds
// to its options while the streams are opened; nothing else changes it.
type Output struct {
	Config          OutputConfig
	Address         address // of a URL
	Container       astiavx.Container
	MuxerOptions    map[string]string
	ProtocolOptions map[string]string
	Files           container.Files    // of a folder
	Segments        container.Segments // of a folder, after PlanSegments
	Extras          container.Extras   // what the file carries besides its streams
	sources         map[string]string  // the setting that each of MuxerOptions comes from, for errors
}

// NewOutput plans an output. It finds the container, and returns an error for every setting that is
// wrong without regard to the streams.
func NewOutput(o OutputConfig) (*Output, error) {
	err := fault.First(o.checkFolder(), o.check(), o.checkNames(), checkMetadata(o.Metadata), o.Reconnect.check(o))
	if err != nil {
		return nil, err
	}
	t := &Output{Config: o, sources: map[string]string{}}
	if t.Extras, err = o.planExtras(); err != nil {
		return nil, err
	}
	err = t.findContainer()
	if err != nil {
		return nil, err
	}
	if t.MuxerOptions, t.ProtocolOptions, err = t.formatOptions(); err != nil {
		return nil, err
	}
	for key := range t.MuxerOptions {
		t.sources[key] = "FormatOptions"
	}
	return t, fault.First(t.addFaststart(), t.planFiles())
}

// addFaststart adds the muxer's option for which Faststart stands.
func (t *Output) addFaststart() error {
	o := t.Config
	if !o.Faststart {
		return nil
	}
	e := &fault.ConfigError{Field: "Faststart"}
	switch {
	case o.CrashSafe != nil && *o.CrashSafe:
		e.Value, e.Reason = true, "CrashSafe(true) is set too, but a file cannot be both; give one of the two"
	case !container.IsMovFamily(t.Container.Name):
		e.Value, e.Reason = t.Container.Name, "is for mp4 and mov; other containers do not need it"
	case o.Kind != ToFile:
		e.Value, e.Reason = o.DisplayName(), "needs a file, because FFmpeg reads the output again; open one with OpenFile"
	case t.MuxerOptions["movflags"] != "":
		e.Value = t.MuxerOptions["movflags"]
		e.Reason = "FormatOptions[movflags] is set too; add +faststart to it instead"
	default:
		t.MuxerOptions["movflags"], t.sources["movflags"] = "+faststart", "Faststart"
		return nil
	}
	return e
}

// AddStreamOptions adds the options of a stream that this container has. The streams share the
// muxer's options: AddStreamOptions returns an error if another setting gives a different value.
func (t *Output) AddStreamOptions(options []avoption.Option, stream int) error {
	known := avoption.MuxerOptions(t.Container.Name)
	for _, o := range options {
		if _, ok := avoption.Find(known, o.Key); !ok {
			continue
		}
		if err := t.checkFolderOption(o); err != nil {
			return err
		}
		if value, ok := t.MuxerOptions[o.Key]; ok && value != o.Value {
			const text = "%s sets it to %q already, and %s has one value for all streams; set it once"
			reason := fmt.Sprintf(text, t.sources[o.Key], value, t.Container.Name)
			return &fault.ConfigError{Field: o.Field, Value: o.Given, Reason: reason}
		}
		t.MuxerOptions[o.Key], t.sources[o.Key] = o.Value, fmt.Sprintf("stream %d", stream)
	}
	return nil
}
