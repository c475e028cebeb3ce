package api

import (
	"time"

	"github.com/avloom/avloom/internal/plan"
)

// Folder is an output of many files in a folder, which must exist. name says what they are:
//
//   - "index.m3u8": HLS. The segments are index-00000.m4s and so on, behind index-init.mp4, or
//     index-00000.ts with FormatOptions{"hls_segment_type": "mpegts"}.
//   - "manifest.mpd": DASH. The segments of stream 0 are manifest-0-00001.m4s and so on, behind
//     manifest-0-init.mp4. FFmpeg counts them from 1.
//   - "frame-%05d.png": one picture in each file, from number 0 on, as png, jpg, tiff, exr, bmp,
//     webp or another format of single pictures. The codec follows from the extension. There is one
//     stream.
//   - "part-%03d.mp4": a recording that is cut into files that each play by themselves, from number
//     0 on, in any container (see below).
//
// name is a plain file name. Format names the kind if the extension does not: "hls", "dash",
// "image2".
//
// Each file appears under its name only when it is complete, and the playlist or manifest is
// replaced in one step after the segments that it names. So a process that is killed leaves
// complete files, and a playlist that names only these. Nothing is written outside the folder.
// Files of earlier runs that have the same names are replaced, and all others are left alone.
//
// A playlist of HLS can be watched while it grows and afterwards. It is marked as ended, and a
// manifest of DASH becomes static, when the encoder is closed. Sync does not end a segment: what it
// holds is in the folder when the segment is complete. The output waits for a stream that is not
// being fed as Patience says. A manifest of DASH names every stream from the beginning, so feed all
// of them.
//
// # Recordings in parts
//
// Each part is a complete file of its own, whose times begin at 0. Pictures are cut exactly every
// SegmentEvery, where the encoder makes a key frame, and sound between two packets. The parts, one
// after another, have every frame and every sample of the recording once. Where a sound codec needs
// the packet before (AAC, MP3, Vorbis, Opus), a part that is played alone begins with a faint
// fade-in of one packet; when the parts are decoded one after another, the samples are exact. Only
// part 0 has the priming of the codec. Without pictures a part begins with its first packet, so
// that no part has a gap at its front. Later parts of mp3 have no Xing frame, since it would make
// players skip sound.
//
// Metadata, FormatOptions, Patience and CrashSafe apply to each part; Faststart is refused. A
// crash-safe part (mp4, mov, mkv, webm, ts) has its name from the beginning and can be read while
// it is recorded. A process that is killed leaves all parts before it complete, and that one up to
// its last half second. Any other part, as of wav or avi, gets its name when it is complete. The
// part before is finished when every stream has passed the cut or has ended. It does not wait for
// sound that is not being fed for longer than Patience: sound that comes later goes to the front of
// the next part. For pictures up to eight parts stay open, or as many as SegmentKeep says. Pictures
// that come even later are lost, up to their next part. Both are logged.
//
// A part that cannot be removed for SegmentKeep ends the run, because the disk would fill up.
// Stats.BytesWritten counts parts that were removed, too.
//
// # Errors
//
// Errors are those of the system and name the file (syscall.ENOSPC, fs.ErrNotExist). The run ends
// with the first one, and complete files stay.
func Folder(dir, name string, opts ...OutputOption) Output {
	return newOutput(plan.OutputConfig{Kind: plan.ToFolder, Dir: dir, Path: name}, opts)
}

// SegmentEvery says how long a segment or a part of a Folder lasts. It is a whole number of frames
// of each stream of pictures; another duration is a *ConfigError that names the nearest ones. For a
// rate such as 30000/1001 give the nanoseconds rounded: 2002 * time.Millisecond are 60 frames. By
// default a segment lasts as many whole frames as come closest to four seconds. The encoders place
// key frames there. By default, an encoder that cannot has them begin with its next key frame.
//
// With VariableRate a segment ends at the first key frame after that time, and SegmentEvery is a
// *ConfigError. Sound is cut at the first packet after it.
func SegmentEvery(d time.Duration) OutputOption {
	return func(o *Output) { o.config.SegmentEvery = &d }
}

// SegmentKeep makes at most n segments of each stream stay in a Folder, or n pictures or parts: a
// live window, a ring of recordings. The oldest segment is removed after the playlist that no
// longer names it is in place. The oldest part is removed before another one is created: the part
// that is being recorded is one of the n. Only files that this run has written are removed. By
// default all stay.
func SegmentKeep(n int) OutputOption { return func(o *Output) { o.config.SegmentKeep = &n } }
