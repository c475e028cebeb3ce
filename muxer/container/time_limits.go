package container

import (
	"math"
	"time"

	"github.com/asticode/go-astiav"
)

// TimeLimits are the times that a container can hold.
type TimeLimits struct {
	Gap  time.Duration // the longest from one picture to the next; 0: there is no limit
	Last time.Duration // the last time; 0: there is no limit
}

// timeBits are the containers that have too few bits for their times.
var timeBits = map[string]struct {
	gap, last int64 // ticks of the container's clock; 0: there is no limit
}{
	"mpegts": {gap: 1<<32 - 1},               // 33 bits that wrap around, of which readers take half for the past
	"flv":    {last: math.MaxInt32},          // put_timestamp in flvenc.c
	"gif":    {gap: math.MaxUint16},          // gif_get_delay in gif.c
	"webp":   {gap: 1<<24 - 1},               // flush in webpenc.c
	"apng":   {gap: math.MaxUint16 * 90_000}, // seconds in 16 bits (flush_packet in apngenc.c)
}

// LimitsOfTimes returns the limits of a container. clock is the time base that FFmpeg's muxer has
// chosen for the stream.
func LimitsOfTimes(format string, clock astiav.Rational) TimeLimits {
	bits := timeBits[format]
	if IsMovFamily(format) {
		bits.gap = math.MaxInt32 - 1 // check_pkt in movenc.c
	}
	return TimeLimits{Gap: duration(bits.gap, clock), Last: duration(bits.last, clock)}
}

// duration converts ticks of a clock. It returns 0 if a Duration cannot hold them.
func duration(ticks int64, clock astiav.Rational) time.Duration {
	d := float64(ticks) * clock.Float64() * float64(time.Second)
	if d >= math.MaxInt64 {
		return 0
	}
	return time.Duration(d)
}

// LeastApart returns how many ticks of its clock a container needs from one picture to the next.
// Browsers show a picture of gif that lasts one tick for ten.
func LeastApart(format string) int64 {
	if format == "gif" {
		return 2
	}
	return 1
}
