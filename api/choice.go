package api

import (
	"encoding"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/plan"
)

// OddSize says what to do with an odd width or height that the subsampled chroma cannot hold.
type OddSize int

const (
	// OddSizeError refuses the size.
	OddSizeError OddSize = iota
	// OddSizePad repeats the last column or row.
	OddSizePad
	// OddSizeCrop drops the last column or row.
	OddSizeCrop
)

// String returns the name of the value.
func (o OddSize) String() string { return plan.OddSize(o).String() }

// MarshalText writes the name of the value.
func (o OddSize) MarshalText() ([]byte, error) {
	return marshalName(plan.OddSizeNames, "OddSize", int(o))
}

// UnmarshalText reads the name of a value.
func (o *OddSize) UnmarshalText(text []byte) error {
	return unmarshalName(plan.OddSizeNames, "OddSize", text, (*int)(o))
}

// OnFull says what a call that feeds frames does if as many frames as may wait already wait for the
// encoder: those of WithQueueDepth, 4 by default.
type OnFull int

const (
	// OnFullBlock waits until there is room.
	OnFullBlock OnFull = iota
	// OnFullDrop drops the frame, and the call returns nil. No call that feeds frames then waits for
	// the encoder or for an output: it takes as long as its frames take to be converted, or copied.
	//
	// All other frames keep their times: frame k is shown at k/FrameRate, and the frame before a
	// dropped one is shown for longer. If the last frames are dropped, the video ends with the last
	// frame that was not. Of several frames in one call, each is offered after the one before has been
	// read. Frames count as waiting from the call until the encoder takes them, repeats for
	// OutFrameRate included.
	//
	// StreamStats.Dropped counts the frames. The logger gets a warning when frames begin to be
	// dropped, and another when that has ended: once none has been dropped for a second, and for ten
	// frames, or at the end of the stream. Sound is never dropped. Containers that know constant rates
	// only refuse OnFullDrop at Open, unless VideoConfig.OutFrameRate is set.
	OnFullDrop
)

// String returns the name of the value.
func (o OnFull) String() string { return plan.OnFull(o).String() }

// MarshalText writes the name of the value.
func (o OnFull) MarshalText() ([]byte, error) {
	return marshalName(plan.OnFullNames, "OnFull", int(o))
}

// UnmarshalText reads the name of a value.
func (o *OnFull) UnmarshalText(text []byte) error {
	return unmarshalName(plan.OnFullNames, "OnFull", text, (*int)(o))
}

var (
	_ encoding.TextMarshaler   = OddSize(0)
	_ encoding.TextUnmarshaler = (*OddSize)(nil)
	_ encoding.TextMarshaler   = OnFull(0)
	_ encoding.TextUnmarshaler = (*OnFull)(nil)
)

func marshalName(names []string, field string, i int) ([]byte, error) {
	if i < 0 || i >= len(names) {
		return nil, &fault.ConfigError{Field: field, Value: i, Reason: "there is no such choice", Supported: names}
	}
	return []byte(names[i]), nil
}

func unmarshalName(names []string, field string, text []byte, to *int) error {
	for i, name := range names {
		if name == string(text) {
			*to = i
			return nil
		}
	}
	return &fault.ConfigError{Field: field, Value: string(text), Reason: "there is no such choice", Supported: names}
}
