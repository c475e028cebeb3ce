package destination

import (
	"path"
	"slices"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
)

// Protocol is a way to send bytes to another program.
type Protocol struct {
	Name       string
	Uploads    bool // net/http carries the bytes, not FFmpeg
	NamesFiles bool // the URL names a file, with an extension

	// layers are the protocols below, which take options of this one (ffurl_open_whitelist in
	// FFmpeg's http.c, rtmpproto.c, tls.c).
	layers []string
}

// protocols are the protocols that a container can be written to, the usual ones first.
//
// FFmpeg has others. Some are files (file, fd, pipe), some lead to several destinations or to none
// (tee, md5), some need a muxer that belongs to them (rtp, prompeg). FFmpeg's ftp does not read
// whether the server has accepted the file.
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

// FindProtocol returns the protocol of this name, if this program has it.
func FindProtocol(name string) (Protocol, bool) {
	i := slices.IndexFunc(protocols, func(p Protocol) bool { return p.Name == name })
	if i < 0 || !protocols[i].available(astiavx.OutputProtocols()) {
		return Protocol{}, false
	}
	return protocols[i], true
}

// Protocols lists the names of the protocols that this program has, the usual ones first.
func Protocols() []string {
	compiled := astiavx.OutputProtocols()
	var names []string
	for _, p := range protocols {
		if p.available(compiled) {
			names = append(names, p.Name)
		}
	}
	return names
}

// available says whether the protocol can be used with an FFmpeg that was compiled with these.
func (p Protocol) available(compiled []string) bool {
	return p.Uploads || slices.Contains(compiled, p.Name)
}

// Container returns the container that programs behind this protocol expect: FLV for RTMP, which
// knows no other, and MPEG-TS for the rest. If the URL names a file with an extension that FFmpeg
// knows, the extension decides.
func (p Protocol) Container(file string) astiavx.Container {
	if p.NamesFiles && len(path.Ext(file)) > 1 {
		byExtension, ok := astiavx.GuessContainer("", file)
		if ok {
			return byExtension
		}
	}
	name := "mpegts"
	if p.OnlyFLV() {
		name = "flv"
	}
	c, _ := astiavx.GuessContainer(name, "")
	return c
}

// OnlyFLV says whether the protocol carries no other container, because it takes FLV apart to send
// it.
func (p Protocol) OnlyFLV() bool { return strings.HasPrefix(p.Name, "rtmp") }
