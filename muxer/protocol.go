package muxer

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
)

// Protocol is a way to another program that FFmpeg knows and this package writes through.
type Protocol struct {
	Name       string
	NamesFiles bool     // what is written has a name of its own, with an extension
	layers     []string // protocols below, whose options it passes on (ffurl_open_whitelist in FFmpeg's http.c, rtmpproto.c, tls.c)
}

// protocols are those to which a container can be written. Others that FFmpeg counts among its protocols are files (file, fd, pipe), or lead to
// several or to none (tee, md5), or need a muxer of their own (rtp, prompeg).
var protocols = []Protocol{
	{Name: "rtmp", layers: []string{"tcp"}},
	{Name: "rtmps", layers: []string{"tls", "tcp"}},
	{Name: "rtmpt", layers: []string{"ffrtmphttp"}},
	{Name: "rtmpts", layers: []string{"ffrtmphttp"}},
	{Name: "srt"},
	{Name: "http", layers: []string{"tcp"}, NamesFiles: true},
	{Name: "https", layers: []string{"tls", "tcp"}, NamesFiles: true},
	{Name: "icecast", NamesFiles: true},
	{Name: "ftp", layers: []string{"tcp"}, NamesFiles: true},
	{Name: "tcp"},
	{Name: "tls", layers: []string{"tcp"}},
	{Name: "udp"},
	{Name: "udplite"},
	{Name: "unix"},
}

// FindProtocol returns the protocol of this name, if this FFmpeg has it.
func FindProtocol(name string) (Protocol, bool) {
	i := slices.IndexFunc(protocols, func(p Protocol) bool { return p.Name == name })
	if i < 0 || !slices.Contains(astiavx.OutputProtocols(), name) {
		return Protocol{}, false
	}
	return protocols[i], true
}

// Protocols are the names of those that this FFmpeg has, the usual first.
func Protocols() []string {
	known := astiavx.OutputProtocols()
	var names []string
	for _, p := range protocols {
		if slices.Contains(known, p.Name) {
			names = append(names, p.Name)
		}
	}
	return names
}

// Container returns the container that one expects behind a protocol: FLV is the only one that RTMP knows. Where files have names, that
// of path decides, if it has an extension that FFmpeg knows.
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
	all := astiavx.ProtocolOptions(p.Name)
	for _, below := range p.layers {
		all = append(all, astiavx.ProtocolOptions(below)...)
	}
	return all
}

// Check says what FFmpeg would have against a value of an option.
func (p Protocol) Check(name, value string) error {
	has := func(o astiavx.Option) bool { return o.Name == name }
	for _, layer := range append([]string{p.Name}, p.layers...) {
		if slices.ContainsFunc(astiavx.ProtocolOptions(layer), has) {
			return astiavx.CheckProtocolOption(layer, name, value)
		}
	}
	return fmt.Errorf("%s has no option %s", p.Name, name)
}

// usual are options that are set unless the caller says otherwise.
//   - An Ethernet frame holds seven packets of MPEG-TS, which receivers expect in one datagram: FFmpeg's own size cuts one in two.
//   - libsrt forgets, when it is closed, what it has not sent; it can be told to wait for that, in whole seconds.
func (p Protocol) usual(format string) map[string]string {
	switch {
	case strings.HasPrefix(p.Name, "udp") && format == "mpegts":
		return map[string]string{"pkt_size": "1316"}
	case p.Name == "srt":
		return map[string]string{"linger": "1"}
	default:
		return map[string]string{}
	}
}

// Connect connects to a URL of this protocol, for a container of this format. Where ctx ends first, the error is its cause. What FFmpeg logs about the
// connection goes to the log, which may be nil.
func (p Protocol) Connect(ctx context.Context, url, format string, options map[string]string, log *astiavx.Log) (*Destination, error) {
	all := p.usual(format)
	maps.Copy(all, options)
	dictionary, err := dictionary(all)
	if err != nil {
		return nil, err
	}
	defer dictionary.Free()
	connection, err := astiavx.Connect(ctx, url, dictionary, log)
	if err != nil {
		return nil, err
	}
	if unused := keys(dictionary); len(unused) > 0 {
		connection.Interrupt()
		_ = connection.Close() // nothing has been sent
		return nil, &UnusedOptionsError{Names: unused}
	}
	d := NewWriter(connection)
	d.connection = connection
	return d, nil
}

// ConnectionShape returns a Destination that stands for what Connect returns, for Try.
func ConnectionShape() *Destination { return &Destination{} }
