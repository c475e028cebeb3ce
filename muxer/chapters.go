package muxer

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/movindex"
	"github.com/avloom/avloom/pipeline"
)

// chapters gives FFmpeg's muxer the chapters of a file, each time that it may write them.
//
// In a mov file they are written when it is finished, so that they end where it does. While it
// consists of fragments, its index has a list of them, which a killed process leaves.
type chapters struct {
	all    []container.Chapter
	way    container.ChapterWay
	writer *writer
	tracks []track
	warn   func(stream int, text string)
	noList bool // the program does not want the list
}

func newChapters(cfg Config, w *writer, tracks []track) chapters {
	return chapters{
		all: cfg.Extras.Chapters, way: cfg.spec(w.dst).WayOfChapters(), writer: w, tracks: tracks, warn: cfg.Warn,
		noList: container.LeavesListOut(cfg.Options),
	}
}

// addTags returns tags, with the chapters if they are tags in this container.
func (c *chapters) addTags(tags map[string]string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, tags)
	if c.way == container.ChaptersAsTags {
		maps.Copy(all, container.ChapterTags(c.all))
	}
	return all
}

// setForHeader gives FFmpeg the chapters that it writes with the header.
func (c *chapters) setForHeader() error {
	if c.way != container.ChaptersInHeader {
		return nil
	}
	return c.set(c.all)
}

// setForIndex gives FFmpeg the chapters that the index of a mov file lists which is written before
// the file ends. FFmpeg makes no track of them, since it has written the header.
func (c *chapters) setForIndex() error {
	if c.way != container.ChaptersInIndex && c.way != container.ChaptersInList {
		return nil
	}
	if !movindex.CanList(c.all) {
		return nil
	}
	return c.set(c.all)
}

// set gives FFmpeg chapters instead of those that it has.
func (c *chapters) set(all []container.Chapter) error {
	astiavx.RemoveChapters(c.writer.format)
	for i, one := range all {
		end := one.End
		if c.way == container.ChaptersWithTrailer && i+1 < len(all) {
			end = all[i+1].Start
		}
		if err := astiavx.AddChapter(c.writer.format, one.Start, end, one.Title); err != nil {
			return fmt.Errorf("add a chapter: %w", err)
		}
	}
	return nil
}

// finish prepares the chapters that are written with the trailer. It returns the change of the
// index of a mov file, which may be nil.
func (c *chapters) finish() (change func(index []byte) ([]byte, error), err error) {
	if len(c.all) == 0 {
		return nil, nil
	}
	left := c.within(c.end())
	switch c.way {
	case container.ChaptersInList:
		return nil, c.set(left)
	case container.ChaptersWithTrailer:
		return nil, c.setForTrailer(left)
	case container.ChaptersInIndex:
	default:
		return nil, nil
	}
	astiavx.RemoveChapters(c.writer.format)
	if len(left) == 0 {
		return nil, nil
	}
	own := movindex.Chapters{All: left, Offset: c.writer.io.Tell(), NoList: c.noList}
	c.writer.io.Append(movindex.Samples(left))
	return own.AddTo, nil
}

// setForTrailer gives FFmpeg the chapters of which its mov muxer makes a track and a list. It would
// cut the list and its titles, so it gets no list that cannot hold all.
func (c *chapters) setForTrailer(all []container.Chapter) error {
	if !movindex.CanList(all) {
		if err := c.writer.setMovFlags(container.LeaveListOut); err != nil {
			return fmt.Errorf("leave the list of chapters out: %w", err)
		}
	}
	return c.set(all)
}

// end returns when the file ends.
func (c *chapters) end() (end time.Duration) {
	for i := range c.tracks {
		t := &c.tracks[i]
		own := astiav.RescaleQ(t.end, t.to, astiav.NewRational(1, int(time.Second)))
		end = max(end, time.Duration(own))
	}
	return end
}

// within returns the chapters of a file that ends at a time: those that begin before, and end with
// it at the latest. It tells of all others.
func (c *chapters) within(end time.Duration) []container.Chapter {
	n := slices.IndexFunc(c.all, func(one container.Chapter) bool { return one.Start >= end })
	if n < 0 {
		n = len(c.all)
	}
	c.reportBeyond(len(c.all)-n, end)
	left := slices.Clone(c.all[:n])
	if n > 0 {
		left[n-1].End = min(left[n-1].End, end)
	}
	return left
}

// reportGap tells of a chapter that lasts longer in the file than was asked for.
func (c *chapters) reportGap() {
	if c.warn == nil || !container.EndsOfChaptersLost(c.writer.container()) {
		return
	}
	for i := 1; i < len(c.all); i++ {
		before := c.all[i-1]
		if before.End < c.all[i].Start {
			const text = "%s does not say when a chapter ends: %q lasts until the next one begins, at %v instead of %v"
			c.warn(pipeline.NoStream, fmt.Sprintf(text, c.writer.container(), before.Title, c.all[i].Start, before.End))
			return
		}
	}
}

func (c *chapters) reportBeyond(n int, end time.Duration) {
	if n == 0 || c.warn == nil {
		return
	}
	verb := "are left out"
	if c.way == container.ChaptersInHeader || c.way == container.ChaptersAsTags {
		verb = "stay in it all the same"
	}
	const text = "%d chapters, of which the first is %q, begin after the end of the file (%v) and %s"
	c.warn(pipeline.NoStream, fmt.Sprintf(text, n, c.all[len(c.all)-n].Title, end.Round(time.Millisecond), verb))
}
