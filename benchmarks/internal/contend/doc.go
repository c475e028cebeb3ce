// Package contend runs the programs that are compared: avloom, the ceiling, FFmpeg's command and
// other libraries. It measures nothing but their runs; package measure compares them.
//
// A Worker is a process that runs through all rounds. It gets its Job as key=value arguments,
// prepares itself, and writes "ready" and its version. For each line that it reads it does the job
// once, and answers with a measure.Sample in JSON. It takes its own times, so neither its start nor
// the loading of pictures counts. A Piped is a command that is started for each file and gets the
// pictures through a pipe, as such commands are used. There all of it counts.
//
// To add a contender: let it speak the protocol of Worker, or give its command to NewPiped.
package contend
