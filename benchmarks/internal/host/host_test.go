package host

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestClass(t *testing.T) {
	for want, c := range map[string]struct {
		cpuinfo string
		cores   int
	}{
		"2-core-amd-epyc-avx512": {"model name\t: AMD EPYC\nflags\t\t: fpu avx2 avx512f avx512bw\n", 2},
		"8-core-intel-core-i7-6700-avx2": {
			"model name\t: Intel(R) Core(TM) i7-6700 CPU @ 3.40GHz\nflags\t: avx2\n", 8,
		},
		"16-core-amd-ryzen-7-1800x-eight-core-sse": {
			"model name : AMD Ryzen 7 1800X Eight-Core Processor\nflags : fpu\n", 16,
		},
	} {
		t.Run(want, func(t *testing.T) { assert.Equal(t, want, parse(c.cpuinfo, c.cores).Class) })
	}
}

func TestThis(t *testing.T) {
	assert.Positive(t, This().Cores)
	assert.NotEmpty(t, This().Class)
}
