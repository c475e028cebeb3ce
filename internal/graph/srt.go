package graph

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// How long libsrt waits for somebody to answer, unless connect_timeout says otherwise: 3 s, and ten
// times as long where both sides call (SRTO_CONNTIMEO in its documentation).
const (
	srtAnswers           = 3 * time.Second
	srtRendezvousAnswers = 10 * srtAnswers
)

// unanswered says of an attempt to connect by SRT whether nobody answered or somebody refused,
// which FFmpeg's error does not tell: only the time that it took does. refused is whether it was
// the connection that failed, and not what comes before it. Of other protocols it is nil.
func (t *target) unanswered(err error, took time.Duration, refused bool) error {
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
	case refused:
		return fmt.Errorf("the other side refused, as it does over a wrong passphrase, streamid or mode: %w", err)
	default:
		return nil
	}
}

// srtIsBroken says what FFmpeg's error means where SRT does not send any more, which says nothing
// itself.
func srtIsBroken(err error) error {
	if errors.Is(err, syscall.EIO) {
		return fmt.Errorf("the other side has ended the connection, or has not been heard of for too long: %w", err)
	}
	return err
}

// srtLimit is how long libsrt waits for an answer.
func (t *target) srtLimit() time.Duration {
	if ms, err := strconv.ParseInt(t.srtSetting("connect_timeout"), 10, 32); err == nil && ms >= 0 {
		return time.Duration(ms) * time.Millisecond
	}
	if mode := t.srtSetting("mode"); mode == "rendezvous" || mode == "2" {
		return srtRendezvousAnswers
	}
	return srtAnswers
}

// srtSetting is an option as it was said in FormatOptions, or in the URL, which has the last word.
func (t *target) srtSetting(name string) string {
	_, query, _ := strings.Cut(t.Address.URL, "?")
	values, _ := url.ParseQuery(query) // what cannot be read is not what is looked for
	if values.Has(name) {
		return values.Get(name)
	}
	return t.ProtocolOptions[name]
}
