package gpu

import (
	"strconv"
	"strings"
)

// ParseDevice returns the index of a CUDA device by its name, "cuda" (which is device 0) or "cuda:1".
func ParseDevice(name string) (index int, ok bool) {
	rest, ok := strings.CutPrefix(name, "cuda")
	if !ok || rest == "" {
		return 0, ok
	}
	index, err := strconv.Atoi(strings.TrimPrefix(rest, ":"))
	return index, err == nil && index >= 0 && rest[0] == ':'
}

// deviceName is the name by which ParseDevice knows a device.
func deviceName(index int) string { return "cuda:" + strconv.Itoa(index) }
