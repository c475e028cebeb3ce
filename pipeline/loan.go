package pipeline

import "sync"

// Loan counts the lent pictures of one call: how many still wait, and whether the caller still
// waits for them.
type Loan struct {
	mu       sync.Mutex
	idle     sync.Cond // reading == 0
	left     int       // not read or withdrawn yet
	reading  int
	read     int
	recalled bool
	done     chan struct{} // receives when none is left
}

// NewLoan returns a loan of n pictures, n > 0.
func NewLoan(n int) *Loan {
	l := &Loan{left: n, done: make(chan struct{}, 1)}
	l.idle.L = &l.mu
	return l
}

// Renew makes a loan with no picture left a loan of n pictures. False: pictures are still on their
// way, and the loan does not change.
func (l *Loan) Renew(n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left > 0 {
		return false
	}
	select {
	case <-l.done:
	default:
	}
	l.left, l.read, l.recalled = n, 0, false
	return true
}

// Done delivers once, when every picture has been read or withdrawn.
func (l *Loan) Done() <-chan struct{} { return l.done }

// Recall takes back the pictures that no node reads yet, waits for those that are being read, and
// returns how many were read. When it has returned, the engine no longer touches the memory.
func (l *Loan) Recall() (read int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.recalled = true
	for l.reading > 0 {
		l.idle.Wait()
	}
	return l.read
}

func (l *Loan) take() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.recalled {
		return false
	}
	l.reading++
	return true
}

func (l *Loan) settle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.read++
	l.reading--
	if l.reading == 0 {
		l.idle.Broadcast()
	}
	l.leave()
}

func (l *Loan) withdraw() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leave()
}

func (l *Loan) leave() {
	l.left--
	if l.left == 0 {
		l.done <- struct{}{}
	}
}
