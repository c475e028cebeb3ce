package pipeline

import (
	"context"
	"hash/fnv"
)

// rule says what a processor makes of an item.
type rule struct {
	kind ruleKind
	held int // how many items it holds back
}

type ruleKind int

const (
	passes ruleKind = iota
	filters
	multiplies
	ruleKinds
)

// apply returns the keys of what becomes of an item.
func (r rule) apply(key string) (out []string) {
	n := 1
	switch r.kind {
	case filters:
		n = min(1, hash(key)%3)
	case multiplies:
		n = hash(key) % 4
	}
	for i := range n {
		out = append(out, key+string(rune('a'+i)))
	}
	return out
}

// withdrawn says whether the owner of an item withdraws it while it waits.
func withdrawn(key string) bool { return hash("withdrawn"+key)%8 == 0 }

func hash(key string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return int(h.Sum32() >> 8)
}

// simProcessor follows a rule.
type simProcessor struct {
	simNode
	rule rule
	out  *tally
	held []string
}

func (p *simProcessor) Process(_ context.Context, in int, emit Emit[int]) error {
	key := p.world.process(in)
	return p.call("Process", func() error {
		p.held = append(p.held, p.rule.apply(key)...)
		return p.emit(emit, p.rule.held)
	})
}

func (p *simProcessor) Flush(ctx context.Context, emit Emit[int]) error {
	return p.flush(ctx, func() error { return p.emit(emit, 0) })
}

// emit sends on all but the last keep items.
func (p *simProcessor) emit(emit Emit[int], keep int) error {
	for len(p.held) > keep {
		key := p.held[0]
		p.held = p.held[1:]
		if err := p.world.give(p.out, key, emit); err != nil {
			return err
		}
		p.pause()
	}
	return nil
}
