package muxer

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/upload"
)

// Protocol is a way to another program that this package writes through.
type Protocol struct {
	Name       string
	Uploads    bool     // net/http carries it, and not FFmpeg
	NamesFiles bool     // what is written has a name of its own, with an extension
	layers     []string // protocols below, whose options it passes on (ffurl_open_whitelist in FFmpeg's http.c, rtmpproto.c, tls.c)
}

// protocols are those to which a container can be written. Others that FFmpeg counts among its
// protocols are files (file, fd, pipe), or lead to several or to none (tee, md5), or need a muxer
// of their own (rtp, prompeg). Its ftp does not listen to what the server says of a file that it
// has got.
var protocols = []Protocol{
	{Name: "rtmp", layers: []string{"tcp"}},
	{Name: "rtmps", layers: []string{"tls", "tcp"}},
	{Name: "rtmpt", layers: []string{"ffrtmphttp"}},
	{Name: "rtmpts", layers: []string{"ffrtmphttp"}},
	{Name: "srt"},
	{Name: "http", Uploads: true, NamesFiles: true},
	{Name: "https", Uploads: true, NamesFiles: true},
	{Name: "icecast", NamesFiles: true},
	{Name: "tcp"},
	{Name: "tls", layers: []string{"tcp"}},
	{Name: "udp"},
	{Name: "udplite"},
	{Name: "unix"},
}

// FindProtocol returns the protocol of this name, if there is one in this program.
func FindProtocol(name string) (Protocol, bool) {
	i := slices.IndexFunc(protocols, func(p Protocol) bool { return p.Name == name })
	if i < 0 || !protocols[i].isIn(astiavx.OutputProtocols()) {
		return Protocol{}, false
	}
	return protocols[i], true
}

// isIn says whether the protocol can be used where FFmpeg has those of the list.
func (p Protocol) isIn(known []string) bool { return p.Uploads || slices.Contains(known, p.Name) }

// Protocols are the names of those that there are in this program, the usual first.
func Protocols() []string {
	known := astiavx.OutputProtocols()
	var names []string
	for _, p := range protocols {
		if p.isIn(known) {
			names = append(names, p.Name)
		}
	}
	return names
}

// Container returns the container that one expects behind a protocol: FLV is the only one that RTMP
// knows. Where files have names, that of path decides, if it has an extension that FFmpeg knows.
func (p Protocol) Container(file string) astiavx.Container {
	name := "mpegts"
	if p.OnlyFLV() {
		name = "flv"
	}
	if p.NamesFiles && len(path.Ext(file)) > 1 {
		if c, ok := astiavx.GuessContainer("", file); ok {
			return c
		}
	}
	c, _ := astiavx.GuessContainer(name, "")
	return c
}

// OnlyFLV says whether the protocol takes FLV apart to send it.
func (p Protocol) OnlyFLV() bool { return strings.HasPrefix(p.Name, "rtmp") }

// Options are those of the protocol, and of what lies below it.
func (p Protocol) Options() []astiavx.Option {
	if p.Uploads {
		return uploadOptions()
	}
	all := astiavx.ProtocolOptions(p.Name)
	for _, below := range p.layers {
		all = append(all, astiavx.ProtocolOptions(below)...)
	}
	return all
}

// Check says what the protocol would have against a value of an option. For one that uploads, the
// error is an *upload.OptionError.
func (p Protocol) Check(name, value string) error {
	if p.Uploads {
		return new(upload.Config).Set(name, value)
	}
	has := func(o astiavx.Option) bool { return o.Name == name }
	for _, layer := range append([]string{p.Name}, p.layers...) {
		if slices.ContainsFunc(astiavx.ProtocolOptions(layer), has) {
			return astiavx.CheckProtocolOption(layer, name, value)
		}
	}
	return fmt.Errorf("%s has no option %s", p.Name, name)
}

// CheckTogether says what the protocol would have against all options together. The error is an
// *upload.OptionError.
func (p Protocol) CheckTogether(options map[string]string) error {
	if !p.Uploads {
		return nil
	}
	_, err := upload.Parse(options)
	return err
}

// uploadOptions are those of net/http, under FFmpeg's names.
func uploadOptions() []astiavx.Option {
	names := upload.OptionNames()
	options := make([]astiavx.Option, len(names))
	for i, name := range names {
		options[i].Name = name
	}
	return options
}

// withUsual adds options that are set unless the caller says otherwise.
//   - An Ethernet frame holds seven packets of MPEG-TS, which receivers expect in one datagram: FFmpeg's own size cuts one in two.
//   - libsrt forgets, when it is closed, what it has not sent; it can be told to wait for that, in whole seconds.
func (p Protocol) withUsual(l Link) map[string]string {
	all := map[string]string{}
	switch {
	case strings.HasPrefix(p.Name, "udp") && l.Container.Name == "mpegts":
		all["pkt_size"] = "1316"
	case p.Name == "srt":
		all["linger"] = "1"
	}
	maps.Copy(all, l.Options)
	return all
}

// Connect connects to a URL of this protocol. Where ctx ends first, the error is its cause.
func (p Protocol) Connect(ctx context.Context, l Link) (*Destination, error) {
	connect := p.byFFmpeg
	if p.Uploads {
		connect = p.byUpload
	}
	c, err := connect(ctx, l)
	if err != nil {
		return nil, err
	}
	return connectTo(c), nil
}

// ConnectionShape returns a Destination that stands for what Connect returns, for Try.
func ConnectionShape() *Destination { return &Destination{} }
