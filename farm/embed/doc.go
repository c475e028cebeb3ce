// Package embed is a Temporal server in the program's own process, with SQLite: for one machine, or
// a small group of machines.
package embed
