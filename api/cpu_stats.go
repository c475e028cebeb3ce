package api

import "time"

// CPUStats says how much CPU time the process has used since an encoder was opened, until its run
// was over. The figures are those of the whole process: all of its encoders with FFmpeg's threads,
// and the rest of the program. Snapshots of several encoders must therefore not be added up.
//
// Used/Span cores were used on average, and Idle/Span cores were free. Both were counted over Span,
// which ends up to 20 ms before the snapshot was taken. Over less than a tenth of a second they
// tell little.
type CPUStats struct {
	// Process names the process: all of its snapshots have the same name, and no other process has it.
	Process string
	// Cores is how many cores the process may use at a time: those that it may run on, or the quota of
	// its control groups, which can be a fraction, if that is less.
	Cores float64
	Span  time.Duration // over which Used and Idle were counted
	Used  time.Duration // the CPU time of the process, on all cores together
	// Idle is for how long the cores that the process may run on were idle, all together, whatever
	// other programs ran on them. Where /proc/stat does not tell, it is what the process has left of
	// Cores.
	Idle time.Duration
}

// since returns what was used after an earlier snapshot. Idle can seem to shrink, because the
// system estimates it.
func (s CPUStats) since(earlier CPUStats) CPUStats {
	s.Span -= earlier.Span
	s.Used -= earlier.Used
	s.Idle = max(0, s.Idle-earlier.Idle)
	return s
}
