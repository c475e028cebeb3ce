package capacity

import "time"

// budget divides the time among the rows.
type budget struct {
	whole    time.Duration // 0: no limit
	least    time.Duration // of a row
	begin    time.Time
	deadline time.Time
}

// newBudget returns a budget that begins now.
func newBudget(now time.Time, whole, least time.Duration) *budget {
	return &budget{whole: whole, least: least, begin: now, deadline: now.Add(whole)}
}

// row returns until when the next row may take, if so many rows are left. ok is false if there is
// no time for it.
func (b *budget) row(now time.Time, left int) (until time.Time, ok bool) {
	if b.whole == 0 {
		return now.Add(time.Hour), true
	}
	rest := b.deadline.Sub(now)
	rows := min(int(rest/b.least), left)
	if rows < 1 {
		return now, false
	}
	return now.Add(rest / time.Duration(rows)), true
}

// need returns the budget with which the rows that are left would have had their time, as a round
// duration.
func (b *budget) need(now time.Time, left int) time.Duration {
	const round = 10 * time.Second
	return (now.Sub(b.begin) + time.Duration(left)*b.least + round).Truncate(round)
}
