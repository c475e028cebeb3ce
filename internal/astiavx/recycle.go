package astiavx

import (
	"sync"

	"github.com/asticode/go-astiav"
)

// FrameShelf keeps frames without a buffer for the next use, so that a stream of frames allocates none. It never blocks, and it outlives its
// Close until the last frame has come back.
type FrameShelf struct{ shelf[*astiav.Frame] }

// Get returns a frame without a buffer.
func (s *FrameShelf) Get() *astiav.Frame {
	if f, ok := s.take(); ok {
		return f
	}
	return NewFrame()
}

// Put takes a frame over, and lets go what it refers to.
func (s *FrameShelf) Put(f *astiav.Frame) {
	f.Unref()
	if !s.keep(f) {
		FreeFrame(f)
	}
}

// Close frees the frames that are kept.
func (s *FrameShelf) Close() { s.clear(FreeFrame) }

// PacketShelf does the same for packets without data.
type PacketShelf struct{ shelf[*astiav.Packet] }

// Get returns a packet without data.
func (s *PacketShelf) Get() *astiav.Packet {
	if p, ok := s.take(); ok {
		return p
	}
	return NewPacket()
}

// Put takes a packet over, and lets go what it refers to.
func (s *PacketShelf) Put(p *astiav.Packet) {
	p.Unref()
	if !s.keep(p) {
		FreePacket(p)
	}
}

// Close frees the packets that are kept.
func (s *PacketShelf) Close() { s.clear(FreePacket) }

// shelf is a free list.
type shelf[T any] struct {
	mu     sync.Mutex
	kept   []T
	closed bool
}

func (s *shelf[T]) take() (v T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.kept) - 1
	if last < 0 {
		return v, false
	}
	v, s.kept = s.kept[last], s.kept[:last]
	return v, true
}

func (s *shelf[T]) keep(v T) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.kept = append(s.kept, v)
	}
	return !s.closed
}

func (s *shelf[T]) clear(free func(T)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, v := range s.kept {
		free(v)
	}
	s.kept = nil
}
