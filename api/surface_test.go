package api_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// surfaceSaid is what a program says of how the pictures are to be seen.
type surfaceSaid struct{ projection, stereo string }

// surfaceOf reads it from ffprobe's list of side data.
func surfaceOf(t *testing.T, list []map[string]any) (said surfaceSaid) {
	t.Helper()
	for _, data := range list {
		switch data["side_data_type"] {
		case "Spherical Mapping":
			said.projection, _ = data["projection"].(string)
		case "Stereo 3D":
			said.stereo, _ = data["type"].(string)
			require.Zero(t, data["inverted"], "the left eye comes first")
		}
	}
	return said
}

// surfaces are all ways in which pictures may be seen, and the words of the programs for them.
var surfaces = []struct {
	projection, stereo string
	said               surfaceSaid
	mkvinfo            []string
}{
	{"equirectangular", "", surfaceSaid{"equirectangular", ""}, []string{"type: 1 (equirectangular)"}},
	{"", "side-by-side", surfaceSaid{"", "side by side"}, []string{"Stereo mode: 1 (side by side (left first))"}},
	{"", "top-bottom", surfaceSaid{"", "top and bottom"}, []string{"Stereo mode: 3 (top bottom (left first))"}},
	{
		"equirectangular", "side-by-side",
		surfaceSaid{"equirectangular", "side by side"},
		[]string{"type: 1 (equirectangular)", "Stereo mode: 1 (side by side (left first))"},
	},
	{
		"equirectangular", "top-bottom",
		surfaceSaid{"equirectangular", "top and bottom"},
		[]string{"type: 1 (equirectangular)", "Stereo mode: 3 (top bottom (left first))"},
	},
}

// TestSphericalAndStereo is read by the system's ffprobe, by that of the same FFmpeg, which reads
// newer boxes too, by mkvinfo and by mediainfo, which knows StereoMode of Matroska only.
func TestSphericalAndStereo(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct{ extension, codec string }{
		{"mp4", "libx264"},
		{"mp4", "libx265"},
		{"mp4", "libvpx-vp9"},
		{"mkv", "libx264"},
		{"mkv", "ffv1"},
		{"webm", "libvpx-vp9"},
	} {
		t.Run(c.extension+"/"+c.codec, func(t *testing.T) {
			t.Parallel()
			for _, s := range surfaces {
				path := temporary(t, "sphere."+c.extension)
				cfg := api.VideoConfig{Codec: c.codec, Projection: s.projection, Stereo: s.stereo}
				encodeCorners(t, cfg, api.File(path))
				require.Equal(t, s.said, surfaceOf(t, sideData(t, "ffprobe", path)))
				require.Equal(t, s.said, surfaceOf(t, sideData(t, sameFFprobe(t), path)))
				require.Equal(t, "64", strings.TrimSpace(string(mediatest.Run(t, "mediainfo", "--Output=Video;%Width%", path))))
				if c.extension == "mp4" {
					requireSphereBoxes(t, path, s.projection, s.stereo)
					continue
				}
				info := string(mediatest.Run(t, "mkvinfo", path))
				for _, line := range s.mkvinfo {
					require.Contains(t, info, line)
				}
				layout := string(mediatest.Run(t, "mediainfo", "--Output=Video;%MultiView_Layout%", path))
				require.Equal(t, s.stereo != "", strings.Contains(layout, "(left eye first)"))
			}
		})
	}
}

// sameFFprobe is the ffprobe of the FFmpeg that is compiled in.
func sameFFprobe(t *testing.T) string {
	t.Helper()
	bin := os.Getenv("AVLOOM_FFMPEG_BIN")
	require.NotEmpty(t, bin, `scripts/ffmpeg.sh env exports it`)
	return bin + "/ffprobe"
}

// requireSphereBoxes compares the boxes with those that the Spherical Video V2 RFC of Google
// describes, which YouTube reads.
func requireSphereBoxes(t *testing.T, path, projection, stereo string) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	box := func(name string, parts ...[]byte) []byte {
		payload := bytes.Join(parts, nil)
		size := []byte{0, 0, 0, byte(8 + len(payload))}
		return bytes.Join([][]byte{size, []byte(name), payload}, nil)
	}
	version := make([]byte, 4)
	eyes := map[string]byte{"top-bottom": 1, "side-by-side": 2}
	st3d := box("st3d", version, []byte{eyes[stereo]})
	require.Equal(t, stereo != "", bytes.Contains(content, st3d), hex.Dump(st3d))
	sv3d := box(
		"sv3d",
		box("svhd", version, []byte("Lavf\x00")),
		box("proj", box("prhd", version, make([]byte, 12)), box("equi", version, make([]byte, 16))),
	)
	require.Equal(t, projection != "", bytes.Contains(content, sv3d), hex.Dump(sv3d))
	require.Equal(t, stereo != "", bytes.Contains(content, []byte("st3d")))
	require.NotContains(t, string(content), "eyes", "a box that says that there are two eyes, but not where")
}

