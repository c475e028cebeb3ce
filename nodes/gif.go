package nodes

// Offsets and values of GIF89a: sections 18 (logical screen descriptor) and 23 (graphic control
// extension).
const (
	gifHeader        = 13 // the bytes of signature and logical screen descriptor
	gifScreenFlags   = 10
	gifHasColors     = 0x80 // a table of 2 << (flags & 7) colours follows the descriptor
	gifBackground    = 11
	gifControlFlags  = 3
	gifControlIndex  = 6
	gifDisposal      = 0x1c
	gifDisposalClear = 2 << 2
	gifTransparent   = 1
)

// ClearGIF changes a packet of FFmpeg's encoder of gif: viewers clear the picture before they show
// the next one. The encoder asks for that only after a picture with a transparent pixel. After any
// other, the transparent pixels of the next picture would show what was there before. FFmpeg's
// decoder clears to transparent if the control extension names a transparent colour, which that of
// a first picture without transparent pixels does not.
func ClearGIF(data []byte) {
	control := 0
	if len(data) > gifHeader && string(data[:3]) == "GIF" {
		control = gifHeader
		if flags := data[gifScreenFlags]; flags&gifHasColors != 0 {
			control += 3 * (2 << (flags & 7))
		}
	}
	if len(data) < control+8 || data[control] != 0x21 || data[control+1] != 0xf9 {
		return
	}
	flags := &data[control+gifControlFlags]
	if *flags&gifTransparent == 0 && control > 0 {
		*flags |= gifTransparent
		data[control+gifControlIndex] = data[gifBackground] // which is the transparent one
	}
	*flags = *flags&^gifDisposal | gifDisposalClear
}
