package plan

import (
	"errors"
	"reflect"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/upload"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/destination"
)

// check finds an output that is none.
func (o OutputConfig) check() error {
	switch {
	case o.Patience != nil && *o.Patience <= 0:
		return &fault.ConfigError{
			Field:  "Patience",
			Value:  *o.Patience,
			Reason: "must be more than 0; the default is " + muxer.DefaultPatience.String(),
		}
	case o.Kind == ToWriter && o.Writer == nil:
		return &fault.ConfigError{Field: "w", Reason: "is nil; give a writer"}
	case o.Kind == ToWriter && isNilPointer(o.Writer):
		return &fault.ConfigError{Field: "w", Value: o.DisplayName(), Reason: "is a nil pointer; give a writer"}
	case o.Kind == ToURL && o.Path == "":
		return &fault.ConfigError{
			Field:     "url",
			Value:     "",
			Reason:    "is empty; name a protocol and an address",
			Supported: destination.Protocols(),
		}
	case (o.Kind == ToFile || o.Kind == UnknownOutput) && o.Path == "":
		return &fault.ConfigError{Field: "path", Value: "", Reason: "a file needs a name"}
	}
	return nil
}

// checkNames finds names that C would cut short. Those in a URL are found where it is read.
func (o OutputConfig) checkNames() error {
	if o.Kind == ToURL {
		return avoption.CheckTexts(avoption.Setting{Field: "Format", Value: o.Format})
	}
	return avoption.CheckTexts(
		avoption.Setting{Field: "path", Value: o.Path},
		avoption.Setting{Field: "Format", Value: o.Format},
	)
}

func isNilPointer(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}

// findContainer finds the container of the target, and the address of a URL.
func (t *Output) findContainer() (err error) {
	o := t.Config
	if o.Kind != ToURL {
		t.Container, err = resolveContainer(o)
		return err
	}
	if t.Address, err = parseAddress(o.Path); err != nil {
		return err
	}
	protocol := t.Address.Protocol
	if o.Format == "" {
		t.Container = protocol.Container(t.Address.path)
		return oneFile(t.Container, "url", t.Address.Redacted())
	}
	if t.Container, err = resolveContainer(o); err != nil {
		return err
	}
	if protocol.OnlyFLV() && t.Container.Name != "flv" {
		return &fault.ConfigError{
			Field:     "Format",
			Value:     o.Format,
			Reason:    protocol.Name + " carries no other container",
			Supported: []string{"flv"},
		}
	}
	return nil
}

// formatOptions turns the options of the target into text, checks each, and divides them into those
// of the muxer, and of a URL's protocol those that the muxer does not know.
func (t *Output) formatOptions() (forMuxer, forProtocol map[string]string, err error) {
	list, err := avoption.FromMap(t.Config.FormatOptions, nil)
	if err != nil {
		return nil, nil, asFormatOption(err)
	}
	known := avoption.MuxerOptions(t.Container.Name)
	forMuxer, forProtocol = map[string]string{}, map[string]string{}
	for _, o := range list {
		o = t.asDuration(o)
		if _, ok := avoption.Find(known, o.Key); ok {
			err, forMuxer[o.Key] = o.CheckMuxer(t.Container.Name), o.Value
		} else {
			err, forProtocol[o.Key] = t.checkProtocol(o, known), o.Value
		}
		if err != nil {
			return nil, nil, asFormatOption(err)
		}
	}
	return forMuxer, forProtocol, t.checkUpload(list, forProtocol)
}

// checkProtocol checks an option that the muxer does not know.
func (t *Output) checkProtocol(o avoption.Option, ofMuxer []astiavx.Option) error {
	if t.Config.Kind != ToURL {
		return o.UnknownError(t.Container.Name+" has no such option", ofMuxer)
	}
	protocol := t.Address.Protocol
	declared, ok := avoption.Find(protocol.Options(), o.Key)
	switch {
	case !ok && protocol.Uploads:
		return notForUploads(o, protocol, ofMuxer)
	case !ok:
		return o.UnknownError(
			"neither "+t.Container.Name+" nor "+protocol.Name+" has such an option",
			append(protocol.Options(), ofMuxer...),
		)
	}
	err := protocol.Check(o.Key, o.Value)
	if e, ok := errors.AsType[*upload.OptionError](err); ok {
		return wrongForUpload(o, e)
	}
	if err != nil {
		return o.ExplainRefusal(protocol.Name, declared, err)
	}
	return nil
}

// asFormatOption renames the field of an error to where the option came from.
func asFormatOption(err error) error {
	if e, ok := errors.AsType[*fault.ConfigError](err); ok {
		e.Field = strings.Replace(e.Field, "ExtraOptions[", "FormatOptions[", 1)
	}
	return err
}
