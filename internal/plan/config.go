package plan

import (
	"fmt"
	"time"
)

// VideoConfig is the configuration of a video stream. Its fields are those of api.VideoConfig.
type VideoConfig struct {
	Width, Height  int
	FrameRate      float64
	Device         string
	Codec          string
	PixelFormat    string
	CRF            *float64
	Preset         string
	ExtraOptions   map[string]any
	InputFormat    string
	ColorSpace     string
	ColorRange     string
	ColorPrimaries string
	ColorTransfer  string
	PixelAspect    float64
	Tag            string
	Metadata       map[string]string
	Disposition    []string
	Rotation       int
	HDR            *HDR
	Projection     string
	Stereo         string
	OddSize        OddSize
	OutWidth       int
	OutHeight      int
	Scaler         string
	Dither         string
	OutFrameRate   float64
	VariableRate   bool
	OnFull         OnFull
	BitRate        int64
	KeyInterval    int
	Threads        int
}

// AudioConfig is the configuration of an audio stream. Its fields are those of api.AudioConfig.
type AudioConfig struct {
	SampleRate     int
	NumChannels    int
	BitRate        int64
	OutSampleRate  int
	OutNumChannels int
	Codec          string
	ExtraOptions   map[string]any
	Metadata       map[string]string
	Disposition    []string
}

// HDR is the static HDR metadata of a video stream. Its fields are those of api.HDR.
type HDR struct {
	Primaries                  [3][2]float64
	WhitePoint                 [2]float64
	MinLuminance, MaxLuminance float64
	MaxCLL, MaxFALL            int
}

// Chapter is a chapter of an output. Its fields are those of api.Chapter.
type Chapter struct {
	Start, End time.Duration
	Title      string
}

// Attachment is a file within an output. Its fields are those of api.Attachment.
type Attachment struct {
	Name, MIME string
	Data       []byte
}

// Frames are pictures in the caller's memory. Their fields are those of api.Frames.
type Frames struct {
	Data     []byte
	Layout   Layout
	Strides  []int
	BottomUp bool
	PTS      []time.Duration
}

// DeviceFrames are pictures in the memory of a GPU. Their fields are those of api.DeviceFrames.
type DeviceFrames struct {
	Ptr      uintptr
	N        int
	Pitch    int
	Layout   Layout
	BottomUp bool
	Stream   uintptr
	PTS      []time.Duration
}

// Layout is how a frame lies in memory, as in api.Layout.
type Layout int

// The layouts: planes of R, G and B; rows of R G B; or the bytes of InputFormat.
const (
	NCHW Layout = iota
	NHWC
	Raw
)

// LayoutNames are the names of the layouts, by value.
var LayoutNames = []string{NCHW: "nchw", NHWC: "nhwc", Raw: "raw"}

// String returns the name of the layout.
func (l Layout) String() string { return nameOf(LayoutNames, int(l)) }

// OddSize is what happens to a width or height that the pixel format does not allow, as in
// api.OddSize.
type OddSize int

// The choices: an error, padding, or cropping.
const (
	OddSizeError OddSize = iota
	OddSizePad
	OddSizeCrop
)

// OddSizeNames are the names of the choices, by value.
var OddSizeNames = []string{OddSizeError: "error", OddSizePad: "pad", OddSizeCrop: "crop"}

// String returns the name of the choice.
func (o OddSize) String() string { return nameOf(OddSizeNames, int(o)) }

// OnFull is what a call does that finds its queue full, as in api.OnFull.
type OnFull int

// The choices: the call waits, or the frame is dropped.
const (
	OnFullBlock OnFull = iota
	OnFullDrop
)

// OnFullNames are the names of the choices, by value.
var OnFullNames = []string{OnFullBlock: "block", OnFullDrop: "drop"}

// String returns the name of the choice.
func (o OnFull) String() string { return nameOf(OnFullNames, int(o)) }

// nameOf returns the name of value i, or i itself where it has none.
func nameOf(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return fmt.Sprint(i)
	}
	return names[i]
}
