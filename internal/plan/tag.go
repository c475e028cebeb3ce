package plan

import (
	"fmt"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// checkTag returns an error for a tag that is not four printable ASCII characters.
func (p *Video) checkTag() error {
	tag := p.Config.Tag
	odd := strings.ContainsFunc(tag, func(r rune) bool { return r < ' ' || r > '~' })
	if tag == "" || len(tag) == 4 && !odd {
		return nil
	}
	return p.tagError(`must be four letters or digits, such as "hvc1"; "" means the tag that most players take`)
}

// tagError returns an error about the config's tag.
func (p *Video) tagError(reason string, supported ...string) error {
	return &fault.ConfigError{Field: "Tag", Value: p.Config.Tag, Reason: reason, Supported: supported}
}

// CheckTagIn returns an error for a tag that a container does not take for the codec, or for which
// none of the containers has a place.
func (p *Video) CheckTagIn(codec *astiav.Codec, containers []astiavx.Container) error {
	if p.Config.Tag == "" || len(containers) == 0 {
		return nil
	}
	name, hasPlace := codec.ID().Name(), false
	for _, c := range containers {
		if !container.HasCodecTags(c.Streams()) {
			continue
		}
		hasPlace = true
		if container.TakesCodecTag(c.Streams(), codec.ID(), p.Config.Tag) {
			continue
		}
		tags, choosable := container.CodecTags(c.Streams(), codec.ID())
		if !choosable {
			const text = `FFmpeg chooses the tag of %s in %s by the properties of the pictures; set it to ""`
			return p.tagError(fmt.Sprintf(text, name, c.Name), tags...)
		}
		return p.tagError(fmt.Sprintf("%s has no such tag for %s", c.Name, name), tags...)
	}
	if !hasPlace {
		reason := containers[0].Name + " has no codec tags to choose; drop it, or take a container that has"
		return p.tagError(reason, "mp4", "mov", "avi")
	}
	return nil
}
