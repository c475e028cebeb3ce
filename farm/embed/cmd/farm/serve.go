package main

import (
	"context"
	"errors"
	"flag"
	"time"

	"github.com/avloom/avloom/farm/embed"
)

// site is a server with a page.
type site struct {
	server *embed.Server
	page   *page
}

// openSite starts both. The caller closes them.
func openSite(ctx context.Context, cfg embed.Config, pageAddress string) (*site, error) {
	server, err := embed.Start(ctx, cfg)
	if err != nil {
		return nil, err
	}
	page, err := openPage(ctx, pageAddress, server.Address(), server.Namespace())
	if err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	return &site{server, page}, nil
}

func (s *site) close() error {
	s.page.close()
	return s.server.Stop()
}

// serve starts a server until Ctrl-C.
func serve(ctx context.Context, p *program) error {
	cfg, set := embed.Config{}, p.flags()
	serverFlags(set, &cfg)
	pageAddress := set.String("page", "127.0.0.1:8233", "IP address and port of Temporal's page")
	if err := p.parse(set); err != nil {
		return err
	}
	s, err := openSite(ctx, cfg, *pageAddress)
	if err != nil {
		return err
	}
	p.say("Temporal server at %s, namespace %s. Its page: %s", s.server.Address(), s.server.Namespace(), s.page.url())
	p.say("Ctrl-C ends it.")
	<-ctx.Done()
	return s.close()
}

func serverFlags(set *flag.FlagSet, cfg *embed.Config) {
	set.StringVar(&cfg.File, "file", "farm.db", "SQLite `file` of the server; a later server goes on from it")
	set.StringVar(&cfg.Address, "address", "127.0.0.1:7233",
		"IP address and port of the server; 0.0.0.0:7233 lets other machines in, all of them")
	set.StringVar(&cfg.Namespace, "namespace", "default", "namespace of the runs")
	set.DurationVar(&cfg.Retention, "retention", 7*24*time.Hour, "how `long` a run can be found after its end")
}
