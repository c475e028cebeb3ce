package film

import (
	"crypto/sha256"
	"encoding/binary"
)

// Fingerprint tells packets that were made in one way from those that were made in another.
type Fingerprint [sha256.Size]byte

// NewFingerprint returns the fingerprint of what was made with these settings, in this order.
func NewFingerprint(settings ...string) (f Fingerprint) {
	h := sha256.New()
	for _, s := range settings {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(s))))
		h.Write([]byte(s))
	}
	h.Sum(f[:0])
	return f
}
