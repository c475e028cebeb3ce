package container

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Files are the names of the files that an output of many files consists of. Each name is plain, or
// a pattern with numbers as C's printf writes them: "frame-%05d.png".
type Files struct {
	Index   string   // the playlist or manifest, which names the others; "": there is none
	Headers []string // patterns of files that stay as long as there is anything to read
	Numbers string   // the pattern of segments, pictures or parts
}

// HLSFiles returns the files of an HLS playlist. A header stands before the segments of mp4.
func HLSFiles(index string, options map[string]string) Files {
	stem := cleanStem(index)
	if Inside("hls", options) == "mpegts" {
		return Files{Index: index, Numbers: stem + "-%05d.ts"}
	}
	return Files{Index: index, Headers: []string{stem + "-init.mp4"}, Numbers: stem + "-%05d.m4s"}
}

// DASHFiles returns the files of a DASH manifest. The first number is that of the stream.
func DASHFiles(index string) Files {
	stem := cleanStem(index)
	return Files{Index: index, Headers: []string{stem + "-%d-init.mp4"}, Numbers: stem + "-%d-%05d.m4s"}
}

// cleanStem returns the name of an index without its extension, for the names of its segments. In
// playlists and manifests those are part of URLs and templates, so that all characters with a
// meaning there become "_".
func cleanStem(index string) string {
	clean := func(r rune) rune {
		if strings.ContainsRune("-_.", r) || r < 0x80 && (r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z') {
			return r
		}
		return '_'
	}
	stem := strings.TrimSuffix(index, path.Ext(index))
	return strings.Map(clean, strings.TrimLeft(stem, "."))
}

// Name returns the name of the file of this number. A number that is longer than its pattern says
// is written in full.
func (f Files) Name(n int64) string {
	return number.ReplaceAllStringFunc(f.Numbers, func(m string) string {
		if m == "%%" {
			return "%"
		}
		width, _ := strconv.Atoi(number.FindStringSubmatch(m)[1]) // "" is 0
		return fmt.Sprintf("%0*d", width, n)
	})
}

// Owns says whether a name is that of one of the files.
func (f Files) Owns(name string) bool {
	if f.Index != "" && name == f.Index {
		return true
	}
	return slices.ContainsFunc(f.patterns(), func(p string) bool { return matchPattern(p, name) != nil })
}

// Ring returns what is common to the names among which the oldest is removed when there are too
// many; "": the name is not that of a segment, a picture or a part. Each stream of DASH has a ring.
func (f Files) Ring(name string) string {
	m := matchPattern(f.Numbers, name)
	if m == nil {
		return ""
	}
	return name[:m[len(m)-2]] + "%"
}

// Collide says whether a file of one output could have the name of a file of the other.
func (f Files) Collide(g Files) bool {
	return slices.ContainsFunc(f.examples(), g.Owns) || slices.ContainsFunc(g.examples(), f.Owns)
}

// Longest returns a name that is as long as any is.
func (f Files) Longest() string {
	longest := f.Index
	for _, p := range f.patterns() {
		if name := fill(p, "4294967296"); len(name) > len(longest) {
			longest = name
		}
	}
	return longest
}

// patterns returns all patterns.
func (f Files) patterns() []string {
	if f.Numbers == "" {
		return f.Headers
	}
	return append(slices.Clone(f.Headers), f.Numbers)
}

// examples returns names of the files. Where two patterns have a name in common, one of the
// examples of one of them is such a name, however many digits the patterns demand.
func (f Files) examples() []string {
	var names []string
	if f.Index != "" {
		names = append(names, f.Index)
	}
	for _, p := range f.patterns() {
		for _, digits := range []string{"0", "1", "10", "123", "00000", "12345", "0123456789", strings.Repeat("1", 99)} {
			names = append(names, fill(p, digits))
		}
	}
	return names
}

// number is a number in a pattern, %d or %05d, or a doubled "%". FFmpeg fills up with zeros in any
// case (ff_bprint_get_frame_filename in utils.c).
var number = regexp.MustCompile(`%(?:%|0*(\d?\d?)d)`)

// NumbersIn returns how many numbers a pattern has; ok is false if it has a "%" that is neither
// part of a number nor doubled.
func NumbersIn(pattern string) (n int, ok bool) {
	rest := number.ReplaceAllStringFunc(pattern, func(m string) string {
		if m != "%%" {
			n++
		}
		return ""
	})
	return n, !strings.Contains(rest, "%")
}

// fill writes digits for each number of a pattern.
func fill(pattern, digits string) string {
	return number.ReplaceAllStringFunc(pattern, func(m string) string {
		if m == "%%" {
			return "%"
		}
		return digits
	})
}

// matchPattern returns where the numbers of a pattern are in a name, as regexp's
// FindStringSubmatchIndex does; nil if the name does not have the pattern.
func matchPattern(pattern, name string) []int {
	if pattern == "" {
		return nil
	}
	expression, end := "^", 0
	for _, m := range number.FindAllStringSubmatchIndex(pattern, -1) {
		expression += regexp.QuoteMeta(pattern[end:m[0]])
		end = m[1]
		if pattern[m[0]:m[1]] == "%%" {
			expression += "%"
			continue
		}
		width, _ := strconv.Atoi(pattern[m[2]:m[3]]) // "" is 0
		expression += fmt.Sprintf(`(\d{%d,})`, max(1, width))
	}
	return regexp.MustCompile(expression + regexp.QuoteMeta(pattern[end:]) + "$").FindStringSubmatchIndex(name)
}
