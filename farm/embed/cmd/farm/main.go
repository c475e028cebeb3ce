// Farm renders on many machines: it starts a Temporal server, workers, and runs. In one command it
// renders 200 clips and a film with three worker processes on this machine:
//
//	eval "$(bash scripts/ffmpeg.sh env)"
//	go run ./farm/embed/cmd/farm -demo
//
// On several machines, with a folder that they have in common, one has the server, and each of them
// a worker:
//
//	farm serve -address 0.0.0.0:7233 -file farm.db          # on one machine; -h lists all flags
//	farm work -address first:7233 -store /shared/films      # on each
//	farm jobs >jobs.jsonl                                   # the demo's, to change
//	farm run -address first:7233 -id tuesday jobs.jsonl     # starts a run and shows how far it is
//	farm watch -address first:7233 tuesday                  # shows it again, from anywhere
//	farm cancel -address first:7233 tuesday
//
// The same workers join a Temporal cluster: see the flags for its address, namespace and
// certificates. A program of one's own has other renderers than figure.go and knot.go, and calls
// farm.NewWorker as work.go does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program, as it does by default
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "farm:", strings.TrimPrefix(err.Error(), "farm: "))
		os.Exit(1)
	}
}

const usage = `farm -demo                 renders clips and a film with a server and workers of its own
farm serve                 starts a server, with a page, until Ctrl-C
farm work                  renders jobs that a server hands out, until Ctrl-C
farm jobs                  writes the jobs of the demo, one a line
farm run FILE              hands jobs, one a line, over to a server, and shows how far they are
farm watch ID              shows how far a run is
farm cancel ID             cancels a run
Each lists its flags with -h.
`

// run does what the arguments ask for.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	modes := map[string]func(context.Context, *program) error{
		"serve": serve, "work": work, "jobs": jobs, "run": start, "watch": watch, "cancel": cancel,
	}
	p := &program{stdout: stdout, stderr: stderr}
	switch {
	case len(args) > 0 && modes[args[0]] != nil:
		p.name, p.args = "farm "+args[0], args[1:]
		return modes[args[0]](ctx, p)
	case len(args) > 0 && args[0] != "" && args[0][0] == '-':
		p.name, p.args = "farm", args
		return demo(ctx, p)
	default:
		_, _ = io.WriteString(stderr, usage)
		return flag.ErrHelp
	}
}

// program is how a mode was called.
type program struct {
	name           string
	args           []string
	stdout, stderr io.Writer
}

// flags returns a set of flags, for parse.
func (p *program) flags() *flag.FlagSet {
	set := flag.NewFlagSet(p.name, flag.ContinueOnError)
	set.SetOutput(p.stderr)
	return set
}

// parse parses the flags, after which so many arguments must follow.
func (p *program) parse(set *flag.FlagSet, rest ...string) error {
	if err := set.Parse(p.args); err != nil {
		return flag.ErrHelp // the set has written it
	}
	if set.NArg() != len(rest) {
		_, _ = fmt.Fprintf(p.stderr, "usage: %s [flags]", p.name)
		for _, name := range rest {
			_, _ = fmt.Fprintf(p.stderr, " %s", name)
		}
		_, _ = fmt.Fprintln(p.stderr)
		set.PrintDefaults()
		return flag.ErrHelp
	}
	return nil
}

// say writes a line for the user.
func (p *program) say(format string, args ...any) { _, _ = fmt.Fprintf(p.stdout, format+"\n", args...) }
