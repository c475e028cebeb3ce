// Command testworker is a worker for tests that kill processes. It has the renderers of package
// testjobs, writes when they begin and end into a file, and can have a store that fails.
package main
