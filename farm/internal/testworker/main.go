package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob"

	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/testcodec"
	"github.com/avloom/avloom/farm/internal/testjobs"
)

type options struct {
	address, namespace, store, starts, metrics string
	password                                   string
	failEvery, stopIn                          int64
	worker                                     farm.WorkerConfig
}

func main() {
	var o options
	flag.StringVar(&o.address, "address", "", "of the server")
	flag.StringVar(&o.namespace, "namespace", "default", "on the server")
	flag.StringVar(&o.password, "password", "", "with which what the server gets is encrypted")
	flag.StringVar(&o.store, "store", "", "URL of the store")
	flag.StringVar(&o.starts, "starts", "", "file to which beginnings and ends of jobs are appended")
	flag.StringVar(&o.metrics, "metrics", "", "file into which the address of the page of metrics is written")
	flag.Int64Var(&o.failEvery, "fail-every", 0, "every n-th write into the store fails")
	flag.Int64Var(&o.stopIn, "stop-in-write", 0, "the process stops itself, as with SIGSTOP, in this write")
	flag.StringVar(&o.worker.Queue, "queue", "", "task queue")
	flag.IntVar(&o.worker.Jobs, "jobs", 0, "at a time")
	flag.StringVar(&o.worker.Scratch, "scratch", "", "folder for files that are being made")
	flag.StringVar(&o.worker.Version, "version", "1", "of this program")
	flag.IntVar(&o.worker.Failures, "failures", 0, "in a row until the worker gives up")
	flag.DurationVar(&o.worker.Drain, "drain", 0, "how long running jobs may take after SIGTERM")
	flag.Parse()
	if err := work(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "testworker:", err)
		os.Exit(1)
	}
}

func work(ctx context.Context, o options) error {
	starts, err := testjobs.OpenStarts(o.starts)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, o)
	if err != nil {
		return err
	}
	o.worker.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	o.worker.Metrics = farm.NewMetrics()
	if err := serve(o); err != nil {
		return err
	}
	c, err := dial(ctx, o)
	if err != nil {
		return err
	}
	defer c.Close()
	w, err := farm.NewWorker(c, store, testjobs.Renderers(starts), o.worker)
	if err != nil {
		return err
	}
	return w.Run(ctx)
}

func dial(ctx context.Context, o options) (client.Client, error) {
	if o.password != "" {
		return testcodec.Dial(ctx, o.address, o.namespace, o.password, sdklog.NewStructuredLogger(o.worker.Log))
	}
	return farm.Dial(ctx, farm.DialConfig{
		Address: o.address, Namespace: o.namespace, Metrics: o.worker.Metrics, Log: o.worker.Log,
	})
}

func openStore(ctx context.Context, o options) (*blob.Bucket, error) {
	store, err := blob.OpenBucket(ctx, o.store)
	if err != nil {
		return nil, err
	}
	if o.failEvery > 0 {
		store = testjobs.FailingWrites(store, o.failEvery)
	}
	if o.stopIn > 0 {
		store = testjobs.StoppingWrite(store, o.stopIn)
	}
	return store, nil
}

// serve shows the page of metrics at a free port, and writes its address into a file.
func serve(o options) error {
	if o.metrics == "" {
		return nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: o.worker.Metrics, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // it ends with the process
	half := filepath.Join(filepath.Dir(o.metrics), "."+filepath.Base(o.metrics))
	if err := os.WriteFile(half, []byte("http://"+listener.Addr().String()), 0o666); err != nil {
		return err
	}
	return os.Rename(half, o.metrics)
}
