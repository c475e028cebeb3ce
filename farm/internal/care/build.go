package care

import (
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
)

// encoders are those whose libraries tell their version. That of libx264 is a part of FFmpeg's.
func encoders() []string { return []string{"libx265", "libaom-av1", "libvpx", "libsvtav1"} }

// Build returns a short name of what makes the packets here: the version of the program, of avloom,
// of FFmpeg and of the encoders, and the kind of processor. Equal builds make equal packets.
func Build(program string) string {
	parts := []string{program, avloom(), astiavx.LibraryVersions(), runtime.GOARCH}
	for _, e := range encoders() {
		parts = append(parts, e+" "+astiavx.EncoderVersion(e))
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:6])
}

// avloom returns the version of avloom in this program: that of its module, and where there is none,
// as in a working copy, the revision.
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
