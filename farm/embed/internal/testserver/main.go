// Command testserver is an embedded server in a process of its own, for tests that kill it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/farm/embed"
)

func main() {
	var cfg embed.Config
	flag.StringVar(&cfg.File, "file", "", "SQLite file")
	flag.StringVar(&cfg.Address, "address", "", "where it listens")
	flag.Parse()
	if err := serve(cfg); err != nil {
		fmt.Fprintln(os.Stderr, "testserver:", err)
		os.Exit(1)
	}
}

// serve prints the address when the server is ready.
func serve(cfg embed.Config) error {
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGTERM)
	defer stop()
	server, err := embed.Start(ctx, cfg)
	if err != nil {
		return err
	}
	fmt.Println("ready", server.Address())
	<-ctx.Done()
	return server.Stop()
}
