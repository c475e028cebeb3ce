package main

import "golang.org/x/sys/cpu"

// crf is the constant rate factor of all contenders: x264's default, which avloom and the ceiling
// use.
const crf = "23"

// params returns the x264-params that avloom sets by itself (docs/decisions.md). The other
// contenders are given the same.
func params(preset string) string {
	if cpu.X86.HasAVX512F && preset != "ultrafast" && preset != "superfast" {
		return "asm=AVX2"
	}
	return ""
}

// nvencOptions returns NVENC's options of all contenders, as FFmpeg names them. The quantizer is
// fixed, so that all do the same work.
func nvencOptions(preset string) [][2]string {
	return [][2]string{{"preset", preset}, {"rc", "constqp"}, {"qp", crf}}
}

// size is a size of pictures. So many pictures of it are kept in memory.
type size struct {
	name          string
	width, height int
	pictures      int
}

var sizes = []size{{"480p", 854, 480, 32}, {"1080p", 1920, 1080, 16}, {"2160p", 3840, 2160, 6}}
