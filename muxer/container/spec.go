package container

import "github.com/asticode/go-astiav"

// Spec describes a file that is to be written. It need not be a file: bytes for a writer or a
// connection are described in the same way.
type Spec struct {
	Format  string            // FFmpeg's name of the container
	Options map[string]string // the program's own, for FFmpeg's muxer
	Codecs  []astiav.CodecID  // of the streams
	// Irregular is the nominal rate of a stream that has pictures at any times; zero: there is none.
	Irregular astiav.Rational

	// OnSurface says that pictures are not flat pictures for one eye.
	OnSurface bool

	Segments Segments // of an output that consists of many files
	Extras   Extras

	CanSeek      bool // FFmpeg may go back in what it has written
	CanReadAgain bool // FFmpeg may open the file when all packets are in it
	CrashSafe    bool // the program wants a killed process to leave a readable file
}
