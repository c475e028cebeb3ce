package destination

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"time"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/upload"
)

// Link says where Connect connects to, and how.
type Link struct {
	URL       string
	Container astiavx.Container
	Options   map[string]string // of the protocol
	Latency   time.Duration     // how long the receiver keeps packets before it hands them on; 0: it does not
	Log       *astiavx.Log      // receives FFmpeg's lines about the connection; nil: they are dropped
	Explain   func(error) error // adds to an error where and why it happened; returns nil for nil
}

// UnusedOptionsError names the options that the protocol did not use.
type UnusedOptionsError struct {
	Protocol string
	Names    []string
}

func (e *UnusedOptionsError) Error() string {
	return fmt.Sprintf("%s does not use the options %q", e.Protocol, e.Names)
}

// Connect connects to a URL of this protocol. If ctx ends first, it returns the cause of that.
func (p Protocol) Connect(ctx context.Context, l Link) (*Destination, error) {
	connect := p.connectByFFmpeg
	if p.Uploads {
		connect = p.startUpload
	}
	c, err := connect(ctx, l)
	if err != nil {
		return nil, err
	}
	return newConnection(c), nil
}

// connectByFFmpeg connects through a protocol of FFmpeg.
func (p Protocol) connectByFFmpeg(ctx context.Context, l Link) (*connection, error) {
	options, err := astiavx.NewDictionary(p.withDefaults(l))
	if err != nil {
		return nil, err
	}
	defer options.Free()
	c, err := astiavx.Connect(ctx, l.URL, options, l.Log)
	if err != nil {
		return nil, err
	}
	if unused := astiavx.DictionaryKeys(options); len(unused) > 0 {
		c.Interrupt()
		_ = c.Close() // nothing has been sent
		return nil, &UnusedOptionsError{Protocol: p.Name, Names: unused}
	}
	connected := &connection{carrier: c, packetSize: c.PacketSize(), explain: l.Explain}
	if l.Latency > 0 {
		connected.carrier = newLateCarrier(c, l.Latency)
	}
	return connected, nil
}

// withDefaults returns the program's options, and for those that it did not set:
//   - pkt_size of MPEG-TS over UDP: an Ethernet frame holds seven packets of MPEG-TS, which
//     receivers expect in one datagram. FFmpeg's own size cuts a packet in two.
//   - linger of SRT: when libsrt is closed, it forgets the bytes that it has not sent, unless it is
//     told to wait, in whole seconds. The last connection of the process to be closed waits for the
//     others, too (srt_cleanup).
func (p Protocol) withDefaults(l Link) map[string]string {
	options := map[string]string{}
	switch {
	case strings.HasPrefix(p.Name, "udp") && l.Container.Name == "mpegts":
		options["pkt_size"] = "1316"
	case p.Name == "srt":
		options["linger"] = "1"
	}
	maps.Copy(options, l.Options)
	return options
}

// startUpload starts an HTTP request, whose body is the container.
func (p Protocol) startUpload(ctx context.Context, l Link) (*connection, error) {
	config, err := upload.Parse(l.Options)
	if err != nil {
		return nil, err
	}
	if config.ContentType == "" && config.Header.Get("Content-Type") == "" {
		config.ContentType = l.Container.MIME
	}
	to, err := url.Parse(l.URL)
	if err != nil {
		return nil, err
	}
	u, err := upload.Start(ctx, to, config)
	if err != nil {
		return nil, err
	}
	return &connection{carrier: u, failure: u.Err, explain: l.Explain}, nil
}
