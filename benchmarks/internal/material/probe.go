package material

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
)

// stream is what ffprobe tells of the first video stream of a file.
type stream struct {
	frames    int // packets
	matrix    string
	fullRange bool
}

// probe counts the packets of a file's first video stream, and reads its tags of colour.
func probe(file string) (s stream, err error) {
	ffprobe, err := FFmpeg("ffprobe")
	if err != nil {
		return s, err
	}
	out, err := exec.Command(ffprobe, "-v", "error", "-select_streams", "v:0", "-count_packets",
		"-show_entries", "stream=nb_read_packets,color_space,color_range", "-of", "json", file).Output()
	if err != nil {
		return s, fmt.Errorf("ffprobe %s: %w", file, err)
	}
	var answer struct {
		Streams []struct {
			Packets string `json:"nb_read_packets"`
			Space   string `json:"color_space"`
			Range   string `json:"color_range"`
		} `json:"streams"`
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return s, fmt.Errorf("ffprobe %s: %w", file, err)
	}
	if len(answer.Streams) == 0 {
		return s, fmt.Errorf("%s has no video", file)
	}
	first := answer.Streams[0]
	s.matrix, s.fullRange = bt601, first.Range == "pc"
	if first.Space == "bt709" {
		s.matrix = bt709
	}
	s.frames, err = strconv.Atoi(first.Packets)
	return s, err
}

// CountFrames returns how many packets the first video stream of a file has.
func CountFrames(file string) (int, error) {
	s, err := probe(file)
	return s.frames, err
}
