package rgbyuv

//#include "rgbyuv.h"
import "C"

// level is a set of instructions for which the kernels are compiled. All levels compute the same.
type level int

const (
	base   level = C.BASE
	avx2   level = C.AVX2
	avx512 level = C.AVX512
)

func (l level) String() string {
	switch l {
	case avx512:
		return "avx512"
	case avx2:
		return "avx2"
	default:
		return "base"
	}
}
