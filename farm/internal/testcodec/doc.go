// Package testcodec connects with a Temporal server as programs do that keep what they send from
// it: all payloads and the texts of errors are encrypted.
package testcodec
