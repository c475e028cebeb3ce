package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// The words for how pictures are to be seen.
const (
	equirectangular = "equirectangular"
	sideBySide      = "side-by-side"
	topBottom       = "top-bottom"
)

// readPictureData reads the fields about how pictures are to be seen: Rotation, HDR, Projection and
// Stereo.
func (p *Video) readPictureData() error {
	return fault.First(p.readRotation(), p.readHDR(), p.readProjection(), p.readStereo(), p.checkRotated())
}

func (p *Video) readRotation() error {
	degrees := p.Config.Rotation
	if !slices.Contains([]int{0, 90, 180, 270}, degrees) {
		const reason = "must be by how many degrees clockwise a player turns the picture"
		return &fault.ConfigError{
			Field: "Rotation", Value: degrees, Reason: reason, Supported: []string{"0", "90", "180", "270"},
		}
	}
	p.PictureData.Rotation = degrees
	return nil
}

func (p *Video) readProjection() error {
	switch p.Config.Projection {
	case "":
		return nil
	case equirectangular:
		p.PictureData.Equirectangular = true
		return nil
	}
	return noSuchWord("Projection", p.Config.Projection, "there is no such projection", equirectangular)
}

func (p *Video) readStereo() error {
	switch p.Config.Stereo {
	case "":
		return nil
	case sideBySide:
		p.PictureData.Stereo = astiavx.SideBySide
	case topBottom:
		p.PictureData.Stereo = astiavx.TopBottom
	default:
		return noSuchWord("Stereo", p.Config.Stereo, "there is no such layout of two pictures", sideBySide, topBottom)
	}
	return nil
}

// checkRotated returns an error for pictures that are turned and not flat pictures for one eye. No
// two players would agree on what that means, and Matroska has one place for both.
func (p *Video) checkRotated() error {
	if p.PictureData.Rotation == 0 || !p.PictureData.OnSurface() {
		return nil
	}
	field := "Projection"
	if p.Config.Projection == "" {
		field = "Stereo"
	}
	const reason = "cannot be set together with %s: turn the pictures before they are encoded"
	return &fault.ConfigError{Field: "Rotation", Value: p.Config.Rotation, Reason: fmt.Sprintf(reason, field)}
}

// noSuchWord returns the error about a word that is none of those that a field takes.
func noSuchWord(field, word, reason string, words ...string) error {
	reason += fault.DidYouMean(word, words)
	return &fault.ConfigError{Field: field, Value: word, Reason: reason, Supported: words}
}

// CheckPicturesIn returns an error for what the output cannot say about the pictures of this codec
// and encoder. The caller has added the options of all streams.
func (p *Video) CheckPicturesIn(t *Output, id astiav.CodecID, encoder string) error {
	d, format := p.PictureData, t.Container.Streams()
	hdr := d.Display != nil || d.Light != (astiavx.LightLevel{})
	switch {
	case d.Rotation != 0 && !container.KeepsRotation(format):
		const reason = "%s cannot say that a player is to turn the pictures; turn them before they are encoded, or " +
			"take another container"
		return p.cannotSay("Rotation", d.Rotation, fmt.Sprintf(reason, t.Container.Name), id, container.KeepsRotation)
	case hdr && !codec.SignalsHDR(encoder) && !container.KeepsHDR(format):
		const reason = "neither %s nor the stream of %s has a place for it; take libx264, libx265 or libsvtav1, or " +
			"another container"
		return p.cannotSay("HDR", nil, fmt.Sprintf(reason, t.Container.Name, encoder), id, container.KeepsHDR)
	case d.Equirectangular && !container.KeepsSurface(format):
		reason := t.Container.Name + " has no place for a projection that players know"
		return p.cannotSay("Projection", p.Config.Projection, reason, id, container.KeepsSurface)
	case d.Stereo != astiavx.NoStereo && !codec.SignalsStereo(encoder) && !container.KeepsSurface(format):
		const reason = "neither %s nor the stream of %s can say where the pictures for two eyes are; take libx264, or " +
			"another container"
		reasonText := fmt.Sprintf(reason, t.Container.Name, encoder)
		return p.cannotSay("Stereo", p.Config.Stereo, reasonText, id, container.KeepsSurface)
	case d.OnSurface():
		return checkStrictness(t, format)
	}
	return nil
}

// cannotSay returns the error about a container that has no place for a field. It lists well-known
// containers that carry the codec and have one.
func (p *Video) cannotSay(
	field string, value any, reason string, id astiav.CodecID, keeps func(format string) bool,
) error {
	e := &fault.ConfigError{Field: field, Value: value, Reason: reason}
	for _, name := range []string{"mp4", "mov", "matroska", "webm"} {
		other, _ := astiavx.GuessContainer(name, "")
		if keeps(name) && codec.FindRefusing(id, []astiavx.Container{other}) == "" {
			e.Supported = append(e.Supported, strings.Replace(name, "matroska", "mkv", 1))
		}
	}
	return e
}

// checkStrictness returns an error for an option of the output with which the container would leave
// Projection and Stereo out.
func checkStrictness(t *Output, format string) error {
	strict := t.MuxerOptions["strict"]
	if container.TakesUnofficial(format, strict) {
		return nil
	}
	const reason = "keeps Projection and Stereo out of %s, because their boxes are no part of its standard; drop it"
	return &fault.ConfigError{Field: "FormatOptions[strict]", Value: strict, Reason: fmt.Sprintf(reason, format)}
}
