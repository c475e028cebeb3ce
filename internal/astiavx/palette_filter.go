package astiavx

import (
	"errors"
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

// PaletteFilter makes a palette of each picture and gives each pixel the index of a colour in it,
// with FFmpeg's filters palettegen and paletteuse. Pictures and palettes are on one thread, and no
// picture is kept but the last one. Go-astiav has filter graphs, but no way to keep the lines that
// their filters log for every picture out of the log.
type PaletteFilter struct {
	graph  *astiav.FilterGraph
	source *astiav.BuffersrcFilterContext
	sink   *astiav.BuffersinkFilterContext
	log    LogSource
	fed    int64
}

// PaletteFilterConfig describes the pictures that a PaletteFilter takes, which are bgra, and the
// palettes that it makes.
type PaletteFilterConfig struct {
	Width, Height int    // in pixels
	Dither        string // a value of paletteuse's option dither
	// Transparent reserves index 255 for pixels whose alpha is below 128. Otherwise the alpha must be
	// 255 in all pixels, and there is one more colour.
	Transparent bool
}

// graph returns the filters in FFmpeg's notation.
func (cfg *PaletteFilterConfig) graph() string {
	reserve := 0
	if cfg.Transparent {
		reserve = 1
	}
	const text = "[in]split[picture][colors];[colors]palettegen=stats_mode=single:reserve_transparent=%d[palette];" +
		"[picture][palette]paletteuse=new=1:dither=%s[out]"
	return fmt.Sprintf(text, reserve, cfg.Dither)
}

// NewPaletteFilter returns a PaletteFilter. Free frees it.
func NewPaletteFilter(cfg PaletteFilterConfig) (*PaletteFilter, error) {
	f := &PaletteFilter{graph: astiav.AllocFilterGraph(), log: logConnection(nil)}
	if f.graph == nil {
		f.log.Remove()
		return nil, errors.New("allocate a filter graph: no memory")
	}
	live.New("filter graph")
	f.graph.SetThreadCount(1)
	var err error
	f.log.during(func() { err = f.connect(cfg) })
	if err != nil {
		f.Free()
		return nil, fmt.Errorf("connect the filters palettegen and paletteuse: %w", err)
	}
	return f, nil
}

// connect makes the filters, between a source and a sink.
func (f *PaletteFilter) connect(cfg PaletteFilterConfig) (err error) {
	source, sink := astiav.FindFilterByName("buffer"), astiav.FindFilterByName("buffersink")
	if source == nil || sink == nil {
		return errors.New("this FFmpeg lacks the filters buffer and buffersink")
	}
	if f.source, err = f.graph.NewBuffersrcFilterContext(source, "in"); err != nil {
		return err
	}
	if err = f.initialize(cfg); err != nil {
		return err
	}
	if f.sink, err = f.graph.NewBuffersinkFilterContext(sink, "out"); err != nil {
		return err
	}
	begin, end := astiav.AllocFilterInOut(), astiav.AllocFilterInOut()
	defer begin.Free()
	defer end.Free()
	begin.SetName("in")
	begin.SetFilterContext(f.source.FilterContext())
	end.SetName("out")
	end.SetFilterContext(f.sink.FilterContext())
	if err = f.graph.Parse(cfg.graph(), end, begin); err != nil {
		return err
	}
	return f.graph.Configure()
}

// initialize tells the source about the pictures.
func (f *PaletteFilter) initialize(cfg PaletteFilterConfig) error {
	p := astiav.AllocBuffersrcFilterContextParameters()
	defer p.Free()
	p.SetWidth(cfg.Width)
	p.SetHeight(cfg.Height)
	p.SetPixelFormat(astiav.PixelFormatBgra)
	p.SetTimeBase(astiav.NewRational(1, 1))
	if err := f.source.SetParameters(p); err != nil {
		return err
	}
	return f.source.Initialize(nil)
}

// Convert gives dst, a frame without a buffer, the picture in src as pal8. It takes over the buffer
// of src. The times of dst mean nothing.
func (f *PaletteFilter) Convert(dst, src *astiav.Frame) (err error) {
	src.SetPts(f.fed)
	f.fed++
	f.log.during(func() {
		err = f.source.AddFrame(src, astiav.NewBuffersrcFlags(astiav.BuffersrcFlagPush))
		if err == nil {
			err = f.sink.GetFrame(dst, astiav.NewBuffersinkFlags())
		}
	})
	return err
}

// Free frees the filters. Pictures that came from them live on.
func (f *PaletteFilter) Free() {
	if f != nil && f.graph != nil {
		live.Freed("filter graph")
		f.graph.Free()
		f.graph = nil
		f.log.Remove()
	}
}
