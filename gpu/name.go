package gpu

import (
	"strconv"
	"strings"
)

// ParseDevice returns the index of the CUDA device of this name: "cuda" for device 0, or "cuda:1";
// false: it is no such name.
func ParseDevice(name string) (index int, ok bool) {
	rest, ok := strings.CutPrefix(name, "cuda")
	if !ok || rest == "" {
		return 0, ok
	}
	index, err := strconv.Atoi(strings.TrimPrefix(rest, ":"))
	return index, err == nil && index >= 0 && rest[0] == ':'
}

// deviceName returns the name that ParseDevice accepts for a device.
func deviceName(index int) string { return "cuda:" + strconv.Itoa(index) }
