package container

import "github.com/asticode/go-astiav"

// wellKnown are the containers that errors name, with the names that people know.
var wellKnown = []struct{ name, format string }{
	{"mp4", "mp4"},
	{"mov", "mov"},
	{"m4a", "ipod"},
	{"mkv", "matroska"},
	{"webm", "webm"},
	{"ts", "mpegts"},
	{"avi", "avi"},
	{"nut", "nut"},
	{"ogg", "ogg"},
	{"asf", "asf"},
	{"3gp", "3gp"},
	{"HLS", HLS},
	{"DASH", DASH},
}

// wellKnownWhere returns the names of the well-known containers of streams of a kind for which fits
// is true.
func wellKnownWhere(kind astiav.MediaType, fits func(format string) bool) (names []string) {
	for _, c := range wellKnown {
		if fits(c.format) && (kind == astiav.MediaTypeAudio || c.name != "m4a") {
			names = append(names, c.name)
		}
	}
	return names
}
