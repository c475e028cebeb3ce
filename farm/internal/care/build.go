package care

import (
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
)

// encoders are those whose libraries tell their version.
func encoders() []string { return []string{"libx265", "libaom-av1", "libvpx", "libsvtav1"} }

// Build returns a short name of what makes the packets here: the version of the program, of avloom,
// of FFmpeg and of the encoders, and the kind of processor. Equal builds make equal packets. x264
// is the version of that encoder, which its library does not tell.
func Build(program, x264 string) string {
	parts := []string{program, x264, avloom(), astiavx.LibraryVersions(), runtime.GOARCH}
	for _, e := range encoders() {
		parts = append(parts, e+" "+astiavx.EncoderVersion(e))
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:6])
}

// avloom returns the version of avloom's module in this program. A working copy has none.
func avloom() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path == "github.com/avloom/avloom" {
			return m.Version + " " + m.Sum
		}
	}
	return ""
}
