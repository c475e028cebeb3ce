// Package manifest keeps a list of finished files: a text file with a line of JSON for each of
// them. Several processes append to one manifest at the same time. A process that is killed, or a
// machine that loses power, leaves at most a torn line, which readers skip and behind which the
// next line begins anew.
//
// A line names the content of its file (Content), so that a reader can tell whether the file is
// still the one that was listed. The package knows no other field of a line: its caller turns lines
// into JSON and back.
package manifest
