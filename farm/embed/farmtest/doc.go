// Package farmtest has tests of the whole farm: a server, workers and clients in processes of their
// own, which the tests really kill and stop. The tests count how often each job ran, and compare
// what lies in the store with what one process makes.
//
// A site is a store, a task queue and the workers of one test. All tests share a server, except
// those that kill it. The programs are built once: see programs_test.go.
package farmtest
