package api

import "sync"

// partProgress counts the frames of a part.
type partProgress struct {
	mu             sync.Mutex
	drawn, encoded int
	tell           func(drawn, encoded int)
}

func (p *partProgress) addDrawn() { p.add(1, 0) }

func (p *partProgress) addEncoded() { p.add(0, 1) }

func (p *partProgress) add(drawn, encoded int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drawn += drawn
	p.encoded += encoded
	p.tell(p.drawn, p.encoded)
}
