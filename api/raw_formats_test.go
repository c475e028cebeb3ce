package api_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

// detail returns a part of a picture of a real clip, R G B, each quadrant in a light of its own:
// what is swapped, shifted or mirrored shows.
func detail(t *testing.T, width, height int) []byte {
	t.Helper()
	picture := mediatest.Run(
		t,
		"ffmpeg",
		"-v",
		"error",
		"-ss",
		"2",
		"-i",
		realClip(t),
		"-frames:v",
		"1",
		"-vf",
		fmt.Sprintf("format=rgb24,crop=%d:%d:190:110", width, height),
		"-f",
		"rawvideo",
		"-pix_fmt",
		"rgb24",
		"-",
	)
	require.Len(t, picture, 3*width*height)
	lights := [4][3]int{{256, 160, 160}, {160, 256, 160}, {160, 160, 256}, {256, 256, 256}}
	for i := range picture {
		x, y := i/3%width, i/3/width
		picture[i] = byte(int(picture[i]) * lights[2*y/height*2+2*x/width][i%3] / 256)
	}
	return picture
}

// theirRaw has the command of the same build write the picture in these formats.
func theirRaw(t *testing.T, picture []byte, width, height int, formats []string) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	args := []string{
		"-v",
		"error",
		"-f",
		"rawvideo",
		"-pix_fmt",
		"rgb24",
		"-s",
		fmt.Sprintf("%dx%d", width, height),
		"-i",
		"-",
	}
	for _, f := range formats {
		args = append(args, "-vf", scaleExactly+f, "-f", "rawvideo", filepath.Join(dir, f))
	}
	command(t, picture, args...)
	return readFiles(t, dir, formats)
}

// theirReading is what the command of the same build makes of raw pictures, in R G B.
func theirReading(t *testing.T, raw map[string][]byte, width, height int, formats []string) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	args, outputs := []string{"-v", "error"}, []string(nil)
	for i, f := range formats {
		file := filepath.Join(dir, f+".raw")
		require.NoError(t, os.WriteFile(file, raw[f], 0o644))
		args = append(args, "-f", "rawvideo", "-pix_fmt", f, "-s", fmt.Sprintf("%dx%d", width, height), "-i", file)
		outputs = append(
			outputs,
			"-map",
			strconv.Itoa(i),
			"-vf",
			scaleExactly+"rgb24",
			"-f",
			"rawvideo",
			filepath.Join(dir, f),
		)
	}
	command(t, nil, append(args, outputs...)...)
	return readFiles(t, dir, formats)
}

const scaleExactly = "scale=flags=area+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact,format="

func readFiles(t *testing.T, dir string, names []string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range names {
		var err error
		files[name], err = os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
	}
	return files
}

// throughOurs encodes one raw picture of each format, each in a stream of its own, and returns what
// the system's ffmpeg decodes.
func throughOurs(
	t *testing.T,
	width, height int,
	encoded, decoded string,
	formats []string,
	raw map[string][]byte,
) map[string][]byte {
	t.Helper()
	path := temporary(t, "raw.mkv")
	enc := api.NewEncoder()
	streams := make([]*api.VideoStream, len(formats))
	for i, f := range formats {
		streams[i] = addVideo(t, enc, api.VideoConfig{
			Width: width, Height: height, FrameRate: 25, Codec: "ffv1", PixelFormat: encoded, InputFormat: f, Threads: 1,
			OddSize: api.OddSizePad,
		})
	}
	require.NoError(t, enc.OpenFile(context.Background(), path))
	for i, f := range formats {
		require.NoError(t, streams[i].AddFrames(context.Background(), api.Frames{Data: raw[f], Layout: api.Raw}), f)
	}
	require.NoError(t, enc.Close())

	dir := t.TempDir()
	args := []string{"-v", "error", "-i", path}
	for i, f := range formats {
		args = append(
			args,
			"-map",
			"0:"+strconv.Itoa(i),
			"-f",
			"rawvideo",
			"-pix_fmt",
			decoded,
			"-sws_flags",
			"accurate_rnd+full_chroma_int+full_chroma_inp+bitexact",
			filepath.Join(dir, f),
		)
	}
	mediatest.Run(t, "ffmpeg", args...)
	return readFiles(t, dir, formats)
}

// bound is how near, in decibels, a picture of this format is to the one of R G B that it was made
// of.
func bound(format string) float64 {
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(format, part) })
	}
	switch {
	case has("mono", "4_byte"): // one bit for each pixel, or for each colour
		return 6
	case has("gray", "yaf", "ya8", "ya16", "uyyvyy411"): // without the colours; ours of 4:1:1 has none either
		return 12
	case has("rgb8", "bgr8", "pal8"): // eight levels
		return 19
	case has("bayer", "41", "565", "555", "444le", "444be"):
		return 27
	case has("42", "44", "p0", "p2", "p4", "y2", "nv"): // of the chroma
		return 32
	default:
		return 45
	}
}

