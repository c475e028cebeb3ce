package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/avloom/avloom/benchmarks/internal/contend"
)

// The variables that scripts/peers.sh exports: the virtual environment with the libraries of
// Python, and the folder that has avloom's FFmpeg as shared libraries, for torchcodec.
const (
	peersVariable  = "AVLOOM_PEERS"
	ffmpegVariable = "AVLOOM_PEERS_FFMPEG"
)

// distributionPython is the interpreter for which the distribution has libraries.
const distributionPython = "/usr/bin/python3"

// python adds a library, in the first interpreter that has it: that of scripts/peers.sh where its
// exports are set, or else those of this machine. NVENC always needs those, because
// scripts/peers.sh installs nothing for a GPU.
func (f *field) python(name, library string, job contend.Job) {
	var command []string
	pythons := []string{"python3", distributionPython}
	if peers := os.Getenv(peersVariable); peers != "" && !strings.HasSuffix(job.Codec, "_nvenc") {
		pythons = []string{filepath.Join(peers, "bin/python")}
		if shared := os.Getenv(ffmpegVariable); shared != "" && library == "torchcodec" {
			command = []string{"env", "LD_LIBRARY_PATH=" + shared}
		}
	}
	f.library(name, library, job, command, pythons)
}

// distribution adds the distribution's edition of a library, if python has added another.
func (f *field) distribution(library string, job contend.Job) {
	if os.Getenv(peersVariable) != "" {
		f.library(library+" (distribution)", library, job, nil, []string{distributionPython})
	}
}

// library adds a library, in the first of the interpreters that has it.
func (f *field) library(name, library string, job contend.Job, command, pythons []string) {
	f.add(name, func() (c contend.Contender, err error) {
		job.Out = f.suite.folder()
		script := filepath.Join(f.suite.root, "benchmarks/native/peers.py")
		for _, python := range pythons {
			if c, err = contend.StartWorker(name, job, append(command, python, script, library)...); err == nil {
				return c, nil
			}
		}
		return nil, err
	})
}
