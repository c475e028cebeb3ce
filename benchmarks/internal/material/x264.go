package material

import (
	"cmp"
	"io"
	"os"
	"regexp"
	"strings"
)

// X264 is what x264 writes about itself into the first packet of a stream.
type X264 struct {
	Version string            // such as "164 r3095"
	Options map[string]string // its settings, by its names for them
}

// x264Info matches the text of x264 in a file. Only builds from its repository tell the revision.
var x264Info = regexp.MustCompile(`x264 - core (\d+(?: r\d+)?)[^\x00]*? - options: ([\w =:.,()|-]+)`)

// x264Head is how many bytes at the start of a file are searched.
const x264Head = 8 << 20

// ReadX264 returns what x264 has written into a file. The Version is "" for a file that is not
// x264's.
func ReadX264(file string) (x X264, err error) {
	f, err := os.Open(file)
	if err != nil {
		return x, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	head, err := io.ReadAll(io.LimitReader(f, x264Head))
	if err != nil {
		return x, err
	}
	match := x264Info.FindSubmatch(head)
	if match == nil {
		return x, nil
	}
	x = X264{Version: string(match[1]), Options: map[string]string{}}
	for option := range strings.FieldsSeq(string(match[2])) {
		key, value, _ := strings.Cut(option, "=")
		x.Options[key] = value
	}
	return x, nil
}

// workSettings are the settings that decide how much x264 does for a picture, and how large it
// becomes. Threads are not among them.
var workSettings = []string{
	"cabac", "ref", "deblock", "analyse", "me", "subme", "mixed_ref", "me_range", "trellis", "8x8dct", "fast_pskip",
	"bframes", "b_adapt", "weightb", "weightp", "keyint", "scenecut", "rc_lookahead", "rc", "mbtree", "crf", "qcomp",
	"qpmin", "qpmax", "qpstep", "aq",
}

// Differs returns the first setting in which the work of two files differs, and its two values. The
// key is "" if there is none. A setting that one of the files does not tell is left out.
func (x X264) Differs(from X264) (key, its, theirs string) {
	for _, key := range workSettings {
		a, has := x.Options[key]
		b, had := from.Options[key]
		if has && had && a != b {
			return key, a, b
		}
	}
	// A limit of the bit rate is told only where there is one.
	a, b := x.Options[limitSetting], from.Options[limitSetting]
	if x.Version != "" && from.Version != "" && a != b {
		return limitSetting, cmp.Or(a, "none"), cmp.Or(b, "none")
	}
	return "", "", ""
}

const limitSetting = "vbv_maxrate"
