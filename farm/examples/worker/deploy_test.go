package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// TestKubernetes gives the arguments of kubernetes.yaml to the program.
func TestKubernetes(t *testing.T) {
	text, err := os.ReadFile("kubernetes.yaml")
	require.NoError(t, err)
	var deployment struct {
		Kind string
		Spec struct {
			Template struct {
				Spec struct {
					Grace      int `yaml:"terminationGracePeriodSeconds"`
					Containers []struct{ Args []string }
				}
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &deployment))
	require.Equal(t, "Deployment", deployment.Kind)
	pod := deployment.Spec.Template.Spec
	require.Greater(t, pod.Grace, drainSeconds)
	requireReachesStore(t, pod.Containers[0].Args)
}

// TestSystemd gives the arguments of avloom-worker.service to the program.
func TestSystemd(t *testing.T) {
	text, err := os.ReadFile("avloom-worker.service")
	require.NoError(t, err)
	unit := strings.ReplaceAll(string(text), "\\\n", " ")
	seconds, err := strconv.Atoi(regexp.MustCompile(`\nTimeoutStopSec=(\d+)\n`).FindStringSubmatch(unit)[1])
	require.NoError(t, err)
	require.Greater(t, seconds, drainSeconds)
	start := regexp.MustCompile(`\nExecStart=(.*)\n`).FindStringSubmatch(unit)[1]
	requireReachesStore(t, strings.Fields(start)[1:])
}

// drainSeconds is WorkerConfig.Drain by default.
const drainSeconds = 30

// requireReachesStore runs the program with the arguments, but with a folder as the store that is
// not there. That it misses the folder tells that it has understood the rest.
func requireReachesStore(t *testing.T, args []string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "missing")
	line := strings.Join(args, "\n")
	require.Contains(t, line, "///mnt/renders?")
	line = strings.ReplaceAll(line, "/mnt/renders", folder)
	err := run(t.Context(), strings.Split(line, "\n"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, folder)
}
