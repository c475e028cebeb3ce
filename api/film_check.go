package api

import (
	"fmt"
	"math"

	"github.com/avloom/avloom/internal/fault"
)

const (
	// mostChunks bounds the memory for the results of chunks, and the names in their folder.
	mostChunks = 100_000
	// mostFrames is more than a year at 60 frames per second. Times of so many frames fit into 63 bits
	// at each frame rate that there is.
	mostFrames = math.MaxInt32
	// usualChunk is how long a chunk lasts if the program does not say, in seconds: a few times as
	// long as the usual distance of key frames, so that the key frames at the chunks' beginnings
	// cost little.
	usualChunk = 10
)

// check returns an error for what is wrong without regard to the encoder.
func (f *Film) check() error {
	const noSound = "belongs to sound; give both Audio and Sound, or none of them"
	switch {
	case f.Path == "":
		return &fault.ConfigError{Field: "Path", Value: "", Reason: "must be the name of the file to make"}
	case f.Draw == nil:
		return &fault.ConfigError{Field: "Draw", Reason: "must not be nil: it feeds the frames of a chunk"}
	case f.Frames < 1 || f.Frames > mostFrames:
		reason := fmt.Sprintf("must be from 1 to %d: the length of the whole film", mostFrames)
		return &fault.ConfigError{Field: "Frames", Value: f.Frames, Reason: reason}
	case f.Chunk < 0:
		reason := "must not be negative; 0 means about 10 s"
		return &fault.ConfigError{Field: "Chunk", Value: f.Chunk, Reason: reason}
	case f.Chunk > 0 && (f.Frames-1)/f.Chunk >= mostChunks:
		const text = "cuts the film into more than %d chunks; make it at least %d"
		reason := fmt.Sprintf(text, mostChunks, (f.Frames-1)/mostChunks+1)
		return &fault.ConfigError{Field: "Chunk", Value: f.Chunk, Reason: reason}
	case f.Audio == nil && f.Sound != nil:
		return &fault.ConfigError{Field: "Audio", Reason: noSound}
	case f.Audio != nil && f.Sound == nil:
		return &fault.ConfigError{Field: "Sound", Reason: noSound}
	}
	return f.checkVideo()
}

// checkPath returns an error if a film cannot replace what is at its Path.
func (f *Film) checkPath() error {
	_, _, err := regularFile(f.Path)
	return err
}

// checkVideo returns an error for a setting that makes no sense in chunks.
func (f *Film) checkVideo() error {
	v := &f.Video
	switch {
	case v.BitRate != 0:
		const reason = "cannot be kept over chunks that are encoded apart; set CRF, or another constant quality"
		return &fault.ConfigError{Field: "BitRate", Value: v.BitRate, Reason: reason}
	case v.VariableRate:
		const reason = "leaves open where a chunk begins; a film has a constant rate"
		return &fault.ConfigError{Field: "VariableRate", Value: true, Reason: reason}
	case v.OutFrameRate != 0:
		const reason = "would repeat or drop frames across chunks; draw the film at the rate that it shall have"
		return &fault.ConfigError{Field: "OutFrameRate", Value: v.OutFrameRate, Reason: reason}
	case v.OnFull != OnFullBlock:
		const reason = "drops frames by the clock, and a film has all; take OnFullBlock"
		return &fault.ConfigError{Field: "OnFull", Value: v.OnFull, Reason: reason}
	case v.Device != "" && v.Device != "cpu":
		const reason = "is not for films: one GPU encodes one stream as fast as several; open an Encoder, or take the CPU"
		return &fault.ConfigError{Field: "Device", Value: v.Device, Reason: reason}
	case File(f.Path, f.Options...).config.BestEffort:
		const reason = "lets a run go on without an output, and here the file is the only one; leave it out"
		return &fault.ConfigError{Field: "BestEffort", Value: true, Reason: reason}
	}
	return nil
}

// checkForFilm returns an error for a setting that makes no sense in a film.
func (cfg *RenderConfig) checkForFilm() error {
	switch {
	case cfg.Workers < 0:
		return &fault.ConfigError{Field: "Workers", Value: cfg.Workers, Reason: "must not be negative; 0 means one per core"}
	case cfg.Manifest != "":
		const reason = "is for RenderAll; the chunks of a film are in its folder until it is complete"
		return &fault.ConfigError{Field: "Manifest", Value: cfg.Manifest, Reason: reason}
	case cfg.Shard != Shard{}:
		const reason = "is for RenderAll; the chunks of a film are joined where they are made"
		return &fault.ConfigError{Field: "Shard", Reason: reason}
	default:
		return nil
	}
}

// chunk returns how many frames a chunk has.
func (f *Film) chunk() int {
	if f.Chunk > 0 {
		return min(f.Chunk, f.Frames)
	}
	usual := math.Round(min(f.Video.FrameRate*usualChunk, float64(f.Frames)))
	return max(1, int(usual), (f.Frames-1)/mostChunks+1)
}
