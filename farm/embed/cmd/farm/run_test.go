package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/farm"
)

// TestReadJobs reads jobs, one a line, and says which line is none. Nothing in a line is ignored.
func TestReadJobs(t *testing.T) {
	t.Parallel()
	const job = `{"renderer": "figure", "params": {"x": 1}, "path": "a.mp4"}`
	for name, c := range map[string]struct {
		text string
		jobs int
		want string
	}{
		"two":            {job + "\n" + job + "\n", 2, ""},
		"an empty line":  {job + "\n\n \r\n" + job, 2, ""},
		"none":           {"", 0, ""},
		"a wrong name":   {job + "\n" + strings.Replace(job, "params", "parms", 1), 1, `line 2 is not a job, such as {`},
		"half a job":     {job[:20], 0, "line 1 is not a job, such as {"},
		"two in a line":  {job + job, 0, "something follows the job in its line"},
		"a list":         {"[" + job + "]", 0, "line 1 is not a job"},
		"a line too big": {`"` + strings.Repeat("x", 5<<20), 0, "read jobs: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var broken error
			var all []farm.Job
			for read := range readJobs(strings.NewReader(c.text), func(err error) { broken = err }) {
				all = append(all, read)
				require.Equal(t, farm.Job{Renderer: "figure", Params: []byte(`{"x": 1}`), Path: "a.mp4"}, read)
			}
			require.Len(t, all, c.jobs)
			if c.want == "" {
				require.NoError(t, broken)
			} else {
				require.ErrorContains(t, broken, c.want)
			}
		})
	}
}

// TestBarFits: what stands before the bar is cut, so that the line does not become two.
func TestBarFits(t *testing.T) {
	t.Parallel()
	require.Equal(t, "naïve", shorten("naïve", 5))
	require.Equal(t, "naï…", shorten("naïve", 4))
	require.Equal(t, "…", shorten("naïve", -3))
}
