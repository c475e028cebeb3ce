package muxer

import "fmt"

// latecomers deals with packets whose part has been finished already, because their stream was
// silent for longer than the patience of the output, or because too much waited for it.
type latecomers struct {
	missing []int64 // by stream: pictures since the last one that had a part
	delayed []bool  // by stream: the last sound was late, and the program has been told
	warn    func(stream int, text string)
}

func newLatecomers(streams int, warn func(stream int, text string)) latecomers {
	if warn == nil {
		warn = func(int, string) {}
	}
	return latecomers{missing: make([]int64, streams), delayed: make([]bool, streams), warn: warn}
}

// lose frees a picture that is too late. No other part can hold it, because it needs the key frame
// before it. The stream goes on with its next key frame that begins a part. In an output that
// waits for each stream without a limit of time that is an error.
func (l *latecomers) lose(stream int, late numbered, limited bool) error {
	defer late.Free()
	if !limited {
		return fmt.Errorf("a picture of stream %d comes after more than %d MiB of other streams that are later, and its "+
			"part %d has been finished: feed the streams together", stream, mostHeldBytes>>20, late.part)
	}
	if l.missing[stream] == 0 {
		l.warn(stream, fmt.Sprintf("pictures of part %d came after it was finished without them, because the stream was "+
			"silent; the stream goes on where the next part begins", late.part))
	}
	l.missing[stream]++
	return nil
}

// delay notes a packet of sound that is too late. It goes to the oldest part that is open, where it
// lies before the beginning.
func (l *latecomers) delay(stream int) {
	if l.delayed[stream] {
		return
	}
	l.delayed[stream] = true
	l.warn(stream, "sound came after its part was finished without it, because the stream was silent; "+
		"it is at the front of the part that is being written")
}

// resume notes that a stream has a packet that is not too late. The next one that is will be told
// again.
func (l *latecomers) resume(stream int) {
	l.delayed[stream] = false
	l.report(stream)
}

// report tells how many pictures of a stream were lost, if any were.
func (l *latecomers) report(stream int) {
	if l.missing[stream] > 0 {
		l.warn(stream, fmt.Sprintf("%d pictures are lost that came after their part was finished", l.missing[stream]))
	}
	l.missing[stream] = 0
}

// finish reports the losses of all streams, at the end of the recording.
func (l *latecomers) finish() {
	for stream := range l.missing {
		l.report(stream)
	}
}
