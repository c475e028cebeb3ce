package container

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// ChapterWay says how chapters get into a container.
type ChapterWay int

// The ways.
const (
	NoChapters          ChapterWay = iota
	ChaptersInHeader               // FFmpeg's muxer writes them with its header, or from what it had then
	ChaptersAsTags                 // as the comments CHAPTER000 and CHAPTER000NAME
	ChaptersInIndex                // of a mov file, which package muxer writes
	ChaptersInList                 // of a mov file (chpl), which FFmpeg's muxer writes with its index
	ChaptersWithTrailer            // FFmpeg's mov muxer writes them in both forms when the file ends
)

// chapterRule says which chapters a container can hold.
type chapterRule struct {
	way       ChapterWay
	startOnly bool          // a chapter lasts until the next one, or until the file ends
	titled    bool          // a chapter needs a title
	most      int           // how many it holds; 0: any number
	longest   int           // how many bytes a title may have; 0: any number
	until     time.Duration // the latest time; 0: any
	seeks     bool          // it needs a destination that can seek
	options   map[string]string
}

// chapterRules are the containers that hold chapters.
//
// FFmpeg's muxers for Ogg and FLAC write chapters for Opus alone, and round their seconds up
// (ff_vorbiscomment_write in vorbiscomment.c). Readers know them by their comments, which are tags
// of the file. FFmpeg writes the sizes of the frames of ID3v2.4 wrongly (write_chapter in
// id3v2enc.c), but those of 2.3 right.
var chapterRules = map[string]chapterRule{
	"mp4": movChapters, "mov": movChapters, "ipod": movChapters,
	"3gp": chapterList, "3g2": chapterList, "f4v": chapterList,
	"matroska": {way: ChaptersInHeader}, "webm": {way: ChaptersInHeader}, "nut": {way: ChaptersInHeader},
	"mp3":  id3Chapters(map[string]string{"id3v2_version": "3"}),
	"aiff": id3Chapters(map[string]string{"id3v2_version": "3", "write_id3v2": "1"}),
	"asf":  {way: ChaptersInHeader, startOnly: true, longest: 32000, seeks: true}, // asf_write_markers in asfenc.c
	"ogg":  commentChapters, "oga": commentChapters, "ogv": commentChapters, "opus": commentChapters,
	"spx": commentChapters, "flac": commentChapters,
}

var (
	movChapters     = chapterRule{way: ChaptersInIndex, startOnly: true, longest: math.MaxUint16}
	chapterList     = chapterRule{way: ChaptersInList, startOnly: true, most: 255, longest: 255}
	commentChapters = chapterRule{way: ChaptersAsTags, startOnly: true, most: 1000, until: 100 * time.Hour}
)

// id3Chapters returns the rule of containers with ID3 tags, whose times have 32 bits.
func id3Chapters(options map[string]string) chapterRule {
	return chapterRule{
		way: ChaptersInHeader, titled: true, most: 255, longest: math.MaxUint16, until: math.MaxUint32 * time.Millisecond,
		options: options,
	}
}

// withChapters are the containers that hold chapters, as people call them, the usual ones first.
var withChapters = []string{
	"mp4", "mov", "m4a", "mkv", "webm", "mp3", "ogg", "oga", "ogv", "opus", "spx", "flac",
	"aiff", "asf", "nut", "3gp", "3g2", "f4v",
}

// chapterRuleOf returns the rule for a container that is written with these options. A mov file
// that is written from front to back gets the list alone: its index is written when only the first
// packets are known.
func chapterRuleOf(format string, options map[string]string, canSeek bool) chapterRule {
	rule := chapterRules[format]
	switch {
	case rule.way != ChaptersInIndex:
	case !canSeek:
		return chapterList
	case setsLayout(options):
		rule.way = ChaptersWithTrailer
	}
	return rule
}

// WayOfChapters says how chapters get into a file of this container.
func (s Spec) WayOfChapters() ChapterWay { return chapterRuleOf(s.Format, s.Options, s.CanSeek).way }

// EndsOfChaptersLost says whether the container does not keep where a chapter ends.
func EndsOfChaptersLost(format string) bool { return chapterRules[format].startOnly }

// WithChapters returns the containers that hold chapters, as people call them.
func WithChapters() []string { return slices.Clone(withChapters) }

// LeavesListOut says whether the program's options leave the list of chapters out of a mov file.
func LeavesListOut(options map[string]string) bool {
	return hasFlag(options["movflags"], "disable_chpl")
}

// checkChapters finds the first chapter that a container cannot hold.
func (x Extras) checkChapters(format string, options map[string]string, canSeek bool) *ExtraError {
	if len(x.Chapters) == 0 {
		return nil
	}
	fail := func(text string, args ...any) *ExtraError {
		return &ExtraError{Option: "Chapters", Reason: fmt.Sprintf(text, args...)}
	}
	rule := chapterRuleOf(format, options, canSeek)
	name, value := conflicting(options, rule.options)
	last := x.Chapters[len(x.Chapters)-1]
	longest := slices.MaxFunc(x.Chapters, func(a, b Chapter) int { return len(a.Title) - len(b.Title) })
	switch {
	case rule.way == NoChapters:
		e := fail("%s holds no chapters", format)
		e.Others = withChapters
		return e
	case IsMovFamily(format) && isFragmented(options):
		return fail("the options of the muxer cut the file into fragments, in which FFmpeg writes no chapters; " +
			"leave those options out")
	case rule.seeks && !canSeek:
		return fail("%s holds chapters only if it is written to a destination that can seek", format)
	case name != "":
		return fail("%s needs FormatOptions[%s] to be %s for chapters; leave the option out", format, name, value)
	case rule.most > 0 && len(x.Chapters) > rule.most:
		return fail("%s holds at most %d chapters here, and these are %d", format, rule.most, len(x.Chapters))
	case rule.longest > 0 && len(longest.Title) > rule.longest:
		return fail("a title may have at most %d bytes in %s here, and one has %d", rule.longest, format, len(longest.Title))
	case rule.titled && slices.ContainsFunc(x.Chapters, func(c Chapter) bool { return c.Title == "" }):
		return fail("each chapter needs a title in %s", format)
	case rule.until > 0 && last.End > rule.until:
		return fail("the times of chapters end at %v in %s, and one ends at %v", rule.until, format, last.End)
	case rule.way == ChaptersWithTrailer && x.Chapters[0].Start > 0:
		return fail("the first one must begin at 0 with Faststart or layout options, because FFmpeg would begin it there")
	}
	return nil
}

// ChapterTags returns chapters as the comments of Ogg and FLAC: "CHAPTER000" and "CHAPTER000NAME".
func ChapterTags(chapters []Chapter) map[string]string {
	tags := map[string]string{}
	for i, c := range chapters {
		ms := c.Start.Round(time.Millisecond).Milliseconds()
		key := fmt.Sprintf("CHAPTER%03d", i)
		tags[key] = fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3600000, ms/60000%60, ms/1000%60, ms%1000)
		tags[key+"NAME"] = c.Title
	}
	return tags
}
