package contend

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseArgs returns the job that Args has turned into arguments.
func ParseArgs(args []string) (j Job, err error) {
	texts := map[string]*string{
		"mode": &j.Mode, "codec": &j.Codec, "options": &j.Options, "preset": &j.Preset, "params": &j.Params, "tune": &j.Tune,
		"layout": &j.Layout, "pictures": &j.Pictures, "out": &j.Out,
	}
	numbers := map[string]*int{
		"width": &j.Width, "height": &j.Height, "threads": &j.Threads, "count": &j.Count, "frames": &j.Frames,
		"files": &j.Files, "parallel": &j.Parallel, "outputs": &j.Outputs, "queue": &j.Queue,
		"chunk": &j.Chunk, "from": &j.From, "first": &j.First,
	}
	for _, arg := range args {
		key, value, _ := strings.Cut(arg, "=")
		if text, ok := texts[key]; ok {
			*text = value
			continue
		}
		number, ok := numbers[key]
		if !ok {
			return j, fmt.Errorf("unknown argument %q", arg)
		}
		if *number, err = strconv.Atoi(value); err != nil {
			return j, fmt.Errorf("%s: %w", key, err)
		}
	}
	return j, nil
}
