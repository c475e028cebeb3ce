package plan

import (
	"errors"
	"slices"
	"time"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/upload"
	"github.com/avloom/avloom/muxer/destination"
)

// asDuration keeps the unit of an upload's option that was given as a time.Duration.
func (t *Output) asDuration(o avoption.Option) avoption.Option {
	if d, ok := o.Given.(time.Duration); ok && t.Config.Kind == ToURL && t.Address.Protocol.Uploads {
		o.Value = d.String()
	}
	return o
}

// ofFFmpegHTTP are the protocols whose options FFmpeg's http takes.
var ofFFmpegHTTP = []string{"http", "tls", "tcp"}

// notForUploads is the error about an option that neither the muxer nor an upload has.
func notForUploads(o avoption.Option, p destination.Protocol, ofMuxer []astiavx.Option) error {
	if o.Key == "listen" {
		return o.ConfigError(
			"avloom sends to a server and is none; to serve, write to the response of a server of net/http " +
				"with Writer, as examples/http does",
		)
	}
	known := astiavx.OutputProtocols()
	for _, name := range ofFFmpegHTTP {
		if !slices.Contains(known, name) {
			continue
		}
		if _, ok := avoption.Find(astiavx.ProtocolOptions(name), o.Key); ok {
			return o.ConfigError(
				p.Name+" is carried by Go's net/http and not by FFmpeg, whose option this is",
				upload.OptionNames()...)
		}
	}
	return o.UnknownError("there is no such option of a container or of "+p.Name, append(p.Options(), ofMuxer...))
}

// wrongForUpload is the error about the value of an option of an upload. It does not show a value
// that may hold a secret.
func wrongForUpload(o avoption.Option, e *upload.OptionError) *fault.ConfigError {
	err := o.ConfigError(e.Reason, e.Supported...)
	err.Err = e.Err
	if o.Key == "headers" || o.Key == "http_proxy" {
		err.Value = nil
	}
	return err
}

// checkUpload finds options of an upload that do not go together.
func (t *Output) checkUpload(list []avoption.Option, options map[string]string) error {
	if t.Config.Kind != ToURL {
		return nil
	}
	e, ok := errors.AsType[*upload.OptionError](t.Address.Protocol.CheckTogether(options))
	if !ok {
		return nil
	}
	i := slices.IndexFunc(list, func(o avoption.Option) bool { return o.Key == e.Name })
	return asFormatOption(wrongForUpload(list[i], e))
}
