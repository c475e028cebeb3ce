// Package ffmpeg has no Go code, and can be built with FFmpeg 9 alone. It depends on nothing, so the go command builds it
// first; where FFmpeg is missing, its error begins with the name of this folder, which says what to run.
package ffmpeg
