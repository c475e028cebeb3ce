package muxer

import (
	"maps"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/muxer/destination"
)

// hybridFlags make the mov muxer write fragments, which the Mux cuts, and turn the file into an ordinary one at the end. The index waits for the first of
// them, since only then the start times of all tracks (B-frames, priming) are known.
const hybridFlags = "+hybrid_fragmented+delay_moov+frag_custom"

// omitOffsets spares bytes: what a fragment holds lies behind it, so that no offset need say where.
const omitOffsets = "omit_tfhd_offset"

// hybrid are the options for that, but for movflags.
var hybrid = map[string]string{"flush_packets": "1"}

// hybridFormats are the containers of FFmpeg's mov muxer that can begin as fragments. PSP's and Smooth Streaming's have a layout of their own,
// and AVIF's is for pictures.
var hybridFormats = []string{"mov", "mp4", "ipod", "3gp", "3g2", "f4v"}

// packets make a muxer write out each packet.
var packets = map[string]string{"flush_packets": "1"}

// layoutOptions say how the mov muxer lays a file out: whoever gives one decides that alone. So does whoever gives movflags that are not among
// harmlessFlags.
var (
	layoutOptions = []string{"frag_duration", "frag_size", "frag_interleave", "min_frag_duration", "moov_size", "encryption_scheme", "ism_lookahead"}
	harmlessFlags = []string{
		"use_metadata_tags", "disable_chpl", "prefer_icc", "write_colr", "write_gama", "default_base_moof", "omit_tfhd_offset", "skip_sidx", "skip_trailer",
	}
)

// needPackets are the codecs that the mov muxer cannot describe in an index before it has had a packet.
var needPackets = []astiav.CodecID{astiav.CodecIDAc3, astiav.CodecIDEac3, astiav.CodecIDTruehd}

// CanBeCrashSafe says whether there is a way to write this so that whoever is killed leaves a file that can be read up to the last half second.
func CanBeCrashSafe(cfg Config, dst *destination.Destination) bool {
	return safeguards(cfg, dst.CanSeek()) != nil
}

// safeguards are the options for that; nil: there is no way.
func safeguards(cfg Config, canSeek bool) map[string]string {
	switch {
	case slices.Contains(hybridFormats, cfg.Format):
		if !canSeek || decidesLayout(cfg.Options) || !describesAll(cfg.Streams) {
			return nil
		}
		options := maps.Clone(hybrid)
		said := cfg.Options["movflags"]
		options["movflags"] = said + hybridFlags
		if !strings.Contains(said, omitOffsets) {
			options["movflags"] += "+" + omitOffsets
		}
		return options
	case cfg.Format == "matroska", cfg.Format == "webm", cfg.Format == "mpegts":
		return packets
	}
	return nil
}

// addSafeguards adds them to the options. Of what the caller said, movflags alone are added to: those that do not matter here.
func addSafeguards(options map[string]string, cfg Config, canSeek bool) {
	for name, value := range safeguards(cfg, canSeek) {
		if _, said := cfg.Options[name]; !said || name == "movflags" {
			options[name] = value
		}
	}
}

// decidesLayout says whether the caller's options say how an mp4 file is laid out.
func decidesLayout(options map[string]string) bool {
	for _, name := range layoutOptions {
		if options[name] != "" {
			return true
		}
	}
	return decidesFlags(options)
}

// decidesFlags says whether the caller's movflags do.
func decidesFlags(options map[string]string) bool {
	flags := strings.FieldsFunc(options["movflags"], func(r rune) bool { return r == '+' || r == '-' })
	return slices.ContainsFunc(flags, func(flag string) bool { return !slices.Contains(harmlessFlags, flag) })
}

// describesAll says whether an index can be written at any time. If one of several streams must have had a packet before, and is never fed, it cannot,
// not even at the end.
func describesAll(streams []Stream) bool {
	return len(streams) < 2 || !slices.ContainsFunc(streams, needsPacket)
}

func needsPacket(s Stream) bool { return slices.Contains(needPackets, s.Codec.CodecID()) }

// NeedsSample says whether a container that is written front to back can describe sound of this codec only after a packet of
// it, so that a Stream needs a Sample.
func NeedsSample(format string, codec astiav.CodecID) bool {
	return IsMovFamily(format) && slices.Contains(needPackets, codec)
}
