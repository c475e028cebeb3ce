// Worker renders for a farm: the jobs that the program beside it, submit, starts. Copy it, and put
// your own renderers in place of those in renderers.go.
//
//	go run ./examples/worker -store 'file:///mnt/renders?no_tmp_dir=true'
//
// Run it on as many machines as you have, and stop any of them with Ctrl-C, or with a kill: others
// render what it had begun.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:///mnt/renders?no_tmp_dir=true
	// Other stores, each with a package of its own:
	//	_ "gocloud.dev/blob/s3blob"    // s3://bucket?region=eu-central-1
	//	_ "gocloud.dev/blob/gcsblob"   // gs://bucket
	//	_ "gocloud.dev/blob/azureblob" // azblob://container

	"github.com/avloom/avloom/farm"
)

func main() {
	err := run(context.Background(), os.Args[1:])
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(1)
	}
}

// run works until the process is stopped, with Ctrl-C or SIGTERM, or until the worker gives up.
func run(ctx context.Context, args []string) error {
	log, metrics := slog.Default(), farm.NewMetrics()
	server := farm.DialConfig{Metrics: metrics, Log: log}
	worker := farm.WorkerConfig{Version: version, Metrics: metrics, Log: log}
	flags := flag.NewFlagSet("worker", flag.ContinueOnError)
	server.Flags(flags) // -address, -namespace, -tls-cert and others
	flags.IntVar(&worker.Jobs, "jobs", 0, "how `many` jobs at a time; 0: as the cores and the memory allow")
	storeURL := flags.String("store", "", "the `URL` of the store that gets the files (required)")
	page := flags.String("metrics", "", "serve the metrics for Prometheus at this `address`, such as :9090")
	if err := flags.Parse(args); err != nil {
		return err
	}

	store, err := blob.OpenBucket(ctx, *storeURL)
	if err != nil {
		return fmt.Errorf("-store %q: %w", *storeURL, err)
	}
	defer func() { _ = store.Close() }() // each file is complete before its job is
	client, err := farm.Dial(ctx, server)
	if err != nil {
		return err
	}
	defer client.Close()
	if *page != "" {
		go func() { log.Error("no metrics", "error", http.ListenAndServe(*page, metrics)) }()
	}
	w, err := farm.NewWorker(client, store, renderers(), worker)
	if err != nil {
		return err
	}
	return w.Run(ctx)
}
