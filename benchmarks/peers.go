package main

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
)

// peers adds the other libraries and programs that are installed. They get packed RGB, and
// torchcodec planes, too.
func (f *field) peers(job contend.Job) {
	f.ffmpeg("ffmpeg command, raw pipe", job)
	for _, layout := range []string{"NCHW", "NHWC"} {
		job.Layout = layout
		f.python("torchcodec "+layout, "torchcodec", job)
	}
	for _, library := range []string{"PyAV", "imageio-ffmpeg", "OpenCV"} {
		f.python(library, library, job)
	}
	f.distribution("PyAV", job)
	f.gstreamer(job)
}

// ffmpeg adds the command of the FFmpeg that avloom is built against.
func (f *field) ffmpeg(name string, job contend.Job) {
	f.add(name, func() (contend.Contender, error) {
		program, err := material.FFmpeg("ffmpeg")
		if err != nil {
			return nil, err
		}
		job.Out = f.suite.folder()
		return contend.NewPiped(name, f.suite.report.Versions["FFmpeg"], job, func(j contend.Job, file string) []string {
			return ffmpegCommand(program, j, file)
		})
	})
}

// chunked adds the command that encodes each chunk of a film by itself, and joins them.
func (f *field) chunked(name string, job contend.Job) {
	f.add(name, func() (contend.Contender, error) {
		program, err := material.FFmpeg("ffmpeg")
		if err != nil {
			return nil, err
		}
		encode := func(j contend.Job, file string) []string { return ffmpegCommand(program, j, file) }
		join := func(list, file string) []string {
			return []string{program, "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", list, "-c", "copy", file}
		}
		job.Out = f.suite.folder()
		return contend.NewChunked(name, f.suite.report.Versions["FFmpeg"], job, encode, join)
	})
}

// ffmpegCommand returns the command that encodes raw pictures from its standard input into a file.
func ffmpegCommand(program string, j contend.Job, file string) []string {
	input := "rgb24"
	if j.Layout == "Raw" {
		input = "yuv420p"
	}
	args := []string{
		program, "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", input,
		"-s", strconv.Itoa(j.Width) + "x" + strconv.Itoa(j.Height), "-r", "30", "-i", "pipe:0",
	}
	if strings.HasSuffix(j.Codec, "_nvenc") {
		args = append(args, "-init_hw_device", "cuda=gpu", "-filter_hw_device", "gpu",
			"-vf", "format=nv12,hwupload", "-c:v", j.Codec)
		return append(appendOptions(args, nvencOptions(j.Preset)), file)
	}
	if j.Codec == "" {
		j.Codec, j.Options = "libx264", "crf="+crf
	}
	args = appendOptions(append(args, "-c:v", j.Codec, "-pix_fmt", "yuv420p"), j.OptionList())
	if j.Preset != "" {
		args = append(args, "-preset", j.Preset)
	}
	if j.Params != "" {
		args = append(args, "-x264-params", j.Params)
	}
	if j.Threads > 0 {
		args = append(args, "-threads", strconv.Itoa(j.Threads))
	}
	return append(args, file)
}

// appendOptions appends options of an encoder to the arguments of FFmpeg's command.
func appendOptions(args []string, options [][2]string) []string {
	for _, o := range options {
		args = append(args, "-"+o[0], o[1])
	}
	return args
}

// gstreamer adds GStreamer's command.
func (f *field) gstreamer(job contend.Job) {
	const name = "GStreamer"
	f.add(name, func() (contend.Contender, error) {
		if job.Codec != "" {
			return nil, errors.New("the packages of scripts/peers.sh have no element for this encoder")
		}
		out, err := exec.Command("gst-launch-1.0", "--version").Output()
		if err != nil {
			return nil, err
		}
		version := regexp.MustCompile(`[\d.]{5,}`).FindString(string(out))
		f.suite.report.Versions[name] = version
		job.Out = f.suite.folder()
		return contend.NewPiped(name, version, job, gstreamerCommand)
	})
}

// gstreamerCommand returns the command that encodes raw RGB from its standard input into a file.
func gstreamerCommand(j contend.Job, file string) []string {
	encoder := fmt.Sprintf("x264enc pass=qual quantizer=%s speed-preset=%s threads=%d", crf, j.Preset, j.Threads)
	encoder += " key-int-max=250 qp-min=0 vbv-buf-capacity=0" // x264's defaults, which GStreamer has replaced
	if j.Params != "" {
		encoder += " option-string=" + j.Params
	}
	pipeline := []string{
		fmt.Sprintf("fdsrc fd=0 blocksize=%d", 3*j.Width*j.Height),
		fmt.Sprintf("rawvideoparse format=rgb framerate=30/1 width=%d height=%d", j.Width, j.Height),
		fmt.Sprintf("videoconvert n-threads=%d", runtime.NumCPU()), "video/x-raw,format=I420", encoder,
		"mp4mux", "filesink location=" + file,
	}
	return append([]string{"gst-launch-1.0", "-q"}, strings.Fields(strings.Join(pipeline, " ! "))...)
}
