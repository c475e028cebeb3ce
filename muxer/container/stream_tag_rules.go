package container

import (
	"slices"

	"github.com/asticode/go-astiav"
)

// streamTagRule says which tags of a stream a container keeps.
type streamTagRule struct {
	any       bool              // all tags but not
	keys      []string          // the tags that are kept of streams of all kinds
	pictures  []string          // further ones of pictures
	sound     []string          // further ones of sound
	not       map[string]string // tags that FFmpeg takes for something else, and why they are refused
	longest   map[string]int    // how many bytes a tag may have
	removes   map[string]string // options with which a tag is not written
	shared    bool              // the tags of the file are written to each stream
	languages func(string) bool // whether it can name a language; nil: it can name all
}

// streamTagRules are the containers that keep tags of streams, as FFmpeg's muxers write them. All
// others keep none. TestEveryStreamTagIsKeptOrRefused of package api writes all containers, and
// reads the files back.
var streamTagRules = map[string]streamTagRule{
	"mp4": { // mov_write_mdhd_tag, mov_write_hdlr_tag, mov_write_track_udta_tag in movenc.c
		keys: []string{"language", "title", "handler_name"}, pictures: []string{"timecode"}, removes: movRemoves,
	},
	"mov": {
		keys: []string{"language", "title", "handler_name"}, pictures: []string{"timecode"}, removes: movRemoves,
		longest:   map[string]int{"handler_name": 255}, // a byte has its length
		languages: func(word string) bool { return movLanguage(word) != "" },
	},
	"ipod": handled,
	"3gp":  handled,
	"3g2":  handled,
	"psp":  handled,
	"f4v":  handled,
	"ismv": handled,
	DASH:   {keys: []string{"language"}}, // write_adaptation_set in dashenc.c

	"matroska": ebmlStream,
	"webm":     ebmlStream,

	"mpegts":     {sound: []string{"language"}}, // mpegts_write_pmt in mpegtsenc.c
	"avi":        {keys: []string{"title"}},     // avi_write_header in avienc.c
	"asf":        asfStream,
	"asf_stream": asfStream,
	"nut": {any: true, not: map[string]string{ // write_streaminfo in nutenc.c
		"disposition":  "keeps the disposition there; set Disposition",
		"r_frame_rate": "keeps the frame rate there",
	}},

	"ogg": xiphStream, "oga": xiphStream, "ogv": xiphStream, "opus": xiphStream, "spx": xiphStream,
}

// movRemoves are options of FFmpeg's muxer for mov and mp4.
var movRemoves = map[string]string{"handler_name": "empty_hdlr_name", "timecode": "write_tmcd"}

// handled is the rule of the relatives of mp4 that have no names of tracks.
var handled = streamTagRule{keys: []string{"language", "handler_name"}, removes: movRemoves}

// ebmlStream drops the tags that mkv_check_tag_name in FFmpeg's matroskaenc.c drops, and refuses
// those that it takes for properties of the pictures.
var ebmlStream = streamTagRule{any: true, not: map[string]string{
	"creation_time": "keeps it of the file alone; give it to the output's Metadata",
	"encoding_tool": "drops it; use another tag, such as encoded_by",
	"duration":      "writes the stream's own",
	"stereo_mode":   "takes it for the arrangement of two eyes; set Stereo",
	"alpha_mode":    "takes it for a property of the pictures; take a PixelFormat with alpha",
}}

// asfStream has languages as two letters (asf_write_header1 in FFmpeg's asfenc.c).
var asfStream = streamTagRule{
	keys: []string{"language"}, languages: func(word string) bool { return slices.Contains(twoLetters, word) },
}

// xiphStream has all tags, of the file too, in the comments of each stream (ogg_init in FFmpeg's
// oggenc.c).
var xiphStream = streamTagRule{any: true, shared: true}

// keeps says whether the container keeps a tag of streams of a kind.
func (r streamTagRule) keeps(kind astiav.MediaType, name string) bool {
	if isEncoderTag(name) || r.not[name] != "" {
		return false
	}
	return r.any || slices.Contains(r.kept(kind), name)
}

// kept returns the tags that the container keeps of streams of a kind; nil if it keeps nearly all.
func (r streamTagRule) kept(kind astiav.MediaType) []string {
	switch kind {
	case astiav.MediaTypeVideo:
		return slices.Concat(r.keys, r.pictures)
	case astiav.MediaTypeAudio:
		return slices.Concat(r.keys, r.sound)
	}
	return r.keys
}

// streamTagFormat returns the format whose rule applies. The muxer for HLS passes the tags on to
// the segments; that for DASH does not.
func streamTagFormat(format string, options map[string]string) string {
	if format == DASH {
		return format
	}
	return Inside(format, options)
}
