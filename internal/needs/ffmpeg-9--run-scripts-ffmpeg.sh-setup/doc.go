// Package ffmpeg has no Go code. It can be built only where FFmpeg 9 is installed. It depends on no
// other package, so the go command builds it first. If FFmpeg is missing, the go command's error
// begins with the name of this folder, which tells what to run.
//
// Another requirement of the build gets a folder beside this one, whose name tells what to do, and
// an import in internal/astiavx/needs.go.
package ffmpeg
