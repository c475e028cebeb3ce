package container

import (
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"
)

func TestCanBeCrashSafe(t *testing.T) {
	mpeg4 := astiav.CodecIDMpeg4
	aac, ac3 := astiav.CodecIDAac, astiav.CodecIDAc3
	for _, c := range []struct {
		format  string
		codecs  []astiav.CodecID
		options map[string]string
		canSeek bool
		want    bool
	}{
		{"mp4", []astiav.CodecID{mpeg4, aac}, nil, true, true},
		{"mp4", []astiav.CodecID{mpeg4, aac}, nil, false, false},
		{"ipod", []astiav.CodecID{mpeg4, aac}, nil, true, true},
		{"ismv", []astiav.CodecID{mpeg4, aac}, nil, true, false},
		{"avif", []astiav.CodecID{aac}, nil, true, false},
		{"mp4", []astiav.CodecID{mpeg4, ac3}, nil, true, false},
		{"mp4", []astiav.CodecID{ac3}, nil, true, true},
		{"matroska", []astiav.CodecID{mpeg4, ac3}, nil, true, true},
		{"webm", []astiav.CodecID{mpeg4, aac}, nil, false, true},
		{"mpegts", []astiav.CodecID{mpeg4, ac3}, nil, false, true},
		{"avi", []astiav.CodecID{mpeg4, aac}, nil, true, false},
		{"mp4", []astiav.CodecID{mpeg4, aac}, map[string]string{"movflags": "+use_metadata_tags-write_colr"}, true, true},
		{"mp4", []astiav.CodecID{mpeg4, aac}, map[string]string{"movflags": "faststart"}, true, false},
		{"mp4", []astiav.CodecID{mpeg4, aac}, map[string]string{"movflags": "write_colr-frag_keyframe"}, true, false},
		{"mp4", []astiav.CodecID{mpeg4, aac}, map[string]string{"frag_size": "1"}, true, false},
		{"mp4", []astiav.CodecID{mpeg4, aac}, map[string]string{"flush_packets": "0"}, true, true},
	} {
		s := Spec{Format: c.format, Options: c.options, Codecs: c.codecs, CanSeek: c.canSeek}
		require.Equal(t, c.want, s.CanBeCrashSafe(), "%+v", c)
	}
}

func TestOptionsOfTheProgramStay(t *testing.T) {
	s := Spec{
		Format: "mp4", CrashSafe: true, CanSeek: true,
		Options: map[string]string{"movflags": "use_metadata_tags", "flush_packets": "0"},
	}
	require.Equal(t, map[string]string{
		"fflags": "+bitexact", "flush_packets": "0",
		"movflags": "use_metadata_tags+hybrid_fragmented+delay_moov+frag_custom+omit_tfhd_offset",
	}, s.MuxerOptions())
	s.Format, s.Options = "matroska", map[string]string{"cluster_time_limit": "2000"}
	require.Equal(t, map[string]string{
		"fflags": "+bitexact", "flush_packets": "1", "cluster_time_limit": "2000",
	}, s.MuxerOptions())
}
