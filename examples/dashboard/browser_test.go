package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// patience is the most time that the browser may take for one thing. It only ends a test that
// hangs.
const patience = 2 * time.Minute

// findBrowser returns the path of a Chromium. "make test" installs one on Debian; Ubuntu has it
// only as a snap.
func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	system, err := os.ReadFile("/etc/os-release")
	require.NoError(t, err)
	if !strings.Contains("\n"+string(system), "\nID=debian\n") {
		t.Skip("this system has no Chromium and no package of it")
	}
	require.Fail(t, "the tests need chromium, which \"make test\" installs")
	return ""
}

// openPage opens a page in a headless Chromium, which is closed at the end of the test.
func openPage(t *testing.T, url string) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(findBrowser(t)),
		chromedp.NoSandbox, // the sandbox does not work for root
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.WindowSize(1240, 760))
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience) // after what waits in it has given up
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	t.Cleanup(func() { require.NoError(t, chromedp.Cancel(ctx)) })
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(url)))
	return ctx
}

// eval returns the value of an expression in the page.
func eval[T any](t *testing.T, page context.Context, expression string) T { //nolint:revive // t comes first in tests
	t.Helper()
	value, err := chromedp.Run(page, chromedp.Evaluate[T](expression))
	require.NoError(t, err, expression)
	return value
}

// await waits until an expression is true in the page.
func await(t *testing.T, page context.Context, expression string) { //nolint:revive // t comes first in tests
	t.Helper()
	poll := chromedp.Poll[bool](expression,
		chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(patience))
	_, err := chromedp.Run(page, poll)
	require.NoError(t, err, "%s; the page says: %s", expression, eval[string](t, page, "document.body.innerText"))
}
