package capacity

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/avloom/avloom/benchmarks/internal/host"
)

// Main is the command. SIGINT and SIGTERM end it after it has shown the rows that are complete.
func Main(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program, as it does by default
	program, err := os.Executable()
	if err != nil {
		return err
	}
	err = Run(ctx, program, args, os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}

// Run measures what the arguments ask for. program is called with ChildCommand for each trial, and
// then must call Child. The table goes to stdout, and a line for each trial to stderr.
func Run(ctx context.Context, program string, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "avloom-capacity-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // a folder that stays does no harm
	r := &Result{
		Host: host.This(), Cores: runtime.GOMAXPROCS(0), Date: time.Now().UTC().Truncate(time.Second),
		Command: strings.Join(append([]string{"go run ./benchmarks capacity"}, args...), " "), Settings: s,
	}
	r.Load[0] = host.Load()
	m := &measurer{settings: s, program: program, folder: folder, log: stderr}
	failed := r.measure(ctx, m)
	r.Load[1] = host.Load()
	if len(r.Rows) == 0 && failed != nil {
		return failed
	}
	return errors.Join(failed, r.write(stdout), r.saveAs(s))
}

// measure measures the rows one after another, as long as there is time.
func (r *Result) measure(ctx context.Context, m *measurer) error {
	cases := m.settings.Cases
	b := newBudget(time.Now(), m.settings.Budget, m.least())
	for i, c := range cases {
		until, ok := b.row(time.Now(), len(cases)-i)
		if !ok {
			r.leftOut(cases[i:], b.need(time.Now(), len(cases)-i))
			return nil
		}
		row, err := m.measure(ctx, c, until)
		if err != nil {
			return fmt.Errorf("%v: %w", c, err)
		}
		r.Rows = append(r.Rows, row)
	}
	return nil
}

// saveAs writes the files that the flags name.
func (r *Result) saveAs(s Settings) error {
	var errs []error
	if s.json != "" {
		errs = append(errs, r.save(s.json))
	}
	if s.plot != "" {
		errs = append(errs, os.WriteFile(s.plot, []byte(r.draw()), 0o644))
	}
	return errors.Join(errs...)
}
