package testjobs

import (
	"encoding/json"
	"time"
)

// Clip is the parameters of the renderers "clip", "wait", "hang", "panic" and the other short ones.
type Clip struct {
	ID     string // as in farm.Job: renderers are not told
	Seed   int
	Frames int // 0: 4
	Size   int // width and height; 0: 32
	// Delay is waited before each frame, as a renderer that computes would.
	Delay time.Duration
	Codec string // "": the container's default
	Times int    // of "flaky": how many attempts fail
}

// Film is the parameters of the renderer "film".
type Film struct {
	ID     string
	Seed   int
	Frames int
	Chunk  int
	Size   int // width and height; 0: 32
	Codec  string
	Sound  bool
	Delay  time.Duration // as in Clip
}

// Params returns the parameters as farm.Job has them.
func Params(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // both types can be marshalled
	}
	return text
}

func (c Clip) withDefaults() Clip {
	if c.Frames == 0 {
		c.Frames = 4
	}
	if c.Size == 0 {
		c.Size = 32
	}
	return c
}

func (f Film) withDefaults() Film {
	if f.Size == 0 {
		f.Size = 32
	}
	return f
}
