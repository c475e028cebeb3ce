package wholefile

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
)

// A temporary name consists of ".", the name without its extension, ".tmp-", 16 hexadecimal
// digits and the extension.
const (
	mark        = ".tmp-"
	digits      = 16
	longestName = 255 // bytes; the limit of all common file systems
)

var temporaryName = regexp.MustCompile(`^\.(.*)` + mark + `[0-9a-f]{16}(\.[^.]*)?$`)

// kind is the part that all temporary names of one path share.
type kind struct{ stem, extension string }

// kindOf returns the kind of the temporary names of path.
func kindOf(path string) kind {
	base := filepath.Base(path)
	extension := filepath.Ext(base)
	stem := strings.TrimSuffix(base, extension)
	most := longestName - len(".") - len(mark) - digits - len(extension)
	if len(stem) > most {
		stem = strings.ToValidUTF8(stem[:max(0, most)], "")
	}
	return kind{stem, extension}
}

// newName returns a random temporary name for path.
func newName(path string) string {
	k := kindOf(path)
	return filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s%s%016x%s", k.stem, mark, rand.Uint64(), k.extension))
}

// parse returns the kind of a temporary name; false: it is not one.
func parse(name string) (kind, bool) {
	match := temporaryName.FindStringSubmatch(name)
	if match == nil {
		return kind{}, false
	}
	return kind{match[1], match[2]}, true
}

// NameOf returns the name that a file gets when it is complete, if name is a temporary name. The
// name is cut short if it is very long.
func NameOf(name string) (complete string, ok bool) {
	k, ok := parse(name)
	return k.stem + k.extension, ok
}
