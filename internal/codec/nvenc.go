package codec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
)

// ResolveCUDA finds the NVENC encoder for a name of an encoder or of a codec.
func ResolveCUDA(name string) (string, error) {
	if slices.Contains(gpu.Encoders(), name) {
		return name, nil
	}
	if id, ok := astiavx.CodecID(name); ok && gpu.Encoder(id) != "" {
		return gpu.Encoder(id), nil
	}
	reason := "does not encode on CUDA; take one of these, or Device \"cpu\""
	if usual := usualNames[strings.ToLower(name)]; slices.Contains([]string{"h264", "hevc"}, usual) {
		reason = fmt.Sprintf("is no name of an encoder or codec on CUDA; did you mean %q?", usual)
	}
	return "", &fault.ConfigError{Field: "Codec", Value: name, Reason: reason, Supported: gpu.Encoders()}
}

// ResolveCUDAFor finds the NVENC encoder of a stream in these containers.
func ResolveCUDAFor(name string, containers []astiavx.Container) (string, error) {
	carried := slices.DeleteFunc(gpu.Encoders(), func(encoder string) bool {
		id, _ := astiavx.CodecID(strings.TrimSuffix(encoder, "_nvenc"))
		return FindRefusing(id, containers) != ""
	})
	if len(carried) == 0 {
		reason := strings.Join(ContainerNames(containers), " and ") + " carries none of the codecs that NVENC encodes (h264, hevc, av1); take another container, or Device \"cpu\""
		return "", &fault.ConfigError{Field: "Codec", Value: name, Reason: reason}
	}
	if name == "" {
		return defaultCUDAEncoder(carried, containers)
	}
	encoder, err := ResolveCUDA(name)
	if err != nil || slices.Contains(carried, encoder) {
		return encoder, err
	}
	codec := strings.TrimSuffix(encoder, "_nvenc")
	id, _ := astiavx.CodecID(codec)
	reason := fmt.Sprintf("%s cannot carry %s; take another container, or one of these", FindRefusing(id, containers), codec)
	return "", &fault.ConfigError{Field: "Codec", Value: name, Reason: reason, Supported: carried}
}

func defaultCUDAEncoder(carried []string, containers []astiavx.Container) (string, error) {
	for _, c := range containers {
		if encoder := gpu.Encoder(c.VideoCodec); slices.Contains(carried, encoder) {
			return encoder, nil
		}
	}
	reason := fmt.Sprintf("must be named: NVENC does not encode %s, the default of %s", containers[0].VideoCodec.Name(), containers[0].Name)
	return "", &fault.ConfigError{Field: "Codec", Value: "", Reason: reason, Supported: carried}
}
