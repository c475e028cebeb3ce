// Package fflog brings log lines to the user's logger: avloom's own, and those of FFmpeg about an
// encoder, a container or a connection, without the secrets of a URL.
//
// A logger is the user's code. It may panic, end its goroutine or call the encoder. None of that
// harms the encoder, because every call of a logger goes through Journal.
//
// The package does not receive lines from C: FFmpeg's callback is set in internal/astiavx.
//
// To log a line, call Journal.Log. To receive FFmpeg's lines about another object, pass the result
// of Lines.LogFor to the function of astiavx that makes the object. To add a kind of secret, add it
// in NewRedactor. A new logging library needs a zapcore.Core such as the one in slog_core.go.
package fflog
