package pipeline

import (
	"reflect"
	"slices"
)

// delivery is an item or a mark on its way to one consumer.
type delivery[T any] struct {
	to *consumer[T]
	m  message[T]
}

// send waits for room in the queue of the consumer, and says whether the item or mark went in. An
// item that was not accepted has been freed.
func (d delivery[T]) send(cancelled <-chan struct{}, sender *clock) (ok bool) {
	return d.to.send(d.m, cancelled, sender)
}

// beginWait measures, from now on, how long the sender waits for room for an item.
func (d delivery[T]) beginWait() {
	if d.m.kind == item {
		d.to.edge.blocked.Begin()
	}
}

func (d delivery[T]) endWait() {
	if d.m.kind == item {
		d.to.edge.blocked.End()
	}
}

// mostInOneSelect is how many deliveries can wait together without an allocation.
const mostInOneSelect = 4

// deliveries are the references of one send that have found no room so far, each for another
// consumer.
type deliveries[T any] []delivery[T]

// offer passes an item or a mark on to a consumer if there is room for it now. It adds the item or
// mark to d if there is none.
func (d deliveries[T]) offer(to *consumer[T], m message[T], cancelled <-chan struct{}) deliveries[T] {
	if to.offer(m, cancelled) {
		return d
	}
	m.input = to.input
	return append(d, delivery[T]{to, m})
}

// send waits until all consumers have accepted or left, and says whether they did. The consumers
// accept in the order in which they get room, so that none waits for the room of another.
// References that were not accepted have been freed.
func (d deliveries[T]) send(cancelled <-chan struct{}, sender *clock) (ok bool) {
	if len(d) > 1 {
		d = d.sendTogether(cancelled, sender)
	}
	ok = true
	for _, one := range d { // several only if the run has stopped or cancelled was closed
		ok = one.send(cancelled, sender) && ok
	}
	return ok
}

// sendTogether waits for room in all queues at the same time, until one delivery is left, the run
// stops or cancelled is closed. It returns what is left. It does not wait for consumers that leave.
func (d deliveries[T]) sendTogether(cancelled <-chan struct{}, sender *clock) (left deliveries[T]) {
	run := d[0].to.run
	if run.stopped() || isClosed(cancelled) {
		return d
	}
	before := sender.turnTo(isBlocked)
	defer sender.turnTo(before)
	for _, one := range d {
		one.beginWait()
	}
	for len(d) > 1 {
		i, accepted := d.sendOne(cancelled)
		if i < 0 || !accepted && run.stopped() {
			break
		}
		d[i].endWait()
		if accepted {
			d[i].to.sent(d[i].m)
		} else {
			d[i].to.refuse(d[i].m)
		}
		d = slices.Delete(d, i, i+1)
	}
	for _, one := range d {
		one.endWait()
	}
	return d
}

// sendOne sends the delivery whose consumer is the first to have room, and returns its index. Not
// accepted: that consumer takes nothing more. -1: cancelled was closed first.
func (d deliveries[T]) sendOne(cancelled <-chan struct{}) (index int, accepted bool) {
	if len(d) > mostInOneSelect {
		return d.sendOneOfMany(cancelled)
	}
	var to [mostInOneSelect]chan<- message[T] // nil: never has room
	var gone [mostInOneSelect]<-chan struct{} // nil: never leaves
	var m [mostInOneSelect]message[T]
	for i, one := range d {
		to[i], gone[i], m[i] = one.to.in.ch, one.to.in.gone, one.m
	}
	select {
	case to[0] <- m[0]:
		return 0, true
	case to[1] <- m[1]:
		return 1, true
	case to[2] <- m[2]:
		return 2, true
	case to[3] <- m[3]:
		return 3, true
	case <-gone[0]:
		return 0, false
	case <-gone[1]:
		return 1, false
	case <-gone[2]:
		return 2, false
	case <-gone[3]:
		return 3, false
	case <-cancelled:
		return -1, false
	}
}

// sendOneOfMany does the same for any number of deliveries. It allocates memory.
func (d deliveries[T]) sendOneOfMany(cancelled <-chan struct{}) (index int, accepted bool) {
	cases := make([]reflect.SelectCase, 0, 2*len(d)+1)
	for _, one := range d {
		cases = append(cases, reflect.SelectCase{
			Dir: reflect.SelectSend, Chan: reflect.ValueOf(one.to.in.ch), Send: reflect.ValueOf(one.m),
		})
	}
	for _, one := range d {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(one.to.in.gone)})
	}
	cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(cancelled)})
	switch index, _, _ = reflect.Select(cases); {
	case index < len(d):
		return index, true
	case index < 2*len(d):
		return index - len(d), false
	default:
		return -1, false
	}
}
