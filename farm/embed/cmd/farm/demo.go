package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/embed"
)

// demoSettings are those of a demo.
type demoSettings struct {
	embed.Config
	wanted         bool
	folder, page   string
	workers, clips int
	keep           bool
}

func (s *demoSettings) flags(set *flag.FlagSet) {
	set.BoolVar(&s.wanted, "demo", false, "render clips and a film with a server and workers of its own")
	set.StringVar(&s.folder, "o", "farm-demo", "`folder` for the files")
	set.StringVar(&s.page, "page", "127.0.0.1:0", "IP address and port of Temporal's page; port 0: a free one")
	set.StringVar(&s.File, "file", "", "SQLite `file` of the server (default: memory)")
	set.IntVar(&s.workers, "workers", 3, "how `many` worker processes")
	set.IntVar(&s.clips, "clips", 200, "how `many` clips")
	set.BoolVar(&s.keep, "keep", false, "leave the server and its page up, until Ctrl-C")
}

// demo renders clips and a film on this machine, with several processes.
func demo(ctx context.Context, p *program) error {
	s, set := demoSettings{}, p.flags()
	s.flags(set)
	if err := p.parse(set); err != nil {
		return err
	}
	if !s.wanted || s.workers < 1 || s.clips < 1 {
		_, _ = fmt.Fprint(p.stderr, usage)
		set.PrintDefaults()
		return flag.ErrHelp
	}
	site, err := openSite(ctx, s.Config, s.page)
	if err != nil {
		return err
	}
	p.say("Temporal server at %s. Its page shows the run: %s", site.server.Address(), site.page.url())
	err = s.render(ctx, p, site)
	if err == nil && s.keep {
		p.say("The page stays until Ctrl-C: %s", site.page.url())
		<-ctx.Done()
	}
	return errors.Join(err, site.close())
}

// render has workers render the demo's jobs.
func (s *demoSettings) render(ctx context.Context, p *program, site *site) error {
	jobsEach := max(1, (runtime.NumCPU()+s.workers-1)/s.workers)
	workers, err := startCrew(s.workers, jobsEach, site.server.Address(), s.folder, p.stderr)
	if err != nil {
		return err
	}
	p.say("%d workers, the processes %s, render %d clips and a film into %s",
		s.workers, numbers(workers.processes()), s.clips, s.folder)
	c, err := site.server.Dial(context.WithoutCancel(ctx))
	if err != nil {
		return errors.Join(err, workers.stop())
	}
	defer c.Close()
	jobs := demoJobs(s.clips)
	run, err := farm.Start(ctx, c, slices.Values(jobs), farm.RunConfig{})
	if err == nil {
		err = follow(workers.watch(ctx), p, run, ours)
	}
	if err == nil {
		err = writeIndex(s.folder, jobs)
	}
	if err == nil {
		p.say("Look at them: open %s/index.html in a browser, or play %s/%s", s.folder, s.folder, filmPath)
	}
	return errors.Join(err, workers.stop())
}

func numbers(ids []int) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = fmt.Sprint(id)
	}
	return strings.Join(texts, ", ")
}
