package film

// Sound is the index of the sound among the parts of a film.
const Sound = -1

// PartError says which part of a film cannot be used, and why.
type PartError struct {
	Index int    // of the chunk, or Sound
	About string // names the part
	Err   error
}

func (e *PartError) Error() string { return e.About + ": " + e.Err.Error() }

// Unwrap returns why the part cannot be used.
func (e *PartError) Unwrap() error { return e.Err }

func chunkError(c Chunk, err error) error {
	return &PartError{Index: c.Index, About: c.String(), Err: err}
}

func soundError(err error) error { return &PartError{Index: Sound, About: "sound", Err: err} }
