package plan

import (
	"errors"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/upload"
)

// formatOptions converts the FormatOptions of the output into text, checks each, and divides them:
// an option goes to the muxer if the muxer has it, otherwise to the protocol of the URL.
func (t *Output) formatOptions() (forMuxer, forProtocol map[string]string, err error) {
	list, err := avoption.FromMap(t.Config.FormatOptions, nil)
	if err != nil {
		return nil, nil, asFormatOption(err)
	}
	known := avoption.MuxerOptions(t.Container.Name)
	forMuxer, forProtocol = map[string]string{}, map[string]string{}
	for _, o := range list {
		o, err = t.asDuration(o)
		if err != nil {
			return nil, nil, asFormatOption(err)
		}
		if _, ok := avoption.Find(known, o.Key); ok {
			err, forMuxer[o.Key] = o.CheckMuxer(t.Container.Name), o.Value
		} else {
			err, forProtocol[o.Key] = t.checkProtocolOption(o, known), o.Value
		}
		if err != nil {
			return nil, nil, asFormatOption(err)
		}
	}
	return forMuxer, forProtocol, t.checkUpload(list, forProtocol)
}

// checkProtocolOption checks an option that the muxer does not have.
func (t *Output) checkProtocolOption(o avoption.Option, muxerOptions []astiavx.Option) error {
	if t.Config.Kind != ToURL {
		return o.UnknownError(t.Container.Name+" has no such option", muxerOptions)
	}
	protocol := t.Address.Protocol
	declared, ok := avoption.Find(protocol.Options(), o.Key)
	switch {
	case !ok && protocol.Uploads:
		return unknownUploadOption(o, protocol, muxerOptions)
	case !ok:
		reason := "neither " + t.Container.Name + " nor " + protocol.Name + " has such an option"
		return o.UnknownError(reason, append(protocol.Options(), muxerOptions...))
	}
	err := protocol.Check(o.Key, o.Value)
	if e, ok := errors.AsType[*upload.OptionError](err); ok {
		return uploadValueError(o, e)
	}
	if err != nil {
		return o.ExplainRefusal(protocol.Name, declared, err)
	}
	return nil
}

// asFormatOption makes an error about ExtraOptions one about FormatOptions, from which the option
// came. It changes the error that it is given.
func asFormatOption(err error) error {
	if e, ok := errors.AsType[*fault.ConfigError](err); ok {
		e.Field = strings.Replace(e.Field, "ExtraOptions[", "FormatOptions[", 1)
	}
	return err
}
