package muxer

import (
	"fmt"
	"math"

	"github.com/avloom/avloom/pipeline"
)

// SizeError says that a container holds no more. The file is finished: it has what came before, and
// readers see all of it.
type SizeError struct {
	Format string
	Most   int64 // bytes
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s holds %d bytes at most: the file is finished, with what came before this; for more write wav, w64, caf, mkv or mp4", e.Format, e.Most)
}

// mostBytes are the containers that say their size in too few bits. FFmpeg goes on, and writes a
// wrong one, which other readers believe.
var mostBytes = map[string]int64{
	"aiff": math.MaxUint32,     // aiff_write_trailer in aiffenc.c
	"swf":  math.MaxUint32,     // swf_write_trailer in swfenc.c
	"avm2": math.MaxUint32,     // the same
	"rm":   math.MaxUint32,     // rv10_write_header in rmenc.c
	"mmf":  math.MaxUint32,     // end_tag_be in mmf.c
	"apm":  math.MaxUint32,     // apm_write_trailer in apm.c
	"kvag": math.MaxUint32,     // kvag_write_trailer in kvag.c
	"rso":  math.MaxUint16 + 8, // rso_write_trailer in rsoenc.c, which does not count its header
	"wav":  math.MaxUint32,     // wav_write_trailer in wavenc.c, where rf64 is never
}

// endRoom is what a container may write behind its last packet: tags, an index.
const endRoom = 1 << 20

// sizeLimit is how large the file may become; 0: there is no limit.
func sizeLimit(cfg Config, canSeek bool) int64 {
	rf64 := optionsFor(cfg, canSeek)["rf64"]
	if cfg.Format == "wav" && (!canSeek || rf64 != "never" && rf64 != "0") {
		return 0 // its header says that it does not know, or becomes that of RF64
	}
	return mostBytes[cfg.Format]
}

// checkSize finishes the file where another packet would make it too large.
func (m *Mux) checkSize(p pipeline.Packet) error {
	room := int64(endRoom)
	if m.most > 0 && m.most < 16*endRoom {
		room = 0 // a small container has nothing behind its packets
	}
	if m.most == 0 || m.io.Tell()+int64(p.Size())+room <= m.most {
		return nil
	}
	if err := m.finish(); err != nil {
		return err
	}
	return &SizeError{Format: m.format.OutputFormat().Name(), Most: m.most}
}
