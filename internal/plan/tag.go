package plan

import (
	"fmt"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// checkTag refuses what cannot be the four letters of a codec.
func (p *Video) checkTag() error {
	tag := p.Config.Tag
	odd := strings.ContainsFunc(tag, func(r rune) bool { return r < ' ' || r > '~' })
	if tag == "" || len(tag) == 4 && !odd {
		return nil
	}
	return &fault.ConfigError{
		Field:  "Tag",
		Value:  tag,
		Reason: `must be four letters or digits, such as "hvc1"; "" means what most players take`,
	}
}

// CheckTagIn refuses a tag that a container does not take for the codec, or that none of the
// containers has a place for.
func (p *Video) CheckTagIn(codec *astiav.Codec, containers []astiavx.Container) error {
	if p.Config.Tag == "" || len(containers) == 0 {
		return nil
	}
	name, placed := codec.ID().Name(), false
	for _, c := range containers {
		if !container.HasCodecTags(c.Name) {
			continue
		}
		placed = true
		if container.TakesCodecTag(c.Name, codec.ID(), p.Config.Tag) {
			continue
		}
		tags, choosable := container.CodecTags(c.Name, codec.ID())
		e := &fault.ConfigError{
			Field:     "Tag",
			Value:     p.Config.Tag,
			Supported: tags,
			Reason:    fmt.Sprintf("%s does not name %s so", c.Name, name),
		}
		if !choosable {
			e.Reason = fmt.Sprintf(`FFmpeg chooses it for %s in %s, by what the pictures are; set it to ""`, name, c.Name)
		}
		return e
	}
	if !placed {
		return &fault.ConfigError{
			Field:     "Tag",
			Value:     p.Config.Tag,
			Supported: []string{"mp4", "mov", "avi"},
			Reason:    containers[0].Name + " does not name codecs by four letters of one's choice; drop it, or take a container that does",
		}
	}
	return nil
}
