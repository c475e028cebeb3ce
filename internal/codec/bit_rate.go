package codec

// Bit rates in kbit/s that a format defines. Encoders of the format take no others.
var (
	// ISO/IEC 11172-3, table of 2.4.2.3.
	mpeg1Layer3 = []int64{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	// ISO/IEC 13818-3, for sample rates below 32 kHz.
	mpeg2Layer3 = []int64{8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
	// ISO/IEC 11172-3.
	mpeg1Layer2 = []int64{32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384}
	// ATSC A/52, table 5.18.
	ac3 = []int64{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640}
)

// NearestBitRate returns the bit rate that the encoder takes and that is nearest to rate. Bit rates
// are in bits per second, the sample rate is in Hz.
func NearestBitRate(encoder string, rate, sampleRate, channels int64) int64 {
	switch encoder {
	case "libmp3lame": // finds the nearest rate itself, and derives its low-pass filter from the one asked for
		return min(rate, 320_000)
	case "libshine":
		if sampleRate < 32000 {
			return nearestInKbits(mpeg2Layer3, rate)
		}
		return nearestInKbits(mpeg1Layer3, rate)
	case "mp2", "mp2fixed", "libtwolame":
		if sampleRate < 32000 {
			return nearestInKbits(mpeg2Layer3, rate)
		}
		return nearestInKbits(mpeg1Layer2, rate)
	case "ac3", "ac3_fixed":
		return nearestInKbits(ac3, max(rate, leastForNoise(16_000, sampleRate, channels)))
	case "eac3": // FFmpeg's ac3enc.c: at most 2048 words of 16 bits in a frame of one block of 256 samples
		return min(max(rate, leastForNoise(20_000, sampleRate, channels)), 2048*sampleRate/256*16)
	case "libopus": // RFC 6716, 2.1.1: 6 to 510 kbit/s; libopus allows 500 bit/s, and 256 kbit/s for each channel
		return min(max(rate, 500), 256_000*channels)
	case "aac": // ISO/IEC 14496-3, 4.5.3.3: at most 6144 bits for each channel and block of 1024 samples
		return min(rate, 6144*channels*sampleRate/1024)
	default:
		return min(rate, 1<<31-1)
	}
}

// leastForNoise returns the bit rate that is bits per second for each channel at 48 kHz. Below it,
// FFmpeg's encoders of AC-3 fail at the first block of white noise, which is the hardest sound.
func leastForNoise(bits, sampleRate, channels int64) int64 {
	return bits * channels * sampleRate / 48_000
}

// nearestInKbits returns the nearest of rising rates in kbit/s. The result is in bits per second.
func nearestInKbits(kbits []int64, rate int64) int64 {
	best := kbits[0] * 1000
	for _, k := range kbits {
		if Distance(k*1000, rate) < Distance(best, rate) {
			best = k * 1000
		}
	}
	return best
}

// Distance returns how far two bit rates are apart.
func Distance(a, b int64) int64 { return max(a-b, b-a) }
