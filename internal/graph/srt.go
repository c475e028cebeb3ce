package graph

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/asticode/go-astiav"
)

// How long libsrt waits for an answer unless connect_timeout is set: 3 s, and ten times as long if
// both sides call (SRTO_CONNTIMEO in its documentation).
const (
	srtConnectLimit    = 3 * time.Second
	srtRendezvousLimit = 10 * srtConnectLimit
)

// explainSRTConnect tells whether nobody answered an attempt to connect by SRT, or the other side
// refused it. FFmpeg's error is the same for both; only the time that the attempt took differs.
// failed reports whether the connection itself failed, not a step before it. The result is nil for
// other protocols and other errors.
func (t *target) explainSRTConnect(err error, took time.Duration, failed bool) error {
	timedOut := errors.Is(err, syscall.ETIMEDOUT)
	if t.Address.Protocol.Name != "srt" || !timedOut && !errors.Is(err, syscall.EIO) {
		return nil
	}
	limit, mode := t.srtLimit(), t.srtSetting("mode")
	switch {
	case timedOut && (mode == "listener" || mode == "1"):
		return fmt.Errorf("nobody connected within %v: %w", took.Round(time.Millisecond), err)
	case timedOut:
		return fmt.Errorf("nobody answered within %v: %w", took.Round(time.Millisecond), err)
	case took >= limit:
		return fmt.Errorf("nobody answered within %v (connect_timeout): %w", limit, err)
	case failed:
		return fmt.Errorf("the other side refused, as it does over a wrong passphrase, streamid or mode: %w", err)
	default:
		return nil
	}
}

// explainSRTBroken makes a better error of FFmpeg's when SRT sends no more, because FFmpeg's error
// does not tell why.
func explainSRTBroken(err error) error {
	if errors.Is(err, syscall.EIO) || errors.Is(err, astiav.ErrUnknown) {
		return fmt.Errorf("the other side has ended the connection, or has not been heard of for too long: %w", err)
	}
	return err
}

// srtLimit returns how long libsrt waits for an answer.
func (t *target) srtLimit() time.Duration {
	if ms, err := strconv.ParseInt(t.srtSetting("connect_timeout"), 10, 32); err == nil && ms >= 0 {
		return time.Duration(ms) * time.Millisecond
	}
	if mode := t.srtSetting("mode"); mode == "rendezvous" || mode == "2" {
		return srtRendezvousLimit
	}
	return srtConnectLimit
}

// srtDefaultLatency is that of libsrt on both sides (SRTO_LATENCY in its documentation).
const srtDefaultLatency = 120 * time.Millisecond

// latency returns how long the receiver keeps packets before it hands them on, as far as the sender
// knows; 0 for other protocols than SRT. The two sides of a connection agree on the longer one of
// what the sender asks for and what the receiver is set to, which FFmpeg does not tell. Files that
// SRT transfers as such have no latency.
func (t *target) latency() time.Duration {
	if t.Address.Protocol.Name != "srt" || t.srtSetting("transtype") == "file" {
		return 0
	}
	longest := srtDefaultLatency
	for _, name := range []string{"latency", "tsbpddelay", "peerlatency"} { // in microseconds
		if us, err := strconv.ParseInt(t.srtSetting(name), 10, 64); err == nil {
			longest = max(longest, time.Duration(us)*time.Microsecond)
		}
	}
	return longest
}

// srtSetting returns the value of an option. An option in the URL takes precedence over one in
// FormatOptions.
func (t *target) srtSetting(name string) string {
	_, query, _ := strings.Cut(t.Address.URL, "?")
	values, _ := url.ParseQuery(query) // pairs that cannot be parsed are not the option
	if values.Has(name) {
		return values.Get(name)
	}
	return t.ProtocolOptions[name]
}
