package codec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
)

// ResolveCUDA returns the name of the NVENC encoder for the name of an encoder or of a codec. An
// error is a *fault.ConfigError.
func ResolveCUDA(name string) (string, error) {
	if slices.Contains(gpu.Encoders(), name) {
		return name, nil
	}
	id, ok := astiavx.CodecID(name)
	if ok && gpu.Encoder(id) != "" {
		return gpu.Encoder(id), nil
	}
	reason := "does not encode on CUDA; take one of these, or Device \"cpu\""
	usual := usualNames[strings.ToLower(name)]
	if slices.Contains([]string{"h264", "hevc"}, usual) {
		reason = fmt.Sprintf("is no name of an encoder or codec on CUDA; did you mean %q?", usual)
	}
	return "", &fault.ConfigError{Field: "Codec", Value: name, Reason: reason, Supported: gpu.Encoders()}
}

// ResolveCUDAFor returns the name of the NVENC encoder of a stream in these containers. An empty
// name means the first default codec of one of the containers that all of them carry. An error is a
// *fault.ConfigError.
func ResolveCUDAFor(name string, containers []astiavx.Container) (string, error) {
	carried := slices.DeleteFunc(gpu.Encoders(), func(encoder string) bool {
		return cudaRefusing(encoder, containers) != ""
	})
	if len(carried) == 0 {
		reason := strings.Join(ContainerNames(containers), " and ") + " carries none of the codecs that NVENC " +
			"encodes (h264, hevc, av1); take another container, or Device \"cpu\""
		return "", &fault.ConfigError{Field: "Codec", Value: name, Reason: reason}
	}
	if name == "" {
		return defaultCUDAEncoder(carried, containers)
	}
	encoder, err := ResolveCUDA(name)
	if err != nil || slices.Contains(carried, encoder) {
		return encoder, err
	}
	reason := fmt.Sprintf("%s cannot carry %s; take another container, or one of these",
		cudaRefusing(encoder, containers), cudaCodec(encoder))
	return "", &fault.ConfigError{Field: "Codec", Value: name, Reason: reason, Supported: carried}
}

// cudaCodec returns the name of the codec that an NVENC encoder encodes.
func cudaCodec(encoder string) string { return strings.TrimSuffix(encoder, "_nvenc") }

// cudaRefusing returns the name of the first container that cannot carry the codec of an NVENC
// encoder, or "".
func cudaRefusing(encoder string, containers []astiavx.Container) string {
	id, _ := astiavx.CodecID(cudaCodec(encoder))
	return FindRefusing(id, containers)
}

func defaultCUDAEncoder(carried []string, containers []astiavx.Container) (string, error) {
	for _, c := range containers {
		encoder := gpu.Encoder(c.VideoCodec)
		if slices.Contains(carried, encoder) {
			return encoder, nil
		}
	}
	reason := fmt.Sprintf("must be named: NVENC does not encode %s, the default of %s",
		containers[0].VideoCodec.Name(), containers[0].Name)
	return "", &fault.ConfigError{Field: "Codec", Value: "", Reason: reason, Supported: carried}
}
