// Package testjobs has the renderers that tests of the farm use, in workers and, with Local, in the
// test's own process: clips and films whose pictures follow from their parameters, and jobs that
// fail in all ways that a job can fail in. Each renderer notes in a log when it begins and ends, so
// that a test can count how often a job ran, and where.
package testjobs
