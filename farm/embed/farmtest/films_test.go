package farmtest

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/testjobs"
	"github.com/avloom/avloom/internal/mediatest"
)

// smallFilm is one of three chunks, with sound.
func smallFilm(id, container, codec string) farm.Job {
	return film(id, container, testjobs.Film{Frames: 24, Chunk: 8, Codec: codec, Sound: true})
}

// TestFilms makes a film on three workers, of which one after the other is killed, and compares it
// with what RenderFilm makes. Another program reads it.
func TestFilms(t *testing.T) {
	t.Parallel()
	cases := []struct{ codec, container, name, sound string }{
		{"libx264", "mp4", "h264", "aac"},
		{"libvpx-vp9", "webm", "vp9", "opus"},
		{"ffv1", "mkv", "ffv1", ""},
	}
	frames, kills := 120, 2
	if mediatest.Long(t) {
		frames, kills = 1200, 6
	} else {
		cases = cases[:1]
	}
	for _, c := range cases {
		t.Run(c.codec, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			crew := newCrew(s, 3)
			job := film("film", c.container, testjobs.Film{
				Seed: 3, Frames: frames, Chunk: frames / 30, Size: 64, Codec: c.codec, Sound: true,
				Delay: 500 * time.Millisecond * 30 / time.Duration(frames),
			})
			run := s.start([]farm.Job{job}, s.deadlyConfig("film"))
			over, err := background(s, run)
			for i := range kills {
				s.awaitBegun("film@", (i+1)*30/(kills+1))
				crew.replace(i % len(crew.workers))
			}
			<-over
			require.NoError(t, *err)
			s.waitDone(run, []farm.Job{job})
			crew.terminate()
			s.requireStore([]farm.Job{job})
			s.requireScratch()
			requireNoMoreThanKills(t, s.begun(), crew.killed, 2)
			path := filepath.Join(s.store, job.Path)
			requireSameAsRenderFilm(t, job, path)
			requirePlays(t, path, frames, c.name, c.sound)
		})
	}
}

// requireSameAsRenderFilm compares with the film that one process makes without a farm.
func requireSameAsRenderFilm(t *testing.T, job farm.Job, path string) {
	t.Helper()
	f, err := testjobs.Renderers(nil)["film"].Film(job.Params)
	require.NoError(t, err)
	f.Path = filepath.Join(t.TempDir(), filepath.Base(job.Path))
	_, err = api.RenderFilm(context.Background(), f, api.RenderConfig{})
	require.NoError(t, err)
	want, err := os.ReadFile(f.Path)
	require.NoError(t, err)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, slices.Equal(want, got), "the film is that of RenderFilm")
}

// requirePlays reads a film with FFmpeg's programs: all frames, at their times.
func requirePlays(t *testing.T, path string, frames int, codec, sound string) {
	t.Helper()
	file := mediatest.Probe(t, path)
	require.Len(t, file.Streams, 2)
	require.Equal(t, codec, file.Streams[0].Codec)
	if sound != "" {
		require.Equal(t, sound, file.Streams[1].Codec)
	}
	times := mediatest.FrameTimes(t, path, 0)
	require.Len(t, times, frames)
	for k, at := range times {
		require.InDelta(t, float64(k)/30, at, 0.001)
	}
	require.Len(t, mediatest.Pictures(t, path, 0, "gray"), frames)
	require.NotEmpty(t, mediatest.Sound(t, path, 1)[0])
	if filepath.Ext(path) == ".mkv" || filepath.Ext(path) == ".webm" {
		mediatest.Run(t, "mkvinfo", path)
	}
}

// TestBuilds has workers of two versions of a program: a film's parts are all made by one of them.
// When those are gone, the film is made by the others.
func TestBuilds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := s.worker("-version", "old")
	job := film("film", "mp4", testjobs.Film{
		Frames: 120, Chunk: 4, Codec: "libx264", Sound: true, Delay: 50 * time.Millisecond,
	})
	run := s.start([]farm.Job{job}, s.deadlyConfig("builds"))
	s.awaitBegun("film@", 4)
	young := []*process{s.worker("-version", "young"), s.worker("-version", "young")}
	s.awaitBegun("film@", 8)
	for _, start := range s.begun() {
		require.Equal(t, old.pid(), start.PID, "the film is begun with the old program")
	}
	if !mediatest.Long(t) { // it takes as long as a worker might need to come back
		s.waitDone(run, []farm.Job{job})
		return
	}
	old.kill()
	s.waitDone(run, []farm.Job{job})
	drawn := map[string]bool{}
	for _, start := range s.begun() {
		if start.PID != old.pid() {
			drawn[start.ID] = true
		}
	}
	require.Len(t, drawn, 30+1, "the young program has made each part")
	for _, w := range young {
		require.NoError(t, w.terminate(t))
	}
	s.requireStore([]farm.Job{job})
}
