package images

import (
	"encoding/binary"
	"image"
	"image/color"

	"github.com/asticode/go-astiav"
)

// straight returns a copy whose colours are not multiplied by their alpha.
func (f Form) straight(img image.Image, scratch *Scratch) pixels {
	if f.deep {
		m := scratch.nrgba64For(img.Bounds())
		eachPixel(img, func(x, y int, c color.Color) { m.SetNRGBA64(x, y, straight64(c)) })
		return pixels{format: astiav.PixelFormatRgba64Be, data: m.Pix, stride: m.Stride}
	}
	m := scratch.nrgbaFor(img.Bounds())
	switch from := img.(type) {
	case *image.RGBA:
		divideByAlpha(m, from)
	case *image.Paletted:
		fillByPalette(m, from)
	default:
		eachPixel(img, func(x, y int, c color.Color) { m.SetNRGBA(x, y, straight8(c)) })
	}
	return pixels{format: astiav.PixelFormatRgba, data: m.Pix, stride: m.Stride}
}

// eachPixel calls set for every pixel of an image, row by row.
func eachPixel(img image.Image, set func(x, y int, c color.Color)) {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			set(x, y, img.At(x, y))
		}
	}
}

// straight64 returns a colour with 16 bits that is not multiplied by its alpha. Colours that are
// not multiplied keep their values: image/color would multiply and divide them, and lose precision.
func straight64(c color.Color) color.NRGBA64 {
	switch m := c.(type) {
	case color.NRGBA:
		return color.NRGBA64{uint16(m.R) * 257, uint16(m.G) * 257, uint16(m.B) * 257, uint16(m.A) * 257}
	case color.NYCbCrA:
		red, green, blue, _ := m.YCbCr.RGBA()
		return color.NRGBA64{uint16(red), uint16(green), uint16(blue), uint16(m.A) * 257}
	}
	straight, _ := color.NRGBA64Model.Convert(c).(color.NRGBA64)
	return straight
}

// straight8 returns a colour with 8 bits that is not multiplied by its alpha.
func straight8(c color.Color) color.NRGBA {
	if m, ok := c.(color.NRGBA); ok {
		return m
	}
	m := straight64(c)
	return color.NRGBA{uint8(m.R >> 8), uint8(m.G >> 8), uint8(m.B >> 8), uint8(m.A >> 8)}
}

// divideByAlpha divides the colours of from by their alpha: it sets each pixel of m to the colour
// that, multiplied by the alpha, is nearest to the one of from.
func divideByAlpha(m *image.NRGBA, from *image.RGBA) {
	row := 4 * m.Rect.Dx()
	for y := range m.Rect.Dy() {
		to, from := m.Pix[y*m.Stride:][:row], from.Pix[y*from.Stride:][:row]
		for i := 0; i < row; i += 4 {
			alpha := uint32(from[i+3])
			if alpha == 0 {
				clear(to[i : i+4])
				continue
			}
			for c := i; c < i+3; c++ {
				to[c] = uint8(min((uint32(from[c])*255+alpha/2)/alpha, 255))
			}
			to[i+3] = from[i+3]
		}
	}
}

// fillByPalette copies the pixels of from into m. It converts each colour of the palette once.
func fillByPalette(m *image.NRGBA, from *image.Paletted) {
	var colors [256]color.NRGBA
	for i, c := range from.Palette[:min(len(from.Palette), len(colors))] {
		colors[i] = straight8(c)
	}
	for y := range m.Rect.Dy() {
		to := m.Pix[y*m.Stride:]
		for x, index := range from.Pix[y*from.Stride:][:m.Rect.Dx()] {
			c := colors[index]
			copy(to[4*x:], []uint8{c.R, c.G, c.B, c.A})
		}
	}
}

// paletted returns the indices of an image, and its palette as FFmpeg reads one: B G R A, not
// multiplied by the alpha; where the video has no alpha, over black.
func (f Form) paletted(m *image.Paletted, palette *[PaletteSize]byte) pixels {
	clear(palette[:])
	for i, c := range m.Palette[:min(len(m.Palette), PaletteSize/4)] {
		s := straight8(c)
		if !f.alpha {
			red, green, blue, _ := c.RGBA()
			s = color.NRGBA{uint8(red >> 8), uint8(green >> 8), uint8(blue >> 8), 255}
		}
		binary.LittleEndian.PutUint32(palette[4*i:], uint32(s.A)<<24|uint32(s.R)<<16|uint32(s.G)<<8|uint32(s.B))
	}
	return pixels{format: astiav.PixelFormatPal8, data: m.Pix, stride: m.Stride, palette: palette}
}
