package images

import "image"

// PaletteSize is the number of bytes of a palette in FFmpeg: 256 colours of 4 bytes.
const PaletteSize = 4 * 256

// Scratch is memory into which images are copied. It holds one image at a time: the next image
// overwrites it. The zero value is ready for use.
type Scratch struct {
	pix     []uint8
	palette [PaletteSize]byte
	rgba    image.RGBA
	nrgba   image.NRGBA
	rgba64  image.RGBA64
	nrgba64 image.NRGBA64
}

// bytes returns each bytes for every pixel of bounds. Their content is undefined.
func (s *Scratch) bytes(bounds image.Rectangle, each int) []uint8 {
	need := each * bounds.Dx() * bounds.Dy()
	if cap(s.pix) < need {
		s.pix = make([]uint8, need)
	}
	return s.pix[:need]
}

func (s *Scratch) rgbaFor(bounds image.Rectangle) *image.RGBA {
	s.rgba = image.RGBA{Pix: s.bytes(bounds, 4), Stride: 4 * bounds.Dx(), Rect: bounds}
	return &s.rgba
}

func (s *Scratch) nrgbaFor(bounds image.Rectangle) *image.NRGBA {
	s.nrgba = image.NRGBA{Pix: s.bytes(bounds, 4), Stride: 4 * bounds.Dx(), Rect: bounds}
	return &s.nrgba
}

func (s *Scratch) rgba64For(bounds image.Rectangle) *image.RGBA64 {
	s.rgba64 = image.RGBA64{Pix: s.bytes(bounds, 8), Stride: 8 * bounds.Dx(), Rect: bounds}
	return &s.rgba64
}

func (s *Scratch) nrgba64For(bounds image.Rectangle) *image.NRGBA64 {
	s.nrgba64 = image.NRGBA64{Pix: s.bytes(bounds, 8), Stride: 8 * bounds.Dx(), Rect: bounds}
	return &s.nrgba64
}
