// Package pace estimates how long the rest of many jobs takes, from those that have ended.
package pace

import "time"

// Pace estimates how long the jobs that have not ended will take. Its zero value is ready. A job is
// any value that can be a key.
type Pace struct {
	began   map[any]time.Time // of the jobs that run
	first   time.Time         // when the first job began
	asked   int               // jobs of this shard that have begun
	passed  int               // jobs of other shards
	all     bool              // no further job will begin
	ended   int               // jobs that have ended, the skipped ones too
	busy    time.Duration     // for which all jobs that have ended ran
	made    int               // jobs that have ended and were not skipped
	working time.Duration     // for which those ran
}

// Begin notes that a job begins.
func (p *Pace) Begin(job any, now time.Time) {
	if p.asked == 0 {
		p.first, p.began = now, map[any]time.Time{}
	}
	p.asked++
	p.began[job] = now
}

// Pass notes a job that others do.
func (p *Pace) Pass() { p.passed++ }

// Complete notes that no further job will begin.
func (p *Pace) Complete() { p.all = true }

// End notes that a job ends. Skipped ones took no time that tells anything of others.
func (p *Pace) End(job any, skipped bool, now time.Time) {
	took := now.Sub(p.began[job])
	delete(p.began, job)
	p.ended++
	p.busy += took
	if !skipped {
		p.made++
		p.working += took
	}
}

// Total returns how many jobs this one of so many shards has, if there are that many jobs in all.
// Not all of the jobs are known, so it takes for granted that the shard has its part of the rest.
// 0: not known.
func (p *Pace) Total(jobs, shards int) int {
	rest := max(0, jobs-p.asked-p.passed)
	switch {
	case p.all:
		return p.asked
	case jobs == 0:
		return 0
	default:
		return p.asked + rest/max(1, shards)
	}
}

// Left returns how long the rest of so many jobs takes; 0: that is not known, or nothing is left. A
// job is expected to take as long as the mean of those that were not skipped, and as many jobs to
// run at a time as have done so far.
func (p *Pace) Left(total int, now time.Time) time.Duration {
	if p.made == 0 || p.ended >= total {
		return 0
	}
	mean := p.working / time.Duration(p.made)
	busy, done, youngest := p.busy, time.Duration(0), mean
	for _, began := range p.began {
		age := now.Sub(began)
		busy += age
		done += min(age, mean)
		youngest = min(youngest, age)
	}
	rest := total - p.ended
	longest := mean // of the jobs that are left, at the least
	if rest == len(p.began) {
		longest = mean - youngest
	}
	atATime := float64(busy) / float64(max(1, now.Sub(p.first)))
	work := float64(time.Duration(rest)*mean - done)
	return max(longest, time.Duration(work/max(atATime, 1e-9)))
}
