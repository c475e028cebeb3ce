package pipeline

// CueClock is how many units the times of a Cue have in a second.
const CueClock = 90_000

// Cue is a text on its way into a graph, and when it is shown. It is plain text: no character in it
// has another meaning.
type Cue struct {
	Start, End int64 // in units of 1/CueClock s
	Text       string
}
