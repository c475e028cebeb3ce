// Package care keeps a worker's machine from doing too much, or harm: how many jobs it takes at a
// time, when it has failed too often to go on, and which build of avloom, FFmpeg and the encoders
// it has.
package care
