package api_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

// refusedInFilms are the encoders whose chunks make no film.
var refusedInFilms = []string{
	"a64multi", "a64multi5", "apng", "gif", "libwebp_anim", "rpza", "vc2", "vnull", "wrapped_avframe",
}

// packetsAlone are containers that have no marks between packets, or keep no pictures at all.
var packetsAlone = []string{"image2pipe", "crc", "fits"}

// TestFilmOfEveryEncoder makes a film of three chunks with every software encoder, in the first
// container that carries it. It is that of one encoder for each chunk, or it is refused before
// anything is drawn.
func TestFilmOfEveryEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	long := mediatest.Long(t)
	containers := []string{"mkv", "mov", "avi", "nut", "mxf", "rm", "image2pipe", "flv", "fits", "roq"}
	for _, c := range astiavx.Containers() {
		if !c.NoFile && !slices.Contains(containers, c.Name) {
			containers = append(containers, c.Name)
		}
	}
	t.Run("encoders", func(t *testing.T) {
		for i, codec := range encodersOf(t) {
			name := codec.Name()
			if codec.ID().MediaType() != astiav.MediaTypeVideo || isHardwareEncoder(name) {
				continue
			}
			if !long && !slices.Contains(refusedInFilms, name) && i%12 != 0 {
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c := filmCase{codec: name, frames: 7, chunk: 3, video: options(map[string]any{"strict": "experimental"})}
				if name == "dnxhd" {
					c.video.PixelFormat, c.video.ExtraOptions["profile"] = "yuv422p", "dnxhr_hq"
				}
				if name == "pdv" { // whose only container has no marks between packets
					c.video.KeyInterval = c.chunk
				}
				if size, ok := sizesOf[name]; ok {
					c.video.Width, c.video.Height = size[0], size[1]
				}
				requireFilmOrRefusal(t, c, containers)
			})
		}
	})
}

func requireFilmOrRefusal(t *testing.T, c filmCase, containers []string) {
	t.Helper()
	for _, c.container = range containers {
		path := filepath.Join(t.TempDir(), "film")
		c.options = []api.OutputOption{api.Format(c.container)}
		if !carries(t, c, path) {
			continue
		}
		drawn := false
		film := c.film(path)
		film.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
			drawn = true
			return c.draw(ctx, v, from, n)
		}
		_, err := api.RenderFilm(context.Background(), film, api.RenderConfig{Workers: 1})
		if slices.Contains(refusedInFilms, c.codec) {
			requireField(t, err, "Codec")
			require.False(t, drawn)
			return
		}
		require.NoError(t, err)
		require.Empty(t, besides(t, path))
		requireChunksOf(t, c, path)
		return
	}
	require.Fail(t, "no container carries "+c.codec)
}

// carries says whether a container takes the pictures of an encoder.
func carries(t *testing.T, c filmCase, path string) bool {
	t.Helper()
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	addVideo(t, enc, c.config())
	err := enc.OpenFile(context.Background(), path+".trial", c.options...)
	_ = enc.Abort(nil)
	_ = os.Remove(path + ".trial")
	return err == nil
}

// requireChunksOf compares the packets of a film, and the pictures that are decoded of it, with
// those of one encoder for each chunk. The frames of a film in a container without marks between
// packets are compared byte by byte.
func requireChunksOf(t *testing.T, c filmCase, film string) {
	t.Helper()
	whole := filepath.Join(t.TempDir(), "whole")
	if slices.Contains(packetsAlone, c.container) {
		c.encodeWhole(t, whole)
		want, err := os.ReadFile(whole)
		require.NoError(t, err)
		got, err := os.ReadFile(film)
		require.NoError(t, err)
		require.Equal(t, want, got, "the bytes are those of one encode")
		return
	}
	chunks := c.encodeChunks(t, t.TempDir())
	var packets []string
	for _, chunk := range chunks {
		packets = append(packets, filmPackets(t, chunk)...)
	}
	require.Equal(t, packets, filmPackets(t, film))
	decoded, complaints := filmHashes(t, film)
	of, complaintsOf := filmHashes(t, chunks...)
	require.Equal(t, slices.Concat(of...), decoded[0])
	require.Subset(t, complaintsOf, complaints, "the decoder warns of nothing new")
	require.Equal(t, counting(c.frames), filmNumbers(t, film))
}

// filmPackets returns the hashes of all packets.
func filmPackets(t *testing.T, path string) []string {
	t.Helper()
	out := ffprobe9(t, "-show_data_hash", "md5", "-show_entries", "packet=data_hash", "-of", "csv=p=0", path)
	return strings.Fields(out)
}
