package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/subtitle"
	"github.com/avloom/avloom/muxer/container"
)

// SubtitleConfig is the configuration of a stream of subtitles. Its fields are those of
// api.SubtitleConfig.
type SubtitleConfig struct {
	Codec       string
	Metadata    map[string]string
	Disposition []string
}

// Subtitles is a SubtitleConfig that has been checked as far as possible without a container. It
// never changes.
type Subtitles struct {
	Config SubtitleConfig
	codec  *subtitle.Codec // nil: each container gets its usual one
}

// subtitleAliases have avloom's name for other names of a codec of text.
var subtitleAliases = map[string]string{
	"srt": "subrip", "text": "subrip", "vtt": "webvtt", "tx3g": "mov_text", "ttxt": "mov_text", "ssa": "ass",
}

// NewSubtitles plans a stream of subtitles. It returns an error for everything that is wrong with
// the config and that can be found without a container.
func NewSubtitles(cfg SubtitleConfig) (*Subtitles, error) {
	cfg.Metadata, cfg.Disposition = maps.Clone(cfg.Metadata), slices.Clone(cfg.Disposition)
	p := &Subtitles{Config: cfg, codec: subtitle.Find(cfg.Codec)}
	if cfg.Codec != "" && p.codec == nil {
		reason := "is no codec of text that avloom writes"
		if usual, ok := subtitleAliases[strings.ToLower(cfg.Codec)]; ok {
			reason += fmt.Sprintf("; did you mean %q?", usual)
		} else {
			reason += fault.DidYouMean(cfg.Codec, subtitle.Names())
		}
		return nil, &fault.ConfigError{Field: "Codec", Value: cfg.Codec, Reason: reason, Supported: subtitle.Names()}
	}
	return p, checkWords(astiav.MediaTypeSubtitle, cfg.Metadata, cfg.Disposition)
}

// CodecFor returns the codec in which a container gets the text: the one that the config names, or
// the container's usual one.
func (p *Subtitles) CodecFor(format string) (*subtitle.Codec, error) {
	names := container.SubtitleCodecs(format)
	if len(names) > 0 && p.codec == nil {
		return subtitle.Find(names[0]), nil
	}
	if p.codec != nil && slices.Contains(names, p.codec.Name) {
		return p.codec, nil
	}
	return nil, p.cannotCarry(format, names)
}

// CodecForLate returns the codec in which a container of an output gets the text that joins a run.
// It holds every cue that keeps the rules that the run has checked so far.
func (p *Subtitles) CodecForLate(format string, checked subtitle.Rules) (*subtitle.Codec, error) {
	codec, err := p.CodecFor(format)
	if err != nil || checked.Include(codec.Rules) {
		return codec, err
	}
	for _, name := range container.SubtitleCodecs(format) {
		if other := subtitle.Find(name); p.codec == nil && checked.Include(other.Rules) {
			return other, nil
		}
	}
	const text = "%s would hold the cues as %s, which does not hold every cue that this run accepts; " +
		"name that codec when you add the stream, or open with such an output"
	reason := fmt.Sprintf(text, format, codec.Name)
	return nil, &fault.ConfigError{Field: "Codec", Value: p.Config.Codec, Reason: reason}
}

// cannotCarry returns the error about a container that does not carry the text, or not as the
// config names it. It lists what would do.
func (p *Subtitles) cannotCarry(format string, names []string) error {
	e := &fault.ConfigError{Field: "Codec", Value: p.Config.Codec, Supported: names}
	carriers := func(codec string) string { return strings.Join(container.SubtitleContainers(codec), ", ") }
	switch {
	case p.codec == nil:
		e.Field, e.Value, e.Supported = "Format", format, container.SubtitleContainers("")
		e.Reason = "carries no subtitles; take one of these containers"
	case len(names) == 0:
		e.Reason = fmt.Sprintf("%s carries no subtitles; these containers carry %s: %s",
			format, p.codec.Name, carriers(p.codec.Name))
	default:
		e.Reason = fmt.Sprintf("%s does not carry %s; take another container (%s), or one of these codecs",
			format, p.codec.Name, carriers(p.codec.Name))
	}
	return e
}
