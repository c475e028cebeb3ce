package destination

import (
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// seekable returns w as a seeker, and its present offset; nil if w has to be written from front to
// back.
func seekable(w io.Writer) (seeker io.Seeker, offset int64) {
	seeker, ok := w.(io.Seeker)
	if !ok || appends(w) {
		return nil, 0
	}
	if f, ok := w.(interface{ Stat() (os.FileInfo, error) }); ok {
		if info, err := f.Stat(); err == nil && !keepsOffset(info) {
			return nil, 0
		}
	}
	offset, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil || offset < 0 {
		return nil, 0
	}
	return seeker, offset
}

// appends says whether w is a file that was opened with O_APPEND. The system writes all bytes to
// its end, wherever a seek has moved the offset.
func appends(w io.Writer) bool {
	f, ok := w.(syscall.Conn)
	if !ok {
		return false
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return false
	}
	var flags int
	err = conn.Control(func(fd uintptr) { flags, _ = unix.FcntlInt(fd, unix.F_GETFL, 0) })
	return err == nil && flags&unix.O_APPEND != 0
}

// keepsOffset says whether a file of this kind can be sought in. A character device such as
// /dev/null or a terminal accepts every seek, but keeps no offset.
func keepsOffset(info os.FileInfo) bool {
	switch info.Mode().Type() {
	case 0, os.ModeDevice: // a regular file, a disk
		return true
	default:
		return false
	}
}
