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

// offer passes the item or mark on if there is room now, and says whether it did.
func (d delivery[T]) offer(cancelled <-chan struct{}) (ok bool) { return d.to.offer(d.m, cancelled) }

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

func (d delivery[T]) countSent() {
	if d.m.kind == item {
		d.to.edge.countSent(true)
	}
}

// mostInOneSelect is how many deliveries can wait together without an allocation.
const mostInOneSelect = 4

// deliveries are the references of one send that have found no room so far, each for another
// consumer.
type deliveries[T any] []delivery[T]

// send waits until all consumers have accepted, and says whether they did. The consumers accept in
// the order in which they get room, so that none waits for the room of another. References that
// were not accepted have been freed.
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
// stops or cancelled is closed. It returns what is left.
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
		i := d.sendOne(run.ctx.Done(), cancelled)
		if i < 0 {
			break
		}
		d[i].endWait()
		d[i].countSent()
		d = slices.Delete(d, i, i+1)
	}
	for _, one := range d {
		one.endWait()
	}
	return d
}

// sendOne sends the delivery whose consumer is the first to have room, and returns its index. -1:
// stopped or cancelled was closed first.
func (d deliveries[T]) sendOne(stopped, cancelled <-chan struct{}) (index int) {
	if len(d) > mostInOneSelect {
		return d.sendOneOfMany(stopped, cancelled)
	}
	var to [mostInOneSelect]chan<- message[T] // nil: never has room
	var m [mostInOneSelect]message[T]
	for i, one := range d {
		to[i], m[i] = one.to.in.ch, one.m
	}
	select {
	case to[0] <- m[0]:
		return 0
	case to[1] <- m[1]:
		return 1
	case to[2] <- m[2]:
		return 2
	case to[3] <- m[3]:
		return 3
	case <-stopped:
	case <-cancelled:
	}
	return -1
}

// sendOneOfMany does the same for any number of deliveries. It allocates memory.
func (d deliveries[T]) sendOneOfMany(stopped, cancelled <-chan struct{}) (index int) {
	cases := make([]reflect.SelectCase, 0, len(d)+2)
	for _, one := range d {
		cases = append(cases, reflect.SelectCase{
			Dir: reflect.SelectSend, Chan: reflect.ValueOf(one.to.in.ch), Send: reflect.ValueOf(one.m),
		})
	}
	for _, end := range []<-chan struct{}{stopped, cancelled} {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(end)})
	}
	if index, _, _ = reflect.Select(cases); index < len(d) {
		return index
	}
	return -1
}
