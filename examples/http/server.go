package main

import (
	"context"
	_ "embed"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"path"
	"time"
)

//go:embed index.html
var page []byte

//go:embed player.js
var player []byte

// newHandler returns a handler that serves the page with its script, the stream at /live.mp4, and
// the folder of HLS at /hls/. hlsJS is the path of a script that plays HLS in browsers that do not
// do so themselves; "": there is none.
func newHandler(stream http.Handler, folder fs.FS, hlsJS string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", content("text/html; charset=utf-8", page))
	mux.HandleFunc("GET /player.js", content("text/javascript", player))
	mux.Handle("GET /live.mp4", stream)
	mux.HandleFunc("GET /hls/{name}", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		w.Header().Set("Content-Type", contentType(name))
		w.Header().Set("Cache-Control", "no-cache") // names are used again when the program starts again
		http.ServeFileFS(w, r, folder, name)
	})
	mux.HandleFunc("GET /hls.js", func(w http.ResponseWriter, r *http.Request) {
		if hlsJS == "" {
			http.Error(w, "start the program with -hlsjs", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "text/javascript")
		http.ServeFile(w, r, hlsJS)
	})
	return mux
}

func content(contentType string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(body) // a client that is gone needs no page
	}
}

// contentType returns the type of a file of HLS.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".m3u8":
		return "application/vnd.apple.mpegurl"
	case ".m4s":
		return "video/iso.segment"
	default:
		return "video/mp4"
	}
}

// serve serves until ctx ends, and returns when all requests are over.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	down := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { down <- server.Shutdown(context.WithoutCancel(ctx)) })
	err := server.Serve(listener)
	if stop() || !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-down
}
