package api_test

import (
	"math"

	"github.com/avloom/avloom/api"
)

// pictureRefusals are configs that say of the pictures what nobody can.
func pictureRefusals() []refusal {
	set := func(change func(c *api.VideoConfig)) func(*api.VideoConfig) { return change }
	hdr := func(name, field string, change func(h *api.HDR)) refusal {
		return refusal{name: name, field: field, video: func(c *api.VideoConfig) {
			c.HDR = display()
			change(c.HDR)
		}}
	}
	return []refusal{
		{name: "rotation of 45", field: "Rotation", video: set(func(c *api.VideoConfig) { c.Rotation = 45 })},
		{name: "rotation negative", field: "Rotation", video: set(func(c *api.VideoConfig) { c.Rotation = -90 })},
		{name: "rotation of a whole turn", field: "Rotation", video: set(func(c *api.VideoConfig) { c.Rotation = 360 })},
		{name: "rotation of a sphere", field: "Rotation", video: set(func(c *api.VideoConfig) {
			c.Rotation, c.Projection = 90, "equirectangular"
		})},
		{name: "rotation of two eyes", field: "Rotation", video: set(func(c *api.VideoConfig) {
			c.Rotation, c.Stereo = 180, "side-by-side"
		})},
		{name: "rotation in mpegts", field: "Rotation", format: "mpegts", video: set(func(c *api.VideoConfig) { c.Rotation = 90 })},
		{name: "projection unknown", field: "Projection", video: set(func(c *api.VideoConfig) { c.Projection = "equirectangle" })},
		{name: "projection in mov", field: "Projection", format: "mov", video: set(func(c *api.VideoConfig) {
			c.Projection = "equirectangular"
		})},
		{name: "stereo unknown", field: "Stereo", video: set(func(c *api.VideoConfig) { c.Stereo = "top-botom" })},
		{name: "stereo in avi", field: "Stereo", format: "avi", video: set(func(c *api.VideoConfig) {
			c.Codec, c.Stereo = "mpeg4", "side-by-side"
		})},
		{name: "HDR in ivf", field: "HDR", format: "ivf", video: set(func(c *api.VideoConfig) {
			c.Codec, c.HDR = "libaom-av1", display()
		})},
		{name: "HDR that says nothing", field: "HDR", video: set(func(c *api.VideoConfig) { c.HDR = &api.HDR{} })},
		hdr("HDR with a negative x", "HDR.Primaries[2][0]", func(h *api.HDR) { h.Primaries[2][0] = -0.1 }),
		hdr("HDR with x above 1", "HDR.Primaries[0][0]", func(h *api.HDR) { h.Primaries[0][0] = 1.01 }),
		hdr("HDR with y of NaN", "HDR.WhitePoint[1]", func(h *api.HDR) { h.WhitePoint[1] = math.NaN() }),
		hdr("HDR with x infinite", "HDR.Primaries[1][0]", func(h *api.HDR) { h.Primaries[1][0] = math.Inf(1) }),
		hdr("HDR with y of 0", "HDR.Primaries[2]", func(h *api.HDR) { h.Primaries[2][1] = 0 }),
		hdr("HDR outside the diagram", "HDR.Primaries[0]", func(h *api.HDR) { h.Primaries[0] = [2]float64{0.7, 0.4} }),
		hdr("HDR without primaries", "HDR.Primaries[0]", func(h *api.HDR) { h.Primaries = [3][2]float64{} }),
		hdr("HDR without white", "HDR.WhitePoint", func(h *api.HDR) { h.WhitePoint = [2]float64{} }),
		hdr("HDR with primaries in the order of HEVC", "HDR.Primaries", func(h *api.HDR) {
			p := h.Primaries
			h.Primaries = [3][2]float64{p[1], p[2], p[0]}
		}),
		hdr("HDR with one primary thrice", "HDR.Primaries", func(h *api.HDR) {
			h.Primaries[1], h.Primaries[2] = h.Primaries[0], h.Primaries[0]
		}),
		hdr("HDR with white outside", "HDR.WhitePoint", func(h *api.HDR) { h.WhitePoint = [2]float64{0.1, 0.8} }),
		hdr("HDR without luminance", "HDR.MaxLuminance", func(h *api.HDR) { h.MinLuminance, h.MaxLuminance = 0, 0 }),
		hdr("HDR too bright", "HDR.MaxLuminance", func(h *api.HDR) { h.MaxLuminance = 10001 }),
		hdr("HDR with luminance of NaN", "HDR.MaxLuminance", func(h *api.HDR) { h.MaxLuminance = math.NaN() }),
		hdr("HDR with negative luminance", "HDR.MinLuminance", func(h *api.HDR) { h.MinLuminance = -1 }),
		hdr("HDR darker than bright", "HDR.MinLuminance", func(h *api.HDR) { h.MinLuminance, h.MaxLuminance = 1000, 1000 }),
		hdr("HDR that is one unit", "HDR.MinLuminance", func(h *api.HDR) { h.MinLuminance, h.MaxLuminance = 0.09996, 0.10004 }),
		hdr("HDR with negative MaxCLL", "HDR.MaxCLL", func(h *api.HDR) { h.MaxCLL = -1 }),
		hdr("HDR with MaxCLL too large", "HDR.MaxCLL", func(h *api.HDR) { h.MaxCLL = 65536 }),
		hdr("HDR with negative MaxFALL", "HDR.MaxFALL", func(h *api.HDR) { h.MaxFALL = -1 }),
		hdr("HDR with MaxFALL above MaxCLL", "HDR.MaxFALL", func(h *api.HDR) { h.MaxFALL = h.MaxCLL + 1 }),
	}
}
