package graph

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
)

// inParts says whether the target is a recording that is cut into parts.
func (t *target) inParts() bool {
	return t.Config.Kind == plan.ToFolder && !container.IsFolder(t.Container.Name)
}

// openParts opens the first part of a recording in a folder, which it takes over.
func (o *outputOpener) openParts(
	t *target, folder *destination.Destination, streams []muxer.Stream, late bool,
) (containerSink, error) {
	every := t.Segments.Every
	cfg := muxer.PartsConfig{
		Config:   o.muxerConfig(t, streams),
		Length:   muxer.Moment{Ticks: every.Num().Int64(), Base: astiav.NewRational(1, int(every.Denom().Int64()))},
		Usual:    t.Config.SegmentEvery == nil,
		Keep:     t.Segments.Keep,
		FileName: t.Files.Name,
		Describe: func() ([]muxer.Stream, error) { return o.late.describe(t.Container.Name) },
	}
	cfg.Late = late
	parts, err := muxer.NewParts(cfg, folder)
	if err != nil {
		return nil, fmt.Errorf("avloom: %s: %w", t.Container.Name, err)
	}
	return parts, nil
}
