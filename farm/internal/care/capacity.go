package care

import (
	"math"

	"github.com/avloom/avloom/internal/cores"
)

// DefaultJobMemory is enough for a job of one thread with pictures of 2160p: libx264 keeps some 40
// of them, 12 MB each, to look ahead.
const DefaultJobMemory = 512 << 20

// Cores returns how many cores the process may use, by its affinity and its control groups.
func Cores() int {
	now := cores.Now()
	return max(1, int(math.Round(now.Since(now).Cores)))
}

// Jobs returns for how many jobs there are cores and memory; at least one.
func Jobs(cores int, memory, perJob int64) int {
	return int(max(1, min(int64(cores), memory/perJob)))
}
