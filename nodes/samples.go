package nodes

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/pipeline"
)

// SampleSpec is the form of a stream of samples.
type SampleSpec struct {
	Rate   int // Hz
	Format astiav.SampleFormat
	Layout astiav.ChannelLayout
}

// SampleShelf gives out blocks of samples of one form, whose frames come back to be used again. It
// is safe for use by several goroutines at once.
type SampleShelf struct {
	spec  SampleSpec
	shelf shelf.Frames
}

// NewSampleShelf returns a shelf for samples of this form. Close frees what is on it.
func NewSampleShelf(spec SampleSpec) *SampleShelf { return &SampleShelf{spec: spec} }

// Get returns a block of n samples per channel, whose content is undefined. Whoever gets it frees
// it, or hands it over.
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

// silence returns a block of n samples per channel that are silent.
func (s *SampleShelf) silence(n int) (pipeline.Samples, error) {
	block, err := s.Get(n)
	if err != nil {
		return block, err
	}
	if err := astiavx.FillSilence(block.Frame); err != nil {
		block.Free()
		return pipeline.Samples{}, fmt.Errorf("silence: %w", err)
	}
	return block, nil
}

// Close frees the frames on the shelf; those that come back later are freed then.
func (s *SampleShelf) Close() { s.shelf.Close() }
