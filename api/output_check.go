package api

import (
	"errors"
	"reflect"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/upload"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/destination"
)

// check finds an output that is none.
func (o Output) check() error {
	switch {
	case o.patience != nil && *o.patience <= 0:
		return &ConfigError{Field: "Patience", Value: *o.patience, Reason: "must be more than 0; the default is " + muxer.DefaultPatience.String()}
	case o.kind == toWriter && o.writer == nil:
		return &ConfigError{Field: "w", Reason: "is nil; give a writer"}
	case o.kind == toWriter && isNilPointer(o.writer):
		return &ConfigError{Field: "w", Value: o.shown(), Reason: "is a nil pointer; give a writer"}
	case o.kind == toURL && o.path == "":
		return &ConfigError{Field: "url", Value: "", Reason: "is empty; name a protocol and an address", Supported: destination.Protocols()}
	case (o.kind == toFile || o.kind == unknown) && o.path == "":
		return &ConfigError{Field: "path", Value: "", Reason: "a file needs a name"}
	}
	return nil
}

// checkNames finds names that C would cut short. Those in a URL are found where it is read.
func (o Output) checkNames() error {
	if o.kind == toURL {
		return checkTexts(setting{"Format", o.format})
	}
	return checkTexts(setting{"path", o.path}, setting{"Format", o.format})
}

func isNilPointer(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}

// findContainer finds the container of the target, and the address of a URL.
func (b *builder) findContainer() (err error) {
	o := b.output
	if o.kind != toURL {
		b.container, err = resolveContainer(o)
		return err
	}
	if b.address, err = parseAddress(o.path); err != nil {
		return err
	}
	protocol := b.address.protocol
	if o.format == "" {
		b.container = protocol.Container(b.address.path)
		return oneFile(b.container, "url", b.address.shown())
	}
	if b.container, err = resolveContainer(o); err != nil {
		return err
	}
	if protocol.OnlyFLV() && b.container.Name != "flv" {
		return &ConfigError{Field: "Format", Value: o.format, Reason: protocol.Name + " carries no other container", Supported: []string{"flv"}}
	}
	return nil
}

// formatOptions turns the options of the target into text, checks each, and divides them into those of the muxer, and of a URL's protocol those that
// the muxer does not know.
func (b *builder) formatOptions() (forMuxer, forProtocol map[string]string, err error) {
	list, err := sortedOptions(b.output.formatOptions, nil)
	if err != nil {
		return nil, nil, asFormatOption(err)
	}
	known := astiavx.MuxerOptions(b.container.Name)
	forMuxer, forProtocol = map[string]string{}, map[string]string{}
	for _, o := range list {
		o = b.asDuration(o)
		if _, ok := findOption(known, o.key); ok {
			err, forMuxer[o.key] = o.checkMuxer(b.container.Name), o.value
		} else {
			err, forProtocol[o.key] = b.checkProtocol(o, known), o.value
		}
		if err != nil {
			return nil, nil, asFormatOption(err)
		}
	}
	return forMuxer, forProtocol, b.checkUpload(list, forProtocol)
}

// checkProtocol checks an option that the muxer does not know.
func (b *builder) checkProtocol(o codecOption, ofMuxer []astiavx.Option) error {
	if b.output.kind != toURL {
		return o.unknown(b.container.Name+" has no such option", ofMuxer)
	}
	protocol := b.address.protocol
	declared, ok := findOption(protocol.Options(), o.key)
	switch {
	case !ok && protocol.Uploads:
		return o.notForUploads(protocol, ofMuxer)
	case !ok:
		return o.unknown("neither "+b.container.Name+" nor "+protocol.Name+" has such an option", append(protocol.Options(), ofMuxer...))
	}
	err := protocol.Check(o.key, o.value)
	if e, ok := errors.AsType[*upload.OptionError](err); ok {
		return o.wrongForUpload(e)
	}
	if err != nil {
		return o.refused(protocol.Name, declared, span{declared.Min, declared.Max}, err)
	}
	return nil
}

// asFormatOption renames the field of an error to where the option came from.
func asFormatOption(err error) error {
	if e, ok := errors.AsType[*ConfigError](err); ok {
		e.Field = strings.Replace(e.Field, "ExtraOptions[", "FormatOptions[", 1)
	}
	return err
}
