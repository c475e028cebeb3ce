package main

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRunThatMatchesNothing(t *testing.T) {
	s := &suite{flags: flags{run: "swim"}, matcher: regexp.MustCompile("swim"), cores: 2}
	err := s.measure()
	assert.ErrorContains(t, err, `-run "swim" matches none of the cases, which are:`)
	for _, name := range []string{
		"kernels/rgba to nv12", "stream/2160p medium", "outputs/480p ultrafast", "clips/256x256 ultrafast, 30 frames", "av1/1080p SVT-AV1 preset 8",
		"latency/1080p ultrafast zerolatency", "memory/480p ultrafast, 16 open at once",
		"memory/1000 encoders, 240p ultrafast, a frame a second", "scaling/480p ultrafast", "film/480p libaom-av1", "film-scaling/480p libvpx-vp9",
		"nvenc/1080p h264_nvenc p4",
	} {
		assert.ErrorContains(t, err, "\n\t"+name)
	}
}

func TestRunThatQuickLeavesOut(t *testing.T) {
	s := &suite{flags: flags{run: "2160p", quick: true}, matcher: regexp.MustCompile("2160p"), cores: 2}
	assert.EqualError(t, s.measure(), `-quick leaves out all that -run "2160p" matches`)
}
