// Package local makes the files of jobs in one process, without a server. It is RenderAll for jobs
// that are data, and for a store.
package local
