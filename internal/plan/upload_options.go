package plan

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/upload"
	"github.com/avloom/avloom/muxer/destination"
)

// asDuration gives the value of an upload's option its unit if the user set a time.Duration. It
// refuses a time.Duration for FFmpeg, which would take it for a number of other units.
func (t *Output) asDuration(o avoption.Option) (avoption.Option, error) {
	d, ok := o.Given.(time.Duration)
	switch {
	case !ok:
		return o, nil
	case t.Config.Kind == ToURL && t.Address.Protocol.Uploads:
		o.Value = d.String()
		return o, nil
	default:
		const reason = "must not be a time.Duration, because FFmpeg's options have units of their own; " +
			"give a number, which is %d if the option counts microseconds, as most do"
		return o, o.ConfigError(fmt.Sprintf(reason, d.Microseconds()))
	}
}

// ffmpegHTTPProtocols are the protocols whose options FFmpeg's own http takes.
var ffmpegHTTPProtocols = []string{"http", "tls", "tcp"}

// unknownUploadOption returns the error about an option that neither the muxer nor an upload has.
func unknownUploadOption(o avoption.Option, p destination.Protocol, muxerOptions []astiavx.Option) error {
	if o.Key == "listen" {
		return o.ConfigError("avloom sends to a server and is not one; to serve, use net/http " +
			"and write to the response with Writer, as examples/http does")
	}
	known := astiavx.OutputProtocols()
	for _, name := range ffmpegHTTPProtocols {
		if !slices.Contains(known, name) {
			continue
		}
		if _, ok := avoption.Find(astiavx.ProtocolOptions(name), o.Key); ok {
			reason := p.Name + " is sent by Go's net/http and not by FFmpeg, which has this option"
			return o.ConfigError(reason, upload.OptionNames()...)
		}
	}
	return o.UnknownError("there is no such option of a container or of "+p.Name, append(p.Options(), muxerOptions...))
}

// uploadValueError returns the error about the value of an option of an upload. It leaves out a
// value that may contain a secret.
func uploadValueError(o avoption.Option, e *upload.OptionError) *fault.ConfigError {
	err := o.ConfigError(e.Reason, e.Supported...)
	err.Err = e.Err
	if o.Key == "headers" || o.Key == "http_proxy" {
		err.Value = nil
	}
	return err
}

// checkUpload returns an error for options of an upload that exclude each other.
func (t *Output) checkUpload(list []avoption.Option, options map[string]string) error {
	if t.Config.Kind != ToURL {
		return nil
	}
	e, ok := errors.AsType[*upload.OptionError](t.Address.Protocol.CheckTogether(options))
	if !ok {
		return nil
	}
	i := slices.IndexFunc(list, func(o avoption.Option) bool { return o.Key == e.Name })
	return asFormatOption(uploadValueError(list[i], e))
}
