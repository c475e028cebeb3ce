package api_test

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
)

// FuzzStrides feeds pictures of any format with rows at any distance, also bottom up, from memory
// in which all pages without a pixel are fenced. The file equals that of the same pictures without
// padding.
func FuzzStrides(f *testing.F) {
	seed(f, 60, 40)
	inputs := astiavx.PixelFormats(astiavx.CanScaleFrom)
	f.Fuzz(func(t *testing.T, data []byte) {
		overseen(t, func() {
			d := &dice{data}
			feedStrides(t, d, inputs[d.below(len(inputs))])
		})
	})
}

func feedStrides(t *testing.T, d *dice, input string) {
	cfg := api.VideoConfig{
		Width: 2 + d.below(70), Height: 2 + d.below(12), FrameRate: 25, Codec: "rawvideo", OddSize: api.OddSizePad,
		PixelFormat: []string{"yuv420p", "rgb24", "yuv444p", "gray", "yuv420p10le", "gbrp10le", input}[d.below(7)],
	}
	layout := api.Layout(d.below(4))
	if layout >= api.Raw {
		layout, cfg.InputFormat = api.Raw, input
	}
	enc := api.NewEncoder()
	_, err := enc.AddVideo(cfg)
	if err == nil {
		err = enc.OpenWriter(context.Background(), new(api.MemoryFile), "nut")
	}
	_ = enc.Abort(nil)
	if err != nil {
		requireDocumented(t, err)
		return
	}
	planes, palette := memoryPlanes(layout, input, cfg.Width, cfg.Height)
	packed := noisyFrames(planes, palette, 1+d.below(3))
	var strides []int
	for _, p := range planes {
		strides = append(strides, p.row+d.below(20)*d.below(20)+os.Getpagesize()*max(0, d.below(6)-3))
	}
	bottomUp, before := d.below(2) == 0, d.below(2) == 0
	spreadOut := spread(packed, planes, palette, strides, bottomUp, rand.New(rand.NewPCG(4, 4)))
	memory := fenced(t, len(spreadOut), before)
	copy(memory, spreadOut)
	fencePadding(t, memory, before, planes, palette, strides)
	encode := func(f api.Frames) string {
		f.Layout = layout
		var file api.MemoryFile
		encodeStream(t, api.Writer(&file, "nut"), cfg, func(v *api.VideoStream) {
			require.NoError(t, v.AddFrames(context.Background(), f))
		})
		return string(file.Bytes())
	}
	want := encode(api.Frames{Data: packed})
	got := encode(api.Frames{Data: memory, Strides: strides, BottomUp: bottomUp})
	require.True(t, want == got, "%+v, %s, strides %v, bottom up: %v", cfg, layout, strides, bottomUp)
}

// fencePadding makes all pages of fenced memory unreadable that hold padding only.
func fencePadding(t *testing.T, memory []byte, before bool, planes []memoryPlane, palette int, strides []int) {
	t.Helper()
	page := os.Getpagesize()
	room := (len(memory) + page - 1) / page * page
	lead := room - len(memory) // from the begin of the first page to the first row
	if before {
		lead = 0
	}
	used := make([]bool, room/page)
	use := func(offset, n int) {
		for k := (lead + offset) / page; n > 0 && k <= (lead+offset+n-1)/page; k++ {
			used[k] = true
		}
	}
	for offset := 0; offset < len(memory); {
		for i, p := range planes {
			for range p.rows {
				use(offset, p.row)
				offset += strides[i]
			}
		}
		use(offset, palette)
		offset += palette
	}
	for k, u := range used {
		from := k*page - lead
		if !u && from >= 0 && from+page <= len(memory) {
			require.NoError(t, unix.Mprotect(memory[from:from+page:from+page], unix.PROT_NONE))
		}
	}
}
