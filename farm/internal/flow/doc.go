// Package flow is how a run goes on: its workflows, and the data that they exchange with activities
// and clients. A workflow decides what is done next and nothing else; the server keeps each
// decision, so that any worker can go on where another one died.
//
//	run    gives batches leave to begin, a few at a time, and counts what has ended
//	batch  up to a few hundred jobs: an activity for each clip, a workflow for each film
//	film   an activity for each chunk and for the sound, and one that joins them
package flow
