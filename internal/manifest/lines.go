package manifest

import (
	"bufio"
	"io"
	"iter"
	"math"
)

// longest is the length that a line may have, in bytes. A line of a job has a few thousand.
const longest = 16 << 20

// Lines reads all lines from the first on, those that other processes append meanwhile too. Torn
// lines are among them. A slice is valid until the next one. After an error there are no more.
func (f *File) Lines() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		lines := bufio.NewScanner(io.NewSectionReader(f.file, 0, math.MaxInt64))
		lines.Buffer(nil, longest)
		for lines.Scan() {
			if !yield(lines.Bytes(), nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(nil, err)
		}
	}
}
