package api

import (
	"errors"
	"slices"
	"time"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/upload"
	"github.com/avloom/avloom/muxer/destination"
)

// asDuration keeps the unit of an upload's option that was given as a time.Duration.
func (b *builder) asDuration(o codecOption) codecOption {
	if d, ok := o.given.(time.Duration); ok && b.output.kind == toURL && b.address.protocol.Uploads {
		o.value = d.String()
	}
	return o
}

// ofFFmpegHTTP are the protocols whose options FFmpeg's http takes.
var ofFFmpegHTTP = []string{"http", "tls", "tcp"}

// notForUploads is the error about an option that neither the muxer nor an upload has.
func (o codecOption) notForUploads(p destination.Protocol, ofMuxer []astiavx.Option) error {
	if o.key == "listen" {
		return o.wrong("avloom sends to a server and is none; to serve, write to the response of a server of net/http " +
			"with Writer, as examples/http does")
	}
	known := astiavx.OutputProtocols()
	for _, name := range ofFFmpegHTTP {
		if !slices.Contains(known, name) {
			continue
		}
		if _, ok := findOption(astiavx.ProtocolOptions(name), o.key); ok {
			return o.wrong(p.Name+" is carried by Go's net/http and not by FFmpeg, whose option this is", upload.OptionNames()...)
		}
	}
	return o.unknown("there is no such option of a container or of "+p.Name, append(p.Options(), ofMuxer...))
}

// wrongForUpload is the error about the value of an option of an upload. It does not show a value
// that may hold a secret.
func (o codecOption) wrongForUpload(e *upload.OptionError) *ConfigError {
	err := o.wrong(e.Reason, e.Supported...)
	err.Err = e.Err
	if o.key == "headers" || o.key == "http_proxy" {
		err.Value = nil
	}
	return err
}

// checkUpload finds options of an upload that do not go together.
func (b *builder) checkUpload(list []codecOption, options map[string]string) error {
	if b.output.kind != toURL {
		return nil
	}
	e, ok := errors.AsType[*upload.OptionError](b.address.protocol.CheckTogether(options))
	if !ok {
		return nil
	}
	i := slices.IndexFunc(list, func(o codecOption) bool { return o.key == e.Name })
	return asFormatOption(list[i].wrongForUpload(e))
}
