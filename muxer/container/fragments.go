package container

import (
	"slices"
	"time"
)

// Fragments says when package muxer cuts fragments, clusters or pages, and how the index of a mov
// file is written.
type Fragments struct {
	Length      time.Duration // of media time; 0: none are cut
	AtKeyFrames bool          // a fragment also ends before a key frame
	IndexFirst  bool          // the mov muxer writes its index with the first fragment
	Hybrid      bool          // the mov file consists of fragments until it ends
	InSegments  bool          // FFmpeg cuts the fragments: each is a segment
}

// longestFragment is how much of a crash-safe file is lost when the process is killed, besides what
// the encoders hold.
const longestFragment = 500 * time.Millisecond

// longestOgg bounds how much of an Ogg file FFmpeg keeps in memory while one of its streams is
// silent.
const longestOgg = 10 * time.Second

// holdBack are the containers, besides the mov family, whose muxers keep packets until they are
// made to write them. Matroska fills a cluster until a packet comes that is late enough. Ogg fills
// a page until each stream has two pages. MPEG-TS collects sound until it fills a PES packet.
var holdBack = []string{"matroska", "webm", "ogg", "ogv", "oga", "opus", "spx", "mpegts"}

// Fragments returns the rule for this file.
func (s Spec) Fragments() Fragments {
	safe := s.CrashSafe && s.CanBeCrashSafe()
	switch {
	case IsFolder(s.Format):
		return Fragments{InSegments: IsMovFamily(Inside(s.Format, s.Options))}
	case IsMovFamily(s.Format) && !setsLayout(s.Options) && (safe || !s.CanSeek):
		return Fragments{Length: longestFragment, AtKeyFrames: !s.CanSeek, IndexFirst: true, Hybrid: s.CanSeek}
	case slices.Contains(holdBack, s.Format) && (safe && s.Format != "mpegts" || !s.CanSeek):
		return Fragments{Length: longestFragment}
	case s.Format == "ogg" || s.Format == "ogv":
		return Fragments{Length: longestOgg}
	}
	return Fragments{}
}

// ogg are the containers that FFmpeg's Ogg muxer writes.
var ogg = []string{"ogg", "ogv", "oga", "opus", "spx"}

// MarksEnd says whether the last page of each stream tells that it is the last, which FFmpeg's
// muxer can only do while it has a page when it writes the trailer (ogg_write_pages in oggenc.c).
// Without the mark, readers do not cut the padding at the end of sound.
func MarksEnd(format string) bool { return slices.Contains(ogg, format) }

// KeepsSound says whether FFmpeg's muxer keeps a packet of sound until the next packet of sound
// comes, even an empty one.
func KeepsSound(format string) bool { return format == "matroska" || format == "webm" }
