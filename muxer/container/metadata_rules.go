package container

import "slices"

// useMetadataTags makes FFmpeg's mov muxer write all tags, in a form that few players read.
const useMetadataTags = "movflags=use_metadata_tags"

// metadataRules are the containers that keep tags, as FFmpeg's muxers write them. All others keep
// none. TestEveryTagIsKeptOrRefused of package api writes all containers, and reads the files back.
var metadataRules = map[string]metadataRule{
	"mp4":  withKeys(mp4, "timecode"),
	"ipod": mp4,
	HLS:    {keys: mp4.keys, times: true, values: mp4.values}, // of its first file
	DASH:   {keys: []string{"title"}},                         // write_manifest in dashenc.c
	"f4v":  mp4,
	"ismv": mp4,
	"mov": { // mov_write_udta_tag in movenc.c
		keys: []string{
			"title", "artist", "author", "album", "date", "comment", "genre", "copyright", "keywords",
			"location", "make", "model", "creation_time", "timecode",
		},
		option: useMetadataTags, times: true, values: map[string]string{"timecode": timecode, "location": place},
	},
	"3gp":  threeGP,
	"3g2":  threeGP,
	"psp":  {keys: []string{"title", "creation_time"}, times: true}, // mov_write_uuidusmt_tag
	"avif": {keys: []string{"creation_time"}, times: true},

	"matroska": ebml,
	"webm":     ebml,

	"asf": anyWithTimes, "asf_stream": anyWithTimes, "wtv": anyWithTimes, "caf": anyWithTimes,
	"mp3": anyWithTimes, "nut": anyWithTimes, "smjpeg": anyWithTimes, "tta": anyWithTimes, "wv": anyWithTimes,
	"flac": anyTag, "oga": anyTag, "ogg": anyTag, "ogv": anyTag, "opus": anyTag, "spx": anyTag,
	"flv": {any: true, times: true, not: []string{ // write_metadata in flvenc.c
		"width", "height", "videodatarate", "framerate", "videocodecid", "audiodatarate", "audiosamplerate",
		"audiosamplesize", "stereo", "audiocodecid", "duration",
		"onmetadata", "datasize", "lasttimestamp", "totalframes", "hasaudio", "hasvideo", "hascuepoints",
		"hasmetadata", "haskeyframes", "filesize",
	}},

	"avi": {keys: riff, values: map[string]string{"timecode": timecode}},
	"wav": { // wav_write_header in wavenc.c
		keys: riff, values: map[string]string{"timecode": timecode},
		extra: map[string][]string{"write_bext": {
			"description", "originator", "originator_reference", "origination_date", "origination_time",
			"time_reference", "umid", "coding_history",
		}},
	},
	"aiff": { // aiff_write_header in aiffenc.c
		keys: []string{"title", "author", "comment", "copyright"}, option: "write_id3v2",
	},
	"adts":       {option: "write_id3v2|write_apetag"},
	"au":         {keys: []string{"title", "artist", "album", "genre", "track"}}, // au_get_annotations in au.c
	"rm":         {keys: []string{"title", "author", "comment", "copyright"}},    // rv10_write_header in rmenc.c
	"sox":        {keys: []string{"comment"}},
	"argo_asf":   {keys: []string{"title"}},
	"mpegts":     {keys: []string{"service_name", "service_provider", "title"}}, // mpegts_add_service in mpegtsenc.c
	"mxf":        mxf,
	"mxf_opatom": mxf,
	"gxf":        timecodes,
	"dv":         timecodes,
}

// mp4 has the tags that iTunes knows (mov_write_ilst_tag in FFmpeg's movenc.c).
var mp4 = metadataRule{
	keys: []string{
		"title", "artist", "album", "album_artist", "composer", "date", "comment", "genre", "copyright",
		"description", "synopsis", "grouping", "lyrics",
		"show", "episode_id", "episode_sort", "season_number", "network", "keywords", "track", "disc",
		"disc_subtitle", "tmpo", "compilation", "gapless_playback",
		"media_type", "hd_video", "encoding_tool", "location", "creation_time",
	},
	option: useMetadataTags, times: true,
	values: map[string]string{
		"track": numberOf, "disc": numberOf, "tmpo": positive, "episode_sort": oneByte, "season_number": oneByte,
		"media_type": oneByte, "hd_video": oneByte, "gapless_playback": oneByte, "compilation": oneByte,
		"location": place, "timecode": timecode,
	},
}

// threeGP has the tags of 3GPP TS 26.244, section 8 (mov_write_3gp_udta_tag in FFmpeg's movenc.c).
var threeGP = metadataRule{
	keys: []string{
		"title", "artist", "author", "genre", "comment", "album", "copyright", "date", "location",
		"creation_time",
	},
	times:  true,
	values: map[string]string{"date": year, "location": place},
}

// anyTag keeps all tags.
var anyTag = metadataRule{any: true}

// anyWithTimes keeps all tags, of which creation_time must be a time.
var anyWithTimes = metadataRule{any: true, times: true}

// timecodes keeps the time of recording alone.
var timecodes = metadataRule{
	keys: []string{"timecode", "creation_time"}, times: true, values: map[string]string{"timecode": timecode},
}

// ebml drops the tags that mkv_check_tag_name in FFmpeg's matroskaenc.c drops.
var ebml = metadataRule{any: true, times: true, not: []string{"encoding_tool", "duration", "stereo_mode"}}

// riff has the tags of ff_riff_tags in FFmpeg's riffenc.c, and the names that ff_riff_info_conv in
// riff.c has for some of them. It lacks ISFT, which names the encoder.
var riff = []string{
	"title", "artist", "album", "date", "comment", "genre", "track", "copyright", "language", "encoded_by",
	"timecode",
	"IARL", "IART", "IAS1", "IAS2", "IAS3", "IAS4", "IAS5", "IAS6", "IAS7", "IAS8", "IAS9", "ICMS", "ICMT",
	"ICOP", "ICRD", "ICRP", "IDIM", "IDPI", "IENG", "IGNR",
	"IKEY", "ILGT", "ILNG", "IMED", "INAM", "IPLT", "IPRD", "IPRT", "ITRK", "ISBJ", "ISHP", "ISMP", "ISRC",
	"ISRF", "ITCH",
}

// mxf has the tags that mxf_write_identification, mxf_write_package and mxf_write_tagged_value in
// FFmpeg's mxfenc.c write.
var mxf = metadataRule{
	keys: []string{
		"company_name", "product_name", "product_version", "material_package_name", "file_package_name",
		"reel_name", "creation_time", "timecode", "comment_*",
	},
	times: true, values: map[string]string{"timecode": timecode},
}

// withKeys returns a rule with more keys.
func withKeys(r metadataRule, more ...string) metadataRule {
	r.keys = append(slices.Clip(r.keys), more...)
	return r
}