// TestStereoInTheStream: H.264 says itself where the pictures for two eyes are, in containers that
// cannot.
func TestStereoInTheStream(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, extension := range []string{"ts", "avi", "mov", "flv", "h264"} {
		for stereo, word := range map[string]string{"side-by-side": "left_right", "top-bottom": "top_bottom"} {
			path := temporary(t, "stereo."+extension)
			encodeCorners(t, api.VideoConfig{Codec: "libx264", Stereo: stereo}, api.File(path))
			said := mediatest.Run(t, "ffprobe", "-v", "error", "-show_entries", "frame_tags=stereo_mode", "-of", "csv=p=0", path)
			require.Equal(t, 10, strings.Count(string(said), word), extension)
		}
	}
}

// TestSphericalThatNobodyCanSay is refused, with what can.
func TestSphericalThatNobodyCanSay(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct{ extension, codec, projection, stereo, field string }{
		{"mov", "libx264", "equirectangular", "", "Projection"},
		{"ts", "libx264", "equirectangular", "", "Projection"},
		{"m4v", "libx264", "equirectangular", "side-by-side", "Projection"},
		{"avi", "mpeg4", "equirectangular", "", "Projection"},
		{"mov", "libx265", "", "top-bottom", "Stereo"},
		{"ts", "libx265", "", "side-by-side", "Stereo"},
		{"avi", "mpeg4", "", "side-by-side", "Stereo"},
		{"flv", "libx265", "", "side-by-side", "Stereo"},
	} {
		path := temporary(t, "sphere."+c.extension)
		err := openRefused(t, api.VideoConfig{Codec: c.codec, Projection: c.projection, Stereo: c.stereo}, api.File(path))
		require.Equal(t, c.field, err.Field)
		require.Subset(t, err.Supported, []string{"mp4", "mkv"})
		require.NotContains(t, err.Supported, "mov")
		require.NoFileExists(t, path)
	}
}

// TestSphericalIsAsStrict as other files are in everything else: what FFmpeg refuses in mp4 unless
// it is told to be less strict stays refused.
func TestSphericalIsAsStrict(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, projection := range []string{"", "equirectangular"} {
		enc := api.NewEncoder()
		addVideo(t, enc, api.VideoConfig{Width: 64, Height: 32, FrameRate: 25, Codec: "libx264", Projection: projection})
		addAudio(t, enc, api.AudioConfig{SampleRate: 8000, NumChannels: 1, Codec: "libmp3lame"})
		err := enc.OpenWriter(t.Context(), new(api.MemoryFile), "mp4")
		require.ErrorContains(t, err, "8000", "an mp3 of this rate is not standard in mp4")
		require.NoError(t, enc.Close())
	}
	for strict, refused := range map[any]bool{"normal": true, 0: true, 1: true, "unofficial": false, -1: false, -2: false} {
		enc, path := api.NewEncoder(), temporary(t, "strict.mp4")
		v := addVideo(t, enc, api.VideoConfig{
			Width: 64, Height: 32, FrameRate: 25, Codec: "libx264", Projection: "equirectangular", InputFormat: "gray",
		})
		err := enc.OpenFile(t.Context(), path, api.FormatOptions(map[string]any{"strict": strict}))
		if refused {
			var config *api.ConfigError
			require.ErrorAs(t, err, &config, "%v", strict)
			require.Equal(t, "FormatOptions[strict]", config.Field)
			require.NoFileExists(t, path)
		} else {
			require.NoError(t, err)
			feedCorners(t, v, 1)
		}
		require.NoError(t, enc.Close())
		if !refused {
			require.Equal(t, "equirectangular", surfaceOf(t, sideData(t, "ffprobe", path)).projection)
		}
	}
}

// TestStereoLogsNothing about the box that is left out on purpose.
func TestStereoLogsNothing(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []string{"mp4", "mov"} {
		enc, logs := observed(zapcore.WarnLevel)
		v := addVideo(t, enc, api.VideoConfig{
			Width: 64, Height: 32, FrameRate: 25, Codec: "libx264", Stereo: "side-by-side", InputFormat: "gray",
		})
		require.NoError(t, enc.OpenWriter(t.Context(), new(api.MemoryFile), format))
		feedCorners(t, v, 2)
		require.NoError(t, enc.Close())
		require.Empty(t, texts(logs))
	}
}
