package container

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/asticode/go-astiav"
)

// CoverWay says how the cover gets into a container.
type CoverWay int

// The ways.
const (
	NoCover           CoverWay = iota
	CoverAsStream              // as a stream of one picture, which FFmpeg's muxer knows as a cover
	CoverAsAttachment          // as a file with a name that players know
	CoverAsTag                 // as the comment METADATA_BLOCK_PICTURE
)

// coverRule says how a container holds a cover.
type coverRule struct {
	way     CoverWay
	most    int // how many bytes it may have; 0: any number
	options map[string]string
}

// coverRules are the containers that hold a cover.
var coverRules = map[string]coverRule{
	"mp4": {way: CoverAsStream}, "ipod": {way: CoverAsStream}, "f4v": {way: CoverAsStream},
	"matroska": {way: CoverAsAttachment, most: mostAttached},
	"mp3":      {way: CoverAsStream, most: 1<<28 - 1<<20}, // id3v2_put_size in id3v2enc.c
	"flac":     {way: CoverAsStream, most: 1<<24 - 1<<10}, // flac_write_picture in flacenc.c
	"aiff":     {way: CoverAsStream, most: 1<<28 - 1<<20, options: map[string]string{"write_id3v2": "1"}},
	"ogg":      pictureComment, "oga": pictureComment, "opus": pictureComment, "spx": pictureComment,
}

// pictureComment holds a cover in the comments of a stream. FLAC's comments, which may be in Ogg,
// have 24 bits for their size, and base64 takes four bytes for three.
var pictureComment = coverRule{way: CoverAsTag, most: 1<<23 + 1<<22 - 1<<16}

// withCover are the containers that hold a cover, as people call them, the usual ones first.
var withCover = []string{
	"mp4", "m4a", "mkv", "mka", "mp3", "flac", "ogg", "oga", "opus", "spx", "aiff", "f4v",
}

// WayOfCover says how a cover gets into a container.
func WayOfCover(format string) CoverWay { return coverRules[format].way }

// Attachment returns the cover as an attachment whose name players know (matroska.org, "Cover
// Art").
func (c *Cover) Attachment() Attachment {
	if c.Codec == astiav.CodecIDPng {
		return Attachment{Name: "cover.png", MIME: "image/png", Data: c.Data}
	}
	return Attachment{Name: "cover.jpg", MIME: "image/jpeg", Data: c.Data}
}

// Block returns the cover as a comment: a picture block of FLAC in base64 (RFC 9639, section 8.8).
func (c *Cover) Block() string {
	const frontCover = 3
	mime := c.Attachment().MIME

	var b []byte
	number := func(n int) { b = binary.BigEndian.AppendUint32(b, uint32(n)) }
	number(frontCover)
	number(len(mime))
	b = append(b, mime...)
	number(0) // no description
	number(c.Width)
	number(c.Height)
	number(c.Depth)
	number(0) // no palette
	number(len(c.Data))
	return base64.StdEncoding.EncodeToString(append(b, c.Data...))
}

// PixelFormat returns a pixel format of the cover's depth, which FFmpeg's muxers tell.
func (c *Cover) PixelFormat() astiav.PixelFormat {
	switch c.Depth {
	case 8:
		return astiav.PixelFormatGray8
	case 32:
		return astiav.PixelFormatRgba
	}
	return astiav.PixelFormatRgb24
}

// checkCover finds a cover that a container cannot hold.
func (x Extras) checkCover(format string, options map[string]string, _ bool) *ExtraError {
	if x.Cover == nil {
		return nil
	}
	fail := func(text string, args ...any) *ExtraError {
		return &ExtraError{Option: "CoverArt", Reason: fmt.Sprintf(text, args...)}
	}
	rule := coverRules[format]
	name, value := conflicting(options, rule.options)
	switch {
	case rule.way == NoCover:
		e := fail("%s holds no cover", format)
		e.Others = withCover
		return e
	case IsMovFamily(format) && hasFlag(options["movflags"], "use_metadata_tags"):
		return fail("FFmpeg drops the cover with movflags use_metadata_tags; leave one of the two out")
	case IsMovFamily(format) && isFragmented(options):
		return fail("the options of the muxer cut the file into fragments, whose index FFmpeg writes " +
			"without the cover; leave those options out")
	case format == "mp3" && options["id3v2_version"] == "0":
		return fail("the cover of mp3 lies in the ID3v2 tag, which FormatOptions[id3v2_version] 0 leaves out")
	case format == "flac" && options["write_header"] != "" && !isTrue(options["write_header"]):
		return fail("the cover of flac lies in the header, which FormatOptions[write_header] leaves out")
	case name != "":
		return fail("%s needs FormatOptions[%s] to be %s for a cover; leave the option out", format, name, value)
	case rule.most > 0 && len(x.Cover.Data) > rule.most:
		return fail("the picture has %d bytes, and %s holds at most %d", len(x.Cover.Data), format, rule.most)
	}
	return nil
}
