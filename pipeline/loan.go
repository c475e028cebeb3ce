package pipeline

import (
	"sync"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// Borrowed is one picture in memory that belongs to somebody else, who waits until it has been read or takes it back.
type Borrowed struct {
	Format  astiav.PixelFormat
	Planes  [4]unsafe.Pointer // pinned by the lender for as long as the loan lasts
	Strides [4]int            // bytes per row
	Loan    *Loan
}

// Take claims the picture for reading. False: its owner has taken it back. The engine asks this just before it calls the node;
// the node must then call Settle when it has read the picture, even if it fails or panics, for the owner waits for that.
func (b Borrowed) Take() bool { return b.Loan.take() }

// Settle says that the picture has been read.
func (b Borrowed) Settle() { b.Loan.settle() }

// Withdraw says that the picture will not be read.
func (b Borrowed) Withdraw() { b.Loan.withdraw() }

// Loan is what the pictures of one call have in common: how many still wait, and whether the caller still waits for them.
type Loan struct {
	mu       sync.Mutex
	idle     sync.Cond // reading == 0
	left     int       // neither read nor withdrawn
	reading  int
	read     int
	recalled bool
	done     chan struct{} // closed when none is left
}

// NewLoan returns a loan of n pictures, n > 0.
func NewLoan(n int) *Loan {
	l := &Loan{left: n, done: make(chan struct{})}
	l.idle.L = &l.mu
	return l
}

// Done is closed when every picture has been read or withdrawn.
func (l *Loan) Done() <-chan struct{} { return l.done }

// Recall takes back what nobody reads yet, waits for the pictures that are being read, and returns how many were read. After it
// nobody touches the memory.
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
	if l.reading--; l.reading == 0 {
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
	if l.left--; l.left == 0 {
		close(l.done)
	}
}
