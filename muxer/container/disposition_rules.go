package container

import (
	"slices"

	"github.com/asticode/go-astiav"
)

// dispositionRule says which words a container has.
type dispositionRule struct {
	all   []string // of streams of all kinds
	sound []string // of sound alone
	text  []string // of subtitles alone
	one   []string // of these, a stream has one at most
}

// has says whether a container has a word for streams of a kind.
func (r dispositionRule) has(kind astiav.MediaType, word string) bool {
	return slices.Contains(r.all, word) ||
		kind == astiav.MediaTypeAudio && slices.Contains(r.sound, word) ||
		kind == astiav.MediaTypeSubtitle && slices.Contains(r.text, word)
}

// excludes returns the first of earlier words beside which a container cannot say a word; "": there
// is none.
func (r dispositionRule) excludes(word string, earlier []string) string {
	if !slices.Contains(r.one, word) {
		return ""
	}
	i := slices.IndexFunc(earlier, func(other string) bool { return slices.Contains(r.one, other) })
	if i < 0 {
		return ""
	}
	return earlier[i]
}

// dispositionRules are the containers that say what a stream is for, as FFmpeg's muxers write them.
// All others say nothing. HLS is among those: its muxer does not pass dispositions on to the
// segments.
var dispositionRules = map[string]dispositionRule{
	// enable_tracks and mov_write_track_kinds in movenc.c. Only mp4 has the kinds of DASH.
	"mp4": {all: []string{
		"default", "forced", "dub", "comment", "hearing_impaired", "visual_impaired", "descriptions", "captions",
	}},
	"mov":  onlyDefault,
	"ipod": onlyDefault,
	"3gp":  onlyDefault,
	"3g2":  onlyDefault,
	"psp":  onlyDefault,
	"f4v":  onlyDefault,
	"ismv": onlyDefault,

	"matroska": { // mkv_write_track in matroskaenc.c
		all: []string{
			"default", "forced", "original", "dub", "comment", "hearing_impaired", "visual_impaired",
		},
		text: []string{"descriptions"},
	},
	"webm": {
		all:  []string{"default", "forced"},
		text: []string{"captions", "descriptions", "metadata"},
		one:  []string{"captions", "descriptions", "metadata"},
	},
	"mpegts": { // mpegts_write_pmt in mpegtsenc.c
		sound: []string{"clean_effects", "hearing_impaired", "visual_impaired"},
		one:   []string{"clean_effects", "hearing_impaired", "visual_impaired"},
	},
	"nut": {all: []string{"default", "dub", "original", "comment", "lyrics", "karaoke"}}, // ff_nut_dispositions in nut.c
	DASH: {
		all: []string{"default", "forced", "dub", "comment", "captions", "visual_impaired", "descriptions"},
		one: []string{"default", "forced", "dub", "comment", "captions", "visual_impaired", "descriptions"},
	},
}

// onlyDefault is the rule of containers that say which stream is the default, and nothing else.
var onlyDefault = dispositionRule{all: []string{"default"}}

// dashRoles are the roles of ISO/IEC 23009-1 (urn:mpeg:dash:role:2011) by the dispositions that
// they stand for, as dash_role_map in FFmpeg's isom.c has them for mp4.
var dashRoles = map[string]string{
	"default": "main", "forced": "forced-subtitle", "dub": "dub", "comment": "commentary",
	"captions": "caption", "visual_impaired": "description", "descriptions": "description",
}
