// Package farm renders jobs on many machines: clips, and films that are cut over them. It stands on
// Temporal, a durable-execution engine, which keeps the jobs, hands them to workers, and gives
// those of a machine that died to others. What is here is what a job is, how a worker renders it,
// and how its file gets into a store, exactly once.
//
// A program that renders calls NewWorker, with a function for each kind of job. A program that
// wants files calls Start, with the jobs as data. Local renders the same jobs in one process,
// without a server, to the same bytes.
package farm
