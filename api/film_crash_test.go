package api_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// filmChild names the variable that makes TestFilmChild render a film until it is killed. Its value
// is the path of the film.
const filmChild = "AVLOOM_TEST_FILM"

// killedFilm is the film of a child that is killed.
func killedFilm() filmCase {
	return filmCase{codec: "libx264", container: "mp4", sound: "aac", video: bFrames(), frames: 119, chunk: 2}
}

// TestFilmChild is the child of other tests, and nothing otherwise. It says which chunks it draws
// and which are done. With a second word in the variable, Draw waits for ever.
func TestFilmChild(t *testing.T) {
	path, _, waits := strings.Cut(os.Getenv(filmChild), "|")
	if path == "" {
		return
	}
	film := killedFilm().film(path)
	draw := film.Draw
	film.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
		fmt.Println("draw", from)
		if waits {
			<-ctx.Done()
		}
		return draw(ctx, v, from, n)
	}
	_, err := api.RenderFilm(context.Background(), film, api.RenderConfig{
		Workers: 2, Resume: true, Progress: func(p api.Progress) {
			if p.Last.Err == nil && !p.Last.Skipped {
				fmt.Println("done", firstOf(t, p.Last))
			}
		},
	})
	require.NoError(t, err)
	fmt.Println("complete")
}

// firstOf is the first frame of the chunk that a result is about.
func firstOf(t *testing.T, r api.JobResult) int {
	t.Helper()
	number := regexp.MustCompile(`\d+`).FindString(r.ID)
	first, err := strconv.Atoi(number)
	require.NoError(t, err, r.ID)
	return first
}

// filmLog is what children said of the chunks of a film.
type filmLog struct {
	done     map[int]bool // first frames of chunks that are complete
	complete bool         // the film is
	kills    int
}

// runChild starts a child and calls each for each line that it says, until it ends. A child may be
// killed.
func runChild(t *testing.T, value string, each func(line string, kill func())) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestFilmChild$")
	cmd.Env = append(os.Environ(), filmChild+"="+value)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer func() { _ = cmd.Process.Kill() }()
	killed := false
	for lines := bufio.NewScanner(io.TeeReader(out, &said)); lines.Scan(); {
		each(lines.Text(), func() {
			killed = true
			_ = cmd.Process.Kill()
		})
	}
	if err := cmd.Wait(); !killed || err != nil && err.Error() != "signal: killed" {
		require.NoError(t, err, said.String())
	}
}

// follow takes a line of a child in. No complete chunk is drawn again.
func (l *filmLog) follow(t *testing.T, line string) {
	t.Helper()
	var from int
	if _, err := fmt.Sscanf(line, "draw %d", &from); err == nil {
		require.False(t, l.done[from], "the chunk at frame %d was complete", from)
	}
	if _, err := fmt.Sscanf(line, "done %d", &from); err == nil {
		l.done[from] = true
	}
	l.complete = l.complete || line == "complete"
}

// lookAround takes in the chunks that lie beside the film.
func (l *filmLog) lookAround(t *testing.T, path string) {
	t.Helper()
	_, err := os.Stat(path)
	if !l.complete {
		require.ErrorIs(t, err, os.ErrNotExist)
	}
	entries, err := os.ReadDir(path + ".chunks")
	require.NoError(t, err)
	for _, e := range entries {
		if number, err := strconv.Atoi(e.Name()); err == nil {
			l.done[number*killedFilm().chunk] = true
		}
	}
}

// TestFilmKilledAndResumed kills a process that renders a film, at twenty random moments, and
// resumes it each time. In the end the film is that of a process that was left alone.
func TestFilmKilledAndResumed(t *testing.T) {
	mediatest.NoLeaks(t)
	c := killedFilm()
	want := undisturbed(t, c)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	path := temporary(t, "film.mp4")
	log := filmLog{done: map[int]bool{}}
	for log.kills < 20 {
		events, wait := 1+random.IntN(6), time.Duration(random.IntN(4000))*time.Microsecond
		runChild(t, path, func(line string, kill func()) {
			log.follow(t, line)
			if events--; events == 0 {
				time.AfterFunc(wait, kill)
				log.kills++
			}
		})
		require.False(t, log.complete, "the film is too short for this many kills")
		log.lookAround(t, path)
	}
	runChild(t, path, func(line string, _ func()) { log.follow(t, line) })
	require.True(t, log.complete)
	requireContent(t, want, path)
	require.Empty(t, besides(t, path))
	requireFilm(t, c, path)
}

// undisturbed returns the bytes of a film that nothing disturbs.
func undisturbed(t *testing.T, c filmCase) []byte {
	t.Helper()
	path := temporary(t, "undisturbed."+c.container)
	c.render(t, path, 2)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return content
}

