// Package fflog brings log lines to the user's logger: avloom's own, and those of FFmpeg about an
// encoder, a container or a connection, without the secrets of a URL.
//
// A logger is the user's code. It may panic, end its goroutine or call the encoder; none of that
// harms the encoder, because every call of a logger goes through Journal.
//
// FFmpeg's lines are shortened and cleaned of secrets by Redactor. Where FFmpeg's callback is set
// is internal/astiavx.
package fflog
