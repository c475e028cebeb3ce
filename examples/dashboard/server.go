package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/api/metrics"
)

//go:embed index.html
var page []byte

//go:embed page.js
var script []byte

// look is one message to the page.
type look struct {
	Total      api.Stats // since the start
	Recent     api.Stats // since the message before
	Bottleneck string    // of Recent
	Frame      int       // the number of the latest picture
	Viewing    bool      // the viewer takes what it gets
}

// newHandler returns a handler that serves the page and its data. The page gets a message at each
// interval.
func newHandler(r *recorder, interval time.Duration) http.Handler {
	var encoders metrics.Encoders
	encoders.Add("orbits", r.encoder)
	registry := prometheus.NewRegistry()
	registry.MustRegister(&encoders)

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", content("text/html; charset=utf-8", page))
	mux.HandleFunc("GET /page.js", content("text/javascript", script))
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, req *http.Request) { r.tell(w, req, interval) })
	mux.HandleFunc("GET /preview.png", r.servePreview)
	mux.HandleFunc("POST /viewer", func(w http.ResponseWriter, req *http.Request) {
		viewing, err := strconv.ParseBool(req.FormValue("viewing"))
		if err != nil {
			http.Error(w, "viewing must be true or false", http.StatusBadRequest)
			return
		}
		r.viewer.view(viewing)
	})
	mux.HandleFunc("GET /graph.dot", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/vnd.graphviz")
		_, _ = fmt.Fprint(w, r.encoder.Stats().DOT())
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}

func content(contentType string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(body) // a client that is gone needs no page
	}
}

// tell sends a look at each interval, as server-sent events, until the client or the server goes
// away.
func (r *recorder) tell(w http.ResponseWriter, req *http.Request, interval time.Duration) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	control, before := http.NewResponseController(w), api.Stats{}
	for {
		now := r.encoder.Stats()
		recent := now.Since(before)
		before = now
		text, err := json.Marshal(look{
			Total: now, Recent: recent, Bottleneck: recent.Bottleneck(), Frame: r.latestFrame(), Viewing: r.viewer.isViewing(),
		})
		if err != nil {
			return
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", text); err != nil || control.Flush() != nil {
			return
		}
		select {
		case <-ticker.C:
		case <-req.Context().Done():
			return
		}
	}
}

// servePreview serves the latest picture, with its number in a header.
func (r *recorder) servePreview(w http.ResponseWriter, _ *http.Request) {
	frame, img := r.preview()
	if frame < 0 {
		http.Error(w, "there is no picture yet", http.StatusNotFound)
		return
	}
	w.Header().Set("Frame", strconv.Itoa(frame))
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "no-store")
	_ = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, img) // a client that is gone needs no picture
}