// TestRawFormats feeds a real picture in every pixel format that swscale reads, of an odd size.
func TestRawFormats(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height = 67, 45
	picture := detail(t, width, height)
	written := astiavx.PixelFormats(
		func(f astiav.PixelFormat) bool { return astiavx.CanScaleFrom(f) && astiavx.CanScaleTo(f) },
	)
	raw := theirRaw(t, picture, width, height, written)
	maps.Copy(raw, ownRaw(picture, width, height))
	formats := astiavx.PixelFormats(astiavx.CanScaleFrom)
	require.Greater(t, len(formats), 220)
	for batch := range slices.Chunk(formats, 60) {
		padded := throughOurs(t, width, height, "yuv422p", "yuv422p", batch, raw)
		theirs, ours := theirReading(t, raw, width, height, batch), throughOurs(t, width, height, "bgr0", "rgb24", batch, raw)
		for _, f := range batch {
			require.Len(t, ours[f], len(picture), f)
			requireRepeated(t, ours[f], padded[f], width, height, f)
			us, them := mediatest.PSNR(picture, ours[f]), mediatest.PSNR(picture, theirs[f])
			assert.Greater(t, us, bound(f), f)
			if strings.HasPrefix(f, "bayer") || strings.Contains(f, "565") ||
				strings.Contains(f, "555") { // that swscale reads in other ways for other outputs
				assert.Greater(t, us, them-0.2, f)
				continue
			}
			assert.Equal(t, theirs[f], ours[f], f)
		}
	}
}

// requireRepeated checks that the last column of a padded picture (in yuv422p), and the one that
// repeats it, are as bright as the last of the picture itself (in R G B).
func requireRepeated(t *testing.T, picture, padded []byte, width, height int, name string) {
	t.Helper()
	require.Len(t, padded, 2*(width+1)*height, name)
	for y := range height {
		last := picture[3*((y+1)*width-1):]
		luma := 16 + (0.299*float64(last[0])+0.587*float64(last[1])+0.114*float64(last[2]))*219/255
		at := (y+1)*(width+1) - 2
		assert.InDelta(t, luma, padded[at], 3, "%s, row %d", name, y)
		assert.InDelta(t, padded[at], padded[at+1], 1, "%s, row %d", name, y)
	}
}

// ownRaw writes the picture in those formats that swscale reads and does not write.
func ownRaw(picture []byte, width, height int) map[string][]byte {
	raw := map[string][]byte{}
	for name, colours := range map[string][2]string{"bggr": {"BG", "GR"}, "rggb": {"RG", "GB"}, "gbrg": {"GB", "RG"}, "grbg": {"GR", "BG"}} {
		for i := range width * height {
			value := picture[3*i+strings.IndexByte("RGB", colours[i/width%2][i%width%2])]
			raw["bayer_"+name+"8"] = append(raw["bayer_"+name+"8"], value)
			for _, order := range []string{"16le", "16be"} {
				raw["bayer_"+name+order] = append(raw["bayer_"+name+order], value, value)
			}
		}
	}
	raw["pal8"] = make([]byte, width*height, width*height+4*256)
	for i := range width * height {
		raw["pal8"][i] = picture[3*i]&0xe0 | picture[3*i+1]>>5<<2 | picture[3*i+2]>>6
	}
	for i := range 256 {
		raw["pal8"] = append(raw["pal8"], byte(i&3)*85, byte(i>>2&7)*36, byte(i>>5)*36, 255)
	}
	raw["uyyvyy411"] = grayPairs(picture, width, height)
	for _, f := range []struct {
		name   string
		planes []string
	}{
		{"rgbaf16", []string{"RGBA"}},
		{"rgbf32", []string{"RGB"}},
		{"rgbf16", []string{"RGB"}},
		{"gbrpf16", []string{"G", "B", "R"}},
		{"gbrapf16", []string{"G", "B", "R", "A"}},
		{"grayf16", []string{"G"}},
		{"yaf32", []string{"GA"}},
		{"yaf16", []string{"GA"}},
	} {
		for _, order := range []string{"le", "be"} {
			raw[f.name+order] = floats(picture, f.planes, strings.HasSuffix(f.name, "16"), order == "be")
		}
	}
	return raw
}

// grayPairs writes the green as grey in U Y Y V Y Y.
func grayPairs(picture []byte, width, height int) []byte {
	var raw []byte
	for y := range height {
		luma := func(x int) byte { return byte(16 + int(picture[3*(y*width+min(x, width-1))+1])*219/255) }
		for x := 0; x < width; x += 4 {
			raw = append(raw, 128, luma(x), luma(x+1), 128, luma(x+2), luma(x+3))
		}
	}
	return raw
}

// floats writes these components of each pixel as numbers from 0 to 1.
func floats(picture []byte, planes []string, half, bigEndian bool) []byte {
	var raw []byte
	for _, plane := range planes {
		for i := range len(picture) / 3 {
			for _, c := range plane {
				value := float32(1)
				if k := strings.IndexRune("RGB", c); k >= 0 {
					value = float32(picture[3*i+k]) / 255
				}
				b := binary.LittleEndian.AppendUint32(nil, math.Float32bits(value))
				if half {
					b = binary.LittleEndian.AppendUint16(nil, halfBits(value))
				}
				if bigEndian {
					slices.Reverse(b)
				}
				raw = append(raw, b...)
			}
		}
	}
	return raw
}

// halfBits is a number from 2^-14 to 1, or 0, in 16 bits (IEEE 754 binary16), rounded.
func halfBits(f float32) uint16 {
	if f == 0 {
		return 0
	}
	bits := math.Float32bits(f) + 1<<12
	return uint16(bits>>13 - 112<<10)
}
