package shelf

import (
	"sync"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// Frames is a shelf of frames without a buffer. Its zero value is ready, and several goroutines may
// use it at once.
type Frames struct{ list list[*astiav.Frame] }

// Get returns a frame without a buffer, from the shelf or a new one.
func (s *Frames) Get() *astiav.Frame {
	f, ok := s.list.pop()
	if !ok {
		return astiavx.NewFrame()
	}
	return f
}

// Put takes over a frame, and releases the buffer that it refers to.
func (s *Frames) Put(f *astiav.Frame) {
	f.Unref()
	if !s.list.push(f) {
		astiavx.FreeFrame(f)
	}
}

// Close frees the frames on the shelf. Frames that are put later are freed at once.
func (s *Frames) Close() { s.list.close(astiavx.FreeFrame) }

// Packets is a shelf of packets without data. Its zero value is ready, and several goroutines may
// use it at once.
type Packets struct{ list list[*astiav.Packet] }

// Get returns a packet without data, from the shelf or a new one.
func (s *Packets) Get() *astiav.Packet {
	p, ok := s.list.pop()
	if !ok {
		return astiavx.NewPacket()
	}
	return p
}

// Put takes over a packet, and releases the data that it refers to.
func (s *Packets) Put(p *astiav.Packet) {
	p.Unref()
	if !s.list.push(p) {
		astiavx.FreePacket(p)
	}
}

// Close frees the packets on the shelf. Packets that are put later are freed at once.
func (s *Packets) Close() { s.list.close(astiavx.FreePacket) }

// list is a free list.
type list[T any] struct {
	mu     sync.Mutex
	free   []T
	closed bool
}

// pop removes an object from the list; false: there is none.
func (l *list[T]) pop() (v T, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := len(l.free) - 1
	if last < 0 {
		return v, false
	}
	v, l.free = l.free[last], l.free[:last]
	return v, true
}

// push adds an object to the list; false: the list is closed, and the object stays the caller's.
func (l *list[T]) push(v T) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.free = append(l.free, v)
	}
	return !l.closed
}

func (l *list[T]) close(free func(T)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, v := range l.free {
		free(v)
	}
	l.free = nil
}
