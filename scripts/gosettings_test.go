package scripts_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSetup(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	_, err := m.try("go run .")
	require.Error(t, err)
	m.run("bash $ffmpeg setup")
	assert.Equal(t, "GPL version 3\n", m.run("go run ."))
	assert.Equal(t, "GPL version 3\n", m.run("go run -race ."))
	exported := m.run("export AVLOOM_GPL=0; " + evaluate + "go run .")
	assert.Equal(t, "LGPL version 3\n", exported, "the exports of a shell go first")
	m.run("AVLOOM_GPL=0 bash $ffmpeg setup")
	assert.Equal(t, "LGPL version 3\n", m.run("go run ."))
	assert.Equal(t, "GPL version 3\n", m.run(evaluate+"go run ."), "the exports of a shell go first")

	m.run("bash $ffmpeg setup --undo")
	assert.Empty(t, m.read("home/goenv"))
	assert.NoFileExists(t, m.path("home/avloom-pkg-config"))
	_, err = m.try("go run .")
	require.Error(t, err)
	m.run("bash $ffmpeg setup --undo")
}

func TestSetupKeepsTheUsersSettings(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	const mine = "CGO_CPPFLAGS=-I/mine\nGOPROXY=off\n"
	m.write("home/goenv", mine)
	m.run("bash $ffmpeg setup; bash $ffmpeg setup")
	want := "^CGO_CPPFLAGS=-I/mine -DAVLOOM_FFMPEG_BUILD=[0-9a-f]{12}\n" +
		"GOPROXY=off\nPKG_CONFIG=.*/home/avloom-pkg-config\n$"
	assert.Regexp(t, want, m.read("home/goenv"))
	m.run("bash $ffmpeg setup --undo")
	assert.Equal(t, mine, m.read("home/goenv"))

	const other = "PKG_CONFIG=/mine/pkg-config\n"
	m.write("home/goenv", other)
	out, err := m.try("bash $ffmpeg setup")
	require.Error(t, err)
	assert.Contains(t, out, "go env -w has set PKG_CONFIG=/mine/pkg-config, which this does not overwrite; "+
		"give it up with: go env -u PKG_CONFIG\n")
	m.run("bash $ffmpeg setup --undo")
	assert.Equal(t, other, m.read("home/goenv"))
}

func TestSetupSaysWhatGoesBeforeIt(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	assert.Contains(t, m.run("bash $ffmpeg setup", "PKG_CONFIG=/mine"), "the variable PKG_CONFIG=/mine goes before that")
	assert.Contains(t, m.run("bash $ffmpeg setup", "CGO_CPPFLAGS=-I/mine"), "the variable CGO_CPPFLAGS goes before that")
	assert.NotContains(t, m.run(evaluate+"bash $ffmpeg setup"), "goes before")
}

func TestSetupOfTheSystemsFFmpeg(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.run("bash $ffmpeg setup")
	m.asSystem()
	m.run("bash $ffmpeg setup")
	assert.Regexp(t, "^CGO_CPPFLAGS=-DAVLOOM_FFMPEG_BUILD=[0-9a-f]{12}\n$", m.read("home/goenv"))
	assert.Equal(t, "GPL version 3\n", m.run("go run ."))
}

func TestWrapperSaysThatFFmpegIsGone(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.run("bash $ffmpeg setup")
	require.NoError(t, os.RemoveAll(m.build()))
	out, err := m.try("go run .")
	require.Error(t, err)
	assert.Contains(t, out, "avloom: FFmpeg is gone from ")
	assert.Contains(t, out, "build it again with: bash scripts/ffmpeg.sh setup\n")
	m.run("$(go env PKG_CONFIG) --exists x264")
}
