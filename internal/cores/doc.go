// Package cores counts the CPU time of the process, how many cores the process may use, and how
// busy these cores are, whoever uses them.
//
//	from := cores.Now()
//	… work …
//	used := cores.Now().Since(from) // used.Used / used.Span cores were used on average
//
// Three things can keep a process from a core, and each has its source:
//
//   - The process uses all that it may use: CLOCK_PROCESS_CPUTIME_ID counts all of its threads,
//     those of FFmpeg's encoders included, and those that have ended.
//   - Other programs use the cores: /proc/stat counts for each core how long it was idle. Only the
//     cores that the process may run on count (sched_getaffinity), and only if all of them are
//     there: LXC numbers the cores of a container anew.
//   - A control group allows less time than there are cores: cpu.max, or cpu.cfs_quota_us.
//
// Where the system does not tell one of them, the others hold.
//
// A reading costs some 20 µs, and more on machines with many cores, so all readers within 20 ms
// share one. A Usage therefore carries its own time.
package cores
