package graph

import (
	"context"
	"fmt"
	"time"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fflog"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

// target is an output that is being opened.
type target struct {
	*plan.Output
	node string // the actor that writes it
}

// dryDestination returns a destination with the properties of the target's, which discards what is
// written. It is for muxer.Try.
func (t *target) dryDestination() *destination.Destination {
	switch t.Config.Kind {
	case plan.ToWriter:
		return destination.NewWriter(t.Config.Writer)
	case plan.ToURL:
		return destination.DryConnection()
	case plan.ToFolder:
		if t.inParts() {
			return destination.DryStored()
		}
		return destination.DryFolder(t.folder(nil), t.folderURL())
	default:
		return destination.DryFile(t.Config.Path)
	}
}

// open opens the destination. It stops waiting for a connection when ctx ends. FFmpeg's lines about
// a connection go to the log, which may be nil.
func (t *target) open(
	ctx context.Context, log *astiavx.Log, callbacks *pipeline.Callbacks,
) (*destination.Destination, error) {
	switch t.Config.Kind {
	case plan.ToWriter:
		if t.Config.Trusted {
			return destination.NewWriter(t.Config.Writer), nil
		}
		return destination.NewUserWriter(t.Config.Writer, callbacks), nil
	case plan.ToURL:
		return t.connect(ctx, log)
	case plan.ToFolder:
		return t.openFolder()
	}
	dst, err := destination.CreateFile(t.Config.Path)
	if err != nil {
		return nil, fmt.Errorf("avloom: open the file: %w", err)
	}
	return dst, nil
}

// connect connects to the target's URL.
func (t *target) connect(ctx context.Context, log *astiavx.Log) (*destination.Destination, error) {
	lines := &fflog.ConnectionLines{
		Redactor: fflog.NewRedactor(t.Address.URL, t.ProtocolOptions),
		Log:      log,
	}
	if t.Address.Protocol.Name == "srt" {
		lines.ExplainBroken = explainSRTBroken
	}
	begun := time.Now()
	dst, err := t.Address.Protocol.Connect(ctx, destination.Link{
		URL: t.Address.URL, Container: t.Container, Options: t.ProtocolOptions, Latency: t.latency(),
		Log: lines.Receiver(), Explain: lines.Explain,
	})
	switch {
	case err == nil:
		lines.Connected()
		return dst, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	}
	explained := t.explainSRTConnect(err, time.Since(begun), lines.HasError("Connection to "))
	if explained != nil {
		_ = lines.TakeErrors() // FFmpeg only logged that there was an error
		err = explained
	}
	return nil, fmt.Errorf("avloom: connect to %w", lines.Explain(err))
}