func requireContent(t *testing.T, want []byte, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, string(want) == string(content), "the bytes are those of a film that was left alone")
}

// TestFilmKilledAtTheEnd kills a process when all chunks are done: while it joins them, and while
// it removes them.
func TestFilmKilledAtTheEnd(t *testing.T) {
	mediatest.NoLeaks(t)
	c := killedFilm()
	want := undisturbed(t, c)
	times := 6
	if mediatest.Long(t) {
		times = 60
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range times {
		path, wait := temporary(t, "film.mp4"), time.Duration(random.IntN(20_000))*time.Microsecond
		log := filmLog{done: map[int]bool{}}
		runChild(t, path, func(line string, kill func()) {
			log.follow(t, line)
			if strings.HasPrefix(line, "done") && len(log.done) == len(c.chunks())-1 {
				time.AfterFunc(wait, kill)
			}
		})
		if _, err := os.Stat(path); err == nil {
			requireContent(t, want, path)
		}
		film := c.film(path)
		film.Draw = func(context.Context, *api.VideoStream, int, int) error { return errors.New("drawn again") }
		_, err := api.RenderFilm(context.Background(), film, api.RenderConfig{Resume: true})
		require.NoError(t, err)
		requireContent(t, want, path)
		require.Empty(t, besides(t, path))
	}
}

// TestFilmOfTwoProcesses has two processes make the same film. The second one fails at once, and
// harms nothing.
func TestFilmOfTwoProcesses(t *testing.T) {
	mediatest.NoLeaks(t)
	c, path := killedFilm(), temporary(t, "film.mp4")
	drawing := 0
	runChild(t, path+"|waits", func(line string, kill func()) {
		if strings.HasPrefix(line, "draw") {
			drawing++
		}
		if drawing < 2 { // the sound is being written, too
			return
		}
		for _, resume := range []bool{false, true} {
			before := filesIn(t, path+".chunks")
			_, err := api.RenderFilm(context.Background(), c.film(path), api.RenderConfig{Resume: resume})
			require.ErrorContains(t, err, path)
			require.Equal(t, before, filesIn(t, path+".chunks"))
		}
		kill()
	})
	c.render(t, path, 2)
	requireContent(t, undisturbed(t, c), path)
}

// TestFilmWhereTheDiskIsFull limits the size of the process's files in a child: a write beyond it
// fails as one to a full disk does. A film that did not fit is complete when there is room again,
// and no chunk is drawn twice.
func TestFilmWhereTheDiskIsFull(t *testing.T) {
	mediatest.NoLeaks(t)
	const full = "AVLOOM_TEST_FULL_FILM"
	c := filmCase{codec: "rawvideo", container: "mkv", frames: 24, chunk: 2}
	limit, path, child := strings.Cut(os.Getenv(full), " ")
	if !child {
		for limit, chunks := range map[string]int{"8000": 0, "100000": 12} { // a chunk has 25 kB, and the film 300
			path := temporary(t, "film.mkv")
			cmd := exec.Command(os.Args[0], "-test.run", "^TestFilmWhereTheDiskIsFull$")
			cmd.Env = append(os.Environ(), full+"="+limit+" "+path)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, string(out))
			drawn := 0
			film := c.film(path)
			film.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
				drawn++
				return c.draw(ctx, v, from, n)
			}
			_, err = api.RenderFilm(context.Background(), film, api.RenderConfig{Workers: 1, Resume: true})
			require.NoError(t, err)
			require.Equal(t, 12-chunks, drawn)
			requireContent(t, undisturbed(t, c), path)
			require.Empty(t, besides(t, path))
		}
		return
	}
	bytes, err := strconv.ParseUint(limit, 10, 64)
	require.NoError(t, err)
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: bytes}))
	_, err = api.RenderFilm(context.Background(), c.film(path), api.RenderConfig{Workers: 2})
	require.ErrorIs(t, err, unix.EFBIG)
	require.NoFileExists(t, path)
}

// TestFilmIntoAFolderThatCannotBeWritten needs no more than a folder that is none.
func TestFilmIntoAFolderThatCannotBeWritten(t *testing.T) {
	mediatest.NoLeaks(t)
	c, file := killedFilm(), temporary(t, "file")
	c.feed = func(context.Context, *api.VideoStream, int, int) error { return errors.New("drawn") }
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := api.RenderFilm(context.Background(), c.film(filepath.Join(file, "film.mp4")), api.RenderConfig{})
	require.ErrorIs(t, err, unix.ENOTDIR)
	_, err = api.RenderFilm(context.Background(), c.film(filepath.Join(file+"s", "film.mp4")), api.RenderConfig{})
	require.ErrorIs(t, err, unix.ENOENT)
}
