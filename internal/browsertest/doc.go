// Package browsertest opens pages in a real Chromium. It is for tests alone.
//
// Open starts a browser, which is closed at the end of the test. Eval reads a value of the page,
// Await waits for a condition in it, and Screenshot keeps a picture of it.
package browsertest
