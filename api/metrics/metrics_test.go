package metrics_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/api/metrics"
	"github.com/avloom/avloom/internal/mediatest"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

// openEncoder returns an encoder with a stream of pictures and one of sound.
func openEncoder(t *testing.T) (*api.Encoder, *api.VideoStream) {
	t.Helper()
	enc := api.NewEncoder()
	v, err := enc.AddVideo(api.VideoConfig{
		Width: 64, Height: 64, FrameRate: 30, Codec: "libx264", Preset: "ultrafast", Threads: 1,
	})
	require.NoError(t, err)
	_, err = enc.AddAudio(api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"})
	require.NoError(t, err)
	require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mkv"))
	return enc, v
}

func addFrames(t *testing.T, v *api.VideoStream, n int) {
	t.Helper()
	require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: make([]byte, n*64*64*3), Layout: api.NHWC}))
}

// scrape reads the metrics as Prometheus would: each line's name and labels, and its value.
func scrape(t *testing.T, url string) map[string]float64 {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	require.Equal(t, http.StatusOK, response.StatusCode)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	values := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		if i := strings.LastIndex(line, " "); line[0] != '#' {
			values[line[:i]], err = strconv.ParseFloat(strings.TrimSpace(line[i:]), 64)
			require.NoError(t, err)
		}
	}
	return values
}

func TestScrape(t *testing.T) {
	mediatest.NoLeaks(t)
	var encoders metrics.Encoders
	enc, v := openEncoder(t)
	defer enc.Abort(nil)
	encoders.Add(`a "name"`, enc)
	registry := prometheus.NewPedanticRegistry() // which compares with what Describe says
	registry.MustRegister(&encoders)
	server := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	defer server.Close()

	addFrames(t, v, 30)
	require.NoError(t, enc.Sync(context.Background()))
	during := scrape(t, server.URL)
	const stream = `codec="libx264",encoder="a \"name\"",kind="video",stream="0"`
	require.Equal(t, 30.0, during["avloom_stream_accepted_total{"+stream+"}"])
	require.Equal(t, 0.0, during["avloom_stream_dropped_frames_total{"+stream+"}"])
	require.Equal(t, 30.0, during[`avloom_node_in_total{encoder="a \"name\"",node="convert",stream="0"}`])
	require.Equal(t, 4.0, during[`avloom_queue_capacity{encoder="a \"name\"",from="convert",stream="0",to="encode"}`])
	require.Equal(t, 0.0, during[`avloom_run_over{encoder="a \"name\""}`])
	require.NoError(t, enc.Close())

	s := enc.Stats()
	after := scrape(t, server.URL)
	value := func(series, labels string) float64 {
		got, ok := after[series+`{encoder="a \"name\"",`+labels+"}"]
		require.True(t, ok, "%s %s in %v", series, labels, after)
		return got
	}
	busy := after[`avloom_node_seconds_total{activity="busy",encoder="a \"name\"",node="mux",stream=""}`]
	require.Equal(t, s.Nodes[len(s.Nodes)-1].Busy.Seconds(), busy)
	require.Equal(t, float64(s.Streams[0].Bytes), after["avloom_stream_bytes_total{"+stream+"}"])
	require.Equal(t, 30.0, value("avloom_queue_received_total", `from="encode",stream="0",to="mux"`))
	require.Equal(t, 1.0, after[`avloom_run_over{encoder="a \"name\""}`])
	require.Equal(t, float64(s.BytesWritten), after[`avloom_written_bytes_total{encoder="a \"name\""}`])
	require.Equal(t, float64(s.BytesWritten), value("avloom_output_written_bytes_total", `node="mux",output="io.discard"`))
	require.Equal(t, 1.0, value("avloom_output_state", `node="mux",output="io.discard",state="ended"`))
	require.Equal(t, 0.0, value("avloom_output_state", `node="mux",output="io.discard",state="running"`))

	encoders.Remove(`a "name"`)
	require.Empty(t, scrape(t, server.URL))
}

// TestNames lets the client library check the names and the help.
func TestNames(t *testing.T) {
	mediatest.NoLeaks(t)
	var encoders metrics.Encoders
	enc, _ := openEncoder(t)
	defer enc.Abort(nil)
	encoders.Add("one", enc)
	encoders.Add("not open", api.NewEncoder())
	problems, err := testutil.CollectAndLint(&encoders)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, 2, testutil.CollectAndCount(&encoders, "avloom_run_seconds"))
	require.Equal(t, 6*3, testutil.CollectAndCount(&encoders, "avloom_node_seconds_total"))
	require.NoError(t, testutil.CollectAndCompare(&encoders, strings.NewReader(`
# HELP avloom_queue_capacity How many items may wait.
# TYPE avloom_queue_capacity gauge
avloom_queue_capacity{encoder="one",from="convert",stream="0",to="encode"} 4
avloom_queue_capacity{encoder="one",from="encode",stream="0",to="mux"} 16
avloom_queue_capacity{encoder="one",from="encode",stream="1",to="mux"} 16
avloom_queue_capacity{encoder="one",from="input",stream="0",to="convert"} 8
avloom_queue_capacity{encoder="one",from="input",stream="1",to="resample"} 8
avloom_queue_capacity{encoder="one",from="rechunk",stream="1",to="encode"} 8
avloom_queue_capacity{encoder="one",from="resample",stream="1",to="rechunk"} 8
`), "avloom_queue_capacity"))
}

func TestVar(t *testing.T) {
	mediatest.NoLeaks(t)
	var encoders metrics.Encoders
	require.Equal(t, "{}", encoders.Var().String())
	enc, v := openEncoder(t)
	defer enc.Abort(nil)
	encoders.Add("one", enc)
	addFrames(t, v, 5)
	require.NoError(t, enc.Close())
	var read map[string]api.Stats
	require.NoError(t, json.Unmarshal([]byte(encoders.Var().String()), &read))
	require.Equal(t, map[string]api.Stats{"one": enc.Stats()}, read)
}

func TestEncodersComeAndGoWhileTheyAreRead(t *testing.T) {
	mediatest.NoLeaks(t)
	var encoders metrics.Encoders
	var working sync.WaitGroup
	for _, name := range []string{"a", "b"} {
		working.Go(func() {
			for range 5 {
				enc, v := openEncoder(t)
				encoders.Add(name, enc)
				addFrames(t, v, 3)
				_ = enc.Close()
				encoders.Remove(name)
			}
		})
	}
	done := make(chan struct{})
	go func() {
		working.Wait()
		close(done)
	}()
	for deadline := time.After(time.Minute); ; {
		registry := prometheus.NewPedanticRegistry()
		require.NoError(t, registry.Register(&encoders))
		_, err := registry.Gather()
		require.NoError(t, err)
		select {
		case <-done:
			return
		case <-deadline:
			require.Fail(t, "it takes too long")
		default:
		}
	}
}
