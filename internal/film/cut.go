package film

import (
	"fmt"
	"strconv"
)

// Cut says into which chunks a film is cut. The last one may be shorter.
type Cut struct {
	Frames int // of the film
	Chunk  int // of a chunk
}

// Chunks returns the number of chunks.
func (c Cut) Chunks() int { return (c.Frames-1)/c.Chunk + 1 }

// At returns a chunk.
func (c Cut) At(index int) Chunk {
	from := index * c.Chunk
	return Chunk{Index: index, From: from, Frames: min(c.Chunk, c.Frames-from)}
}

// named returns the chunk whose file has this name; false: there is none.
func (c Cut) named(name string) (Chunk, bool) {
	index, err := strconv.Atoi(name)
	if err != nil || index < 0 || index >= c.Chunks() {
		return Chunk{}, false
	}
	chunk := c.At(index)
	return chunk, chunk.Name() == name
}

// Chunk is a piece of a film.
type Chunk struct {
	Index  int
	From   int // the number of its first frame in the film
	Frames int
}

// Name returns the name of the chunk's file in its folder.
func (c Chunk) Name() string { return fmt.Sprintf("%05d", c.Index) }

// ID names the frames of the chunk.
func (c Chunk) ID() string { return fmt.Sprintf("frames %d-%d", c.From, c.From+c.Frames-1) }

// String names the chunk in errors.
func (c Chunk) String() string {
	if c.Frames == 1 {
		return fmt.Sprintf("chunk %d, frame %d", c.Index, c.From)
	}
	return fmt.Sprintf("chunk %d, frames %d to %d", c.Index, c.From, c.From+c.Frames-1)
}
