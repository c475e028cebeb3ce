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

// Connection writes through one of FFmpeg's protocols. Go-astiav's IOContext copies each write, and
// its Write returns no error.
type Connection struct {
	io  *astiav.IOContext
	log LogSource

	mu          sync.Mutex
	interrupter *astiav.IOInterrupter // nil: closed
}

// Connect opens a URL for writing. Options that the protocol does not use stay in the dictionary.
// FFmpeg's lines about the connection go to the log, which may be nil. If ctx ends first, Connect
// returns its cause soon; only the lookup of a name cannot be interrupted. Close frees the
// connection.
func Connect(ctx context.Context, url string, options *astiav.Dictionary, log *Log) (*Connection, error) {
	live.New("connection")
	c := &Connection{interrupter: astiav.NewIOInterrupter(), log: logConnection(log)}
	flags := astiav.NewIOContextFlags(astiav.IOContextFlagWrite)
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		c.Interrupt()
		close(interrupted)
	})
	var err error
	c.log.during(func() {
		c.io, err = astiav.OpenIOContext(url, flags, c.interrupter, options)
	})
	if !stop() {
		<-interrupted
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = c.Close() // err is the reason
		return nil, systemError(err)
	}
	return c, nil
}

// PacketSize returns the largest number of bytes that the protocol sends in one packet; 0: it has
// no packets.
func (c *Connection) PacketSize() int { return int(c.av().max_packet_size) }

// Write sends p at once. If it returns an error, a part of p may have been sent.
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

// Interrupt makes the running call return, and every later call. It may be called at any time, also
// after Close.
func (c *Connection) Interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.interrupter != nil {
		c.interrupter.Interrupt()
	}
}

// Close ends the connection as the protocol prescribes, unless it was interrupted, and frees it. A
// second Close does nothing.
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

// systemError turns FFmpeg's code for an error of the system into that error, which errors.Is
// finds. FFmpeg's own codes are made of four letters, and are larger.
func systemError(err error) error {
	code, ok := err.(astiav.Error) //nolint:errorlint // go-astiav does not wrap it
	if !ok || code >= 0 || -code >= 4096 {
		return err
	}
	return syscall.Errno(-code)
}
