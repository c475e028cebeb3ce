package container

import "maps"

// OptionsOfLaterPart returns the program's options for FFmpeg's muxer, with those that a part of a
// recording needs which is not the first one.
//
// The frame of MP3 that tells how much a player skips (Xing, LAME) is left out: it makes players
// skip at least the delay of a decoder, which comes before the first sample of the recording alone.
func OptionsOfLaterPart(format string, options map[string]string) map[string]string {
	if _, set := options["write_xing"]; set || format != "mp3" {
		return options
	}
	all := map[string]string{"write_xing": "0"}
	maps.Copy(all, options)
	return all
}
