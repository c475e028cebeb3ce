package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
)

const crf = "23" // x264's default, which avloom and the ceiling have too

// pythons are the interpreters that may have the libraries.
var pythons = []string{"python3", "/usr/bin/python3"}

// peers adds the other libraries and programs, as far as they are installed. They get packed RGB.
func (f *field) peers(job contend.Job) {
	f.ffmpeg("ffmpeg command, raw pipe", job)
	for _, library := range []string{"PyAV", "OpenCV", "torchcodec"} {
		f.python(library, job)
	}
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
			args := []string{
				program, "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", strconv.Itoa(j.Width) + "x" + strconv.Itoa(j.Height), "-r", "30",
				"-i", "pipe:0",
			}
			if j.Codec != "" {
				args = append(args, "-init_hw_device", "cuda=gpu", "-filter_hw_device", "gpu", "-vf", "format=nv12,hwupload", "-c:v", j.Codec)
				for _, o := range nvencOptions(j.Preset) {
					args = append(args, "-"+o[0], o[1])
				}
				return append(args, file)
			}
			args = append(args, "-c:v", "libx264", "-preset", j.Preset, "-crf", crf, "-pix_fmt", "yuv420p")
			if j.Params != "" {
				args = append(args, "-x264-params", j.Params)
			}
			if j.Threads > 0 {
				args = append(args, "-threads", strconv.Itoa(j.Threads))
			}
			return append(args, file)
		})
	})
}

// python adds a library, in the first interpreter that has it.
func (f *field) python(library string, job contend.Job) {
	f.add(library, func() (c contend.Contender, err error) {
		job.Out = f.suite.folder()
		script := filepath.Join(f.suite.root, "benchmarks/native/peers.py")
		for _, python := range pythons {
			if c, err = contend.StartWorker(library, job, python, script, library); err == nil {
				return c, nil
			}
		}
		return nil, err
	})
}

// gstreamer adds its command.
func (f *field) gstreamer(job contend.Job) {
	const name = "GStreamer"
	f.add(name, func() (contend.Contender, error) {
		out, err := exec.Command("gst-launch-1.0", "--version").Output()
		if err != nil {
			return nil, err
		}
		f.suite.report.Versions[name] = regexp.MustCompile(`[\d.]{5,}`).FindString(string(out))
		job.Out = f.suite.folder()
		return contend.NewPiped(name, f.suite.report.Versions[name], job, func(j contend.Job, file string) []string {
			threads := "threads=" + strconv.Itoa(j.Threads)
			pipeline := "fdsrc fd=0 blocksize=" + strconv.Itoa(3*j.Width*j.Height) + " ! rawvideoparse format=rgb framerate=30/1 width=" + strconv.Itoa(j.Width) +
				" height=" + strconv.Itoa(j.Height) + " ! videoconvert ! video/x-raw,format=I420 ! x264enc pass=qual quantizer=" + crf + " speed-preset=" + j.Preset +
				" " + threads
			if j.Params != "" {
				pipeline += " option-string=" + j.Params
			}
			pipeline += " ! mp4mux ! filesink location=" + file
			return append([]string{"gst-launch-1.0", "-q"}, strings.Fields(pipeline)...)
		})
	})
}

// versions says what is measured.
func versions(root string) map[string]string {
	v := map[string]string{}
	if program, err := material.FFmpeg("ffmpeg"); err == nil {
		out, _ := exec.Command(program, "-version").Output() // a broken one is found when it is to encode
		v["FFmpeg"] = regexp.MustCompile(`version (\S+)`).ReplaceAllString(regexp.MustCompile(`version \S+`).FindString(string(out)), "$1")
	}
	if out, err := exec.Command("pkg-config", "--modversion", "x264").Output(); err == nil {
		v["x264"] = strings.TrimSpace(string(out))
	}
	if out, err := exec.Command("git", "-C", root, "rev-parse", "--short", "HEAD").Output(); err == nil {
		v["avloom"] = strings.TrimSpace(string(out))
	}
	if out, err := exec.Command("gcc", "-dumpfullversion").Output(); err == nil {
		v["gcc"] = strings.TrimSpace(string(out))
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		v["Go"] = info.GoVersion
	}
	return v
}
