package nodes

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/pipeline"
)

// SampleSpec is the format of a stream of samples.
type SampleSpec struct {
	Rate   int // Hz
	Format astiav.SampleFormat
	Layout astiav.ChannelLayout
}

// SampleShelf lends blocks of samples of one format, whose frames are used again. Several
// goroutines may use it at once.
type SampleShelf struct {
	spec  SampleSpec
	shelf shelf.Frames
}

// NewSampleShelf returns a shelf for samples of this format. Close frees it.
func NewSampleShelf(spec SampleSpec) *SampleShelf { return &SampleShelf{spec: spec} }

// Get returns a block of n samples per channel, whose content is undefined. The caller frees it or
// hands it over.
func (s *SampleShelf) Get(n int) (pipeline.Samples, error) {
	block := s.empty()
	block.SetNbSamples(n)
	if err := block.AllocBuffer(0); err != nil {
		block.Free()
		return pipeline.Samples{}, fmt.Errorf("allocate %d samples %s %s: %w", n, s.spec.Format, s.spec.Layout, err)
	}
	return block, nil
}

// empty returns a block without a buffer.
func (s *SampleShelf) empty() pipeline.Samples {
	block := pipeline.SamplesFrom(&s.shelf)
	block.SetSampleRate(s.spec.Rate)
	block.SetSampleFormat(s.spec.Format)
	block.SetChannelLayout(s.spec.Layout)
	return block
}

// silence returns a block of n silent samples per channel.
func (s *SampleShelf) silence(n int) (pipeline.Samples, error) {
	block, err := s.Get(n)
	if err != nil {
		return block, err
	}
	if err := astiavx.FillSilence(block.Frame); err != nil {
		block.Free()
		return pipeline.Samples{}, fmt.Errorf("fill with silence: %w", err)
	}
	return block, nil
}

// Close frees the frames on the shelf. Frames that are in use are freed when they come back.
func (s *SampleShelf) Close() { s.shelf.Close() }
