package rgbyuv

import "golang.org/x/sys/cpu"

// levels returns the levels that this CPU and its operating system support, the fastest first.
func levels() []level {
	x := &cpu.X86
	switch {
	case x.HasAVX512F && x.HasAVX512BW && x.HasAVX512VBMI && x.HasAVX2:
		return []level{avx512, avx2, base}
	case x.HasAVX2:
		return []level{avx2, base}
	default:
		return []level{base}
	}
}
