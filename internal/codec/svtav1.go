package codec

import (
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"github.com/asticode/go-astiav"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/internal/astiavx"
)

// silenceSVTAV1 sets SVT_LOG, unless the user has set it: SVT-AV1 writes its settings and its
// version to stderr, and has no other way to turn that off.
var silenceSVTAV1 = sync.OnceFunc(func() { astiavx.SetLibraryVariable("SVT_LOG", "-2") })

// svtLevel returns what SVT-AV1's parameter lp must be for it to use so many processors: their
// number, or since version 2.3 a level from 1 to 6.
func svtLevel(threads int) int {
	if !astiavx.SVTAV1AtLeast(2, 3) {
		return threads
	}
	return svtLevelOf(threads)
}

// svtLevelOf returns the level that SVT-AV1 chooses by itself on a machine with so many processors
// (PARALLEL_LEVEL_1_RANGE and so on in its enc_handle.c).
func svtLevelOf(processors int) int {
	level, _ := slices.BinarySearch([]int{1, 2, 5, 11, 23}, processors)
	return level + 1
}

// openSVTAV1 opens an encoder of SVT-AV1 without the real-time priority that the library takes.
//
// Where a program runs as root, SVT-AV1 gives its own threads, and the thread that opens it, the
// highest real-time priority of the machine (svt_switch_to_real_time in its EbEncHandle.c). New
// threads inherit that priority, in the end all of Go's, and every other program stands still.
// openSVTAV1 takes the priority back: this thread gets back its own policy, and new threads get the
// same.
func openSVTAV1(cc *astiav.CodecContext, codec *astiav.Codec) error {
	silenceSVTAV1()
	runtime.LockOSThread() // also keeps Go from starting threads that inherit this one's priority
	defer runtime.UnlockOSThread()
	before := realTimeThreads()
	own, ownErr := unix.SchedGetAttr(0, 0)
	err := astiavx.Open(cc, codec)
	if ownErr != nil {
		return err
	}
	self := unix.Gettid()
	for id := range realTimeThreads() {
		if id == self || !before[id] {
			_ = unix.SchedSetAttr(id, own, 0) // the thread may have ended
		}
	}
	return err
}

// realTimeThreads returns the threads of this process that have a real-time policy.
func realTimeThreads() map[int]bool {
	threads, _ := os.ReadDir("/proc/self/task") // without /proc there is nothing to be done
	found := map[int]bool{}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			continue
		}
		attributes, err := unix.SchedGetAttr(id, 0)
		if err == nil && (attributes.Policy == unix.SCHED_FIFO || attributes.Policy == unix.SCHED_RR) {
			found[id] = true
		}
	}
	return found
}
