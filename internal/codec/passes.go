package codec

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/nodes"
)

// TwoPass keeps what the first of two passes learns for the second one. The zero value is ready.
// Close ends it.
type TwoPass struct {
	statistics nodes.Statistics

	mu     sync.Mutex // an encoder may be opened by a call that was left behind
	folder string     // of the file of an encoder that keeps one; "": there is none
	closed bool
}

// Pass is one of two passes.
type Pass struct {
	nodes.Pass
	of *TwoPass
}

// Pass returns the first or the second pass. The first one has ended when the second begins.
func (t *TwoPass) Pass(number int) *Pass {
	return &Pass{nodes.Pass{Number: number, Statistics: &t.statistics}, t}
}

// Pictures returns how many pictures the first pass encoded.
func (t *TwoPass) Pictures() int64 { return t.statistics.Pictures() }

// CheckFirst returns an error if the first pass, which has ended, tells nothing.
func (t *TwoPass) CheckFirst() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.statistics.Complete() && (t.folder != "" || len(t.statistics.Text()) > 0) {
		return nil
	}
	return errors.New("avloom: the encoder returned no statistics at the end of the first pass")
}

// Close removes the file of statistics.
func (t *TwoPass) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	if t.folder == "" {
		return nil
	}
	return os.RemoveAll(t.folder)
}

// file returns the name of the file of statistics. Encoders write more files beside it, whose names
// begin with the same.
func (t *TwoPass) file() (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return "", errCanceled
	}
	if t.folder == "" {
		folder, err := os.MkdirTemp("", "avloom-two-pass-")
		if err != nil {
			return "", fmt.Errorf("create a folder for the statistics of the first pass: %w", err)
		}
		t.folder = folder
	}
	return filepath.Join(t.folder, "statistics"), nil
}

// statisticsOption is the option for the name of the file in which an encoder keeps its statistics.
// All other encoders return them.
var statisticsOption = map[string]string{"libx264": "stats", "libx264rgb": "stats", "libx265": "x265-stats"}

// configure makes an encoder that is not open yet one of two passes. A nil pass is a single one.
func (p *Pass) configure(cc *astiav.CodecContext, encoder string) error {
	if p == nil {
		return nil
	}
	flag := astiav.CodecContextFlagPass1
	if p.Number == 2 {
		flag = astiav.CodecContextFlagPass2
	}
	cc.SetFlags(cc.Flags().Add(flag))
	option, keepsFile := statisticsOption[encoder]
	if keepsFile {
		name, err := p.of.file()
		if err != nil {
			return err
		}
		return astiavx.SetOption(cc, option, name)
	}
	if p.Number == 2 {
		return astiavx.SetPassStatistics(cc, p.Statistics.Text())
	}
	return nil
}
