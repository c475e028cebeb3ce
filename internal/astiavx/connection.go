package astiavx

//#include <libavformat/avio.h>
import "C"

import (
	"context"
	"io"
	"sync"
	"syscall"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

var _ io.WriteCloser = (*Connection)(nil)

// Connection writes through one of FFmpeg's protocols. Go-astiav's IOContext copies what is written, and does not say whether that went well.
type Connection struct {
	io  *astiav.IOContext
	log LogSource

	mu          sync.Mutex
	interrupter *astiav.IOInterrupter // nil: closed
}

// Connect opens a URL for writing. What the protocol does not use of the options stays in the dictionary. Where ctx ends first, Connect returns soon,
// unless a name is being looked up, with the context's cause. What FFmpeg logs about it goes to the log, which may be nil.
func Connect(ctx context.Context, url string, options *astiav.Dictionary, log *Log) (*Connection, error) {
	live.New("connection")
	c := &Connection{interrupter: astiav.NewIOInterrupter(), log: logConnection(log)}
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		c.Interrupt()
		close(interrupted)
	})
	var err error
	c.log.during(func() {
		c.io, err = astiav.OpenIOContext(url, astiav.NewIOContextFlags(astiav.IOContextFlagWrite), c.interrupter, options)
	})
	if !stop() {
		<-interrupted
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = c.Close() // err has said it
		return nil, systemError(err)
	}
	return c, nil
}

// PacketSize is how many bytes at most the protocol sends as one; 0: it has no packets.
func (c *Connection) PacketSize() int { return int(c.av().max_packet_size) }

// Write sends p at once. What it returned an error for may have been sent in part.
func (c *Connection) Write(p []byte) (int, error) {
	av := c.av()
	c.log.during(func() {
		C.avio_write(av, (*C.uchar)(unsafe.SliceData(p)), C.int(len(p)))
		C.avio_flush(av)
	})
	if av.error < 0 {
		return 0, systemError(astiav.Error(av.error))
	}
	return len(p), nil
}

// Interrupt makes the call that is under way return, and those after it. It may be called at any time, also after Close.
func (c *Connection) Interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.interrupter != nil {
		c.interrupter.Interrupt()
	}
}

// Close says to the other side what the protocol says at the end, unless it was interrupted, and closes the connection. A second Close does nothing.
func (c *Connection) Close() error {
	var err error
	if c.io != nil {
		c.log.during(func() { err = c.io.Close() })
		c.io = nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.interrupter != nil {
		c.interrupter.Free()
		c.interrupter = nil
		c.log.Remove()
		live.Freed("connection")
	}
	return systemError(err)
}

func (c *Connection) av() *C.AVIOContext { return (*C.AVIOContext)(cPointer(c.io)) }

// systemError turns what FFmpeg calls an error of the system into that error, so that errors.Is finds it.
func systemError(err error) error {
	code, ok := err.(astiav.Error)         //nolint:errorlint // as FFmpeg's own calls return it, not wrapped
	if !ok || code >= 0 || -code >= 4096 { // FFmpeg's own are four letters
		return err
	}
	return syscall.Errno(-code)
}
