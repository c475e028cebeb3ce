package cores

import (
	"bufio"
	"bytes"
	"strconv"
	"time"
)

// tick is the unit of /proc/stat, USER_HZ, which is 100 per second on all machines that Go knows.
const tick = 10 * time.Millisecond

// idleTime returns for how long the allowed cores were idle since the machine was started, all
// together, and how many of them are online. Waiting for a disk is idle time. online is 0 if the
// system does not tell.
func (m *meter) idleTime() (sum time.Duration, online int) {
	file, err := m.files.Open("proc/stat")
	if err != nil || m.count == 0 {
		return 0, 0
	}
	defer func() { _ = file.Close() }() // it was only read
	lines := bufio.NewScanner(file)
	for lines.Scan() && bytes.HasPrefix(lines.Bytes(), []byte("cpu")) {
		cpu, idle := idleOf(lines.Bytes())
		if cpu >= 0 && m.allowed.IsSet(cpu) {
			sum += idle
			online++
		}
	}
	return sum, online
}

// idleOf reads a line of /proc/stat: "cpu1 user nice system idle iowait …", in ticks. cpu is -1 for
// the line of all cores together, and for one that cannot be read.
func idleOf(line []byte) (cpu int, idle time.Duration) {
	fields := bytes.Fields(line[len("cpu"):])
	if len(fields) < 6 || line[len("cpu")] == ' ' {
		return -1, 0
	}
	cpu, errCPU := strconv.Atoi(string(fields[0]))
	ticks, errIdle := strconv.ParseInt(string(fields[4]), 10, 64)
	waiting, errWaiting := strconv.ParseInt(string(fields[5]), 10, 64)
	if errCPU != nil || errIdle != nil || errWaiting != nil {
		return -1, 0
	}
	return cpu, time.Duration(ticks+waiting) * tick
}
