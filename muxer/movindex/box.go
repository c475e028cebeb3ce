package movindex

import (
	"encoding/binary"
	"fmt"
)

// headerSize is how many bytes the size and the kind of a box take.
const headerSize = 8

// box is a box in the bytes of an index, with its header.
type box []byte

// kind returns the four letters of the box.
func (b box) kind() string { return string(b[4:headerSize]) }

// body returns what follows the header.
func (b box) body() []byte { return b[headerSize:] }

// hide makes readers pass over the box and all that is in it.
func (b box) hide() { copy(b[4:headerSize], "free") }

// split returns the boxes that follow one another in some bytes.
func split(bytes []byte) (all []box, err error) {
	for len(bytes) > 0 {
		size := uint64(0)
		if len(bytes) >= headerSize {
			size = uint64(binary.BigEndian.Uint32(bytes))
		}
		if size < headerSize || size > uint64(len(bytes)) {
			return nil, fmt.Errorf("a box of %d bytes in the last %d bytes of another one", size, len(bytes))
		}
		all = append(all, box(bytes[:size]))
		bytes = bytes[size:]
	}
	return all, nil
}

// find returns the first box of a kind; nil: there is none.
func find(boxes []box, kind string) box {
	for _, b := range boxes {
		if b.kind() == kind {
			return b
		}
	}
	return nil
}

// make returns a box of parts.
func makeBox(kind string, parts ...[]byte) box {
	b := append(make([]byte, 4, headerSize), kind...)
	for _, p := range parts {
		b = append(b, p...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

// bits32 and the others return numbers as boxes hold them.
func bits32(numbers ...uint32) (b []byte) {
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

func bits64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
