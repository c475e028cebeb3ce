package browsertest

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// Patience is the most time that the browser may take for one thing. It only ends a test that
// hangs.
const Patience = time.Minute

// A Page is a page that is open in a browser.
type Page struct {
	t   testing.TB
	tab context.Context //nolint:containedctx // chromedp keeps the tab in it
}

// Open opens a page in a headless Chromium, which is closed at the end of the test. The window has
// 1240 × 760 pixels.
func Open(t testing.TB, url string) *Page {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(find(t)),
		chromedp.NoSandbox, // the sandbox does not work for root
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.WindowSize(1240, 760))
	ctx, cancel := context.WithTimeout(context.Background(), 5*Patience) // after what waits in it has given up
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	t.Cleanup(func() { require.NoError(t, chromedp.Cancel(ctx)) })
	p := &Page{t: t, tab: ctx}
	p.Navigate(url)
	return p
}

// find returns the path of a Chromium. "make test" installs one on Debian; Ubuntu has it only as a
// snap.
func find(t testing.TB) string {
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

// Navigate opens another page in the same tab.
func (p *Page) Navigate(url string) {
	p.t.Helper()
	require.NoError(p.t, chromedp.Do(p.tab, chromedp.Navigate(url)))
}

// Click clicks on the element that a CSS selector finds.
func (p *Page) Click(selector string) {
	p.t.Helper()
	require.NoError(p.t, chromedp.Do(p.tab, chromedp.Click(chromedp.CSS(selector))), selector)
}

// Await waits until an expression is true in the page.
func (p *Page) Await(expression string) {
	p.t.Helper()
	poll := chromedp.Poll[bool](expression,
		chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(Patience))
	_, err := chromedp.Run(p.tab, poll)
	require.NoError(p.t, err, "%s; the page says: %s", expression, Eval[string](p, "document.body.innerText"))
}

// Eval returns the value of an expression in the page. It waits for a promise.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.tab, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(p.t, err, expression)
	return value
}

// Screenshot keeps a picture of the page with the artifacts of the test (go test -artifacts), and
// returns it.
func (p *Page) Screenshot(name string) image.Image {
	p.t.Helper()
	shot, err := chromedp.Run(p.tab, chromedp.FullScreenshot(100))
	require.NoError(p.t, err)
	img, err := png.Decode(bytes.NewReader(shot))
	require.NoError(p.t, err)
	require.NoError(p.t, os.WriteFile(filepath.Join(p.t.ArtifactDir(), name), shot, 0o600))
	return img
}
