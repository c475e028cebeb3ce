package depot

import "fmt"

// OtherError says that another file is under a key, which stays.
type OtherError struct {
	Key         string
	Bytes, Ours int64 // sizes of the file that is there, and of the one that was to be put
}

// Error says what to do.
func (e *OtherError) Error() string {
	return fmt.Sprintf("%s is in the store with other content (%d bytes; this file has %d), and is not replaced: "+
		"remove it, give the job another Path, or set Resume to skip jobs whose files are there", e.Key, e.Bytes, e.Ours)
}
