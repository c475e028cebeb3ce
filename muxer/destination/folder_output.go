package destination

import "github.com/avloom/avloom/internal/astiavx"

// fileInFolder is a file in a folder that FFmpeg writes to and seeks in.
type fileInFolder struct {
	dst      *Destination
	file     StoredFile
	name     string
	position int64
	end      int64 // the furthest offset that was written
}

// Write writes p to the file.
func (f *fileInFolder) Write(p []byte) (n int, err error) {
	err = f.dst.act(func() error {
		n, err = f.file.Write(p)
		f.position += int64(n)
		if more := f.position - f.end; more > 0 {
			f.end += more
			f.dst.end.Add(more)
		}
		return err
	})
	return n, err
}

// Seek moves to an offset of the file, or returns its size if whence is astiavx.SeekSize.
func (f *fileInFolder) Seek(offset int64, whence int) (int64, error) {
	if whence == astiavx.SeekSize {
		return f.end, nil
	}
	err := f.dst.act(func() (err error) {
		f.position, err = f.file.Seek(offset, whence)
		return err
	})
	return f.position, err
}
