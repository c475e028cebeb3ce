// Package mediatest inspects media files with programs other than avloom: the system's ffprobe,
// ffmpeg and mediainfo. It also checks, at the end of a test, that the test has freed everything.
//
// It is for tests alone. It uses no code of avloom to read a file, since a fault in that code could
// hide itself. A program that is missing fails the test, with the way to install it.
//
// To add a program: call Run, parse what it prints into a type that names the program's fields, and
// add its package to test_packages in the Makefile.
package mediatest
