package api

import (
	"context"
	"fmt"
	"slices"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/graph"
	"github.com/avloom/avloom/internal/wholefile"
)

// TwoPass is a file whose video is encoded in two passes: the first one finds out how hard the
// pictures are, and the second one divides the bits among them. RenderTwoPass makes the file.
type TwoPass struct {
	// Path of the finished file. Its folder must exist. An existing regular file of that name is
	// replaced when the file is complete.
	Path string
	// Options of the output, as those of File.
	Options []OutputOption
	// Video is the only video stream. BitRate is required. For libvpx-vp9 and libaom-av1, CRF will do,
	// or CRF with BitRate as a cap. The codec is one of libx264, libx264rgb, libx265, libvpx,
	// libvpx-vp9, libaom-av1, MPEG-1, MPEG-2, MPEG-4 and the encoders akin to it (h263, flv, msmpeg4,
	// wmv2 and others). VariableRate and OutFrameRate work. OnFullDrop, a CUDA device, and alpha in
	// VP8 or VP9 are a *ConfigError. So are settings in ExtraOptions that belong to a pass (pass1,
	// stats).
	Video VideoConfig
	// Draw feeds all pictures to v. It is called once in each pass, on a goroutine of its own. It must
	// feed the same pictures both times: another number of pictures, or other times with VariableRate,
	// fail the second pass. Other contents are not detected, and cost quality. ctx ends when the file
	// is given up. Draw need not end the stream. It must not keep v.
	Draw func(ctx context.Context, v *VideoStream) error
	// Audio is the only audio stream. nil: the file is silent, and Sound must be nil.
	Audio *AudioConfig
	// Sound feeds all sound to a. It is called once, in the second pass, at the same time as Draw and
	// on a goroutine of its own.
	Sound func(ctx context.Context, a *AudioStream) error
}

// RenderTwoPass makes a file of two passes. At the same bit rate, two passes meet the rate more
// exactly than one, and give the hard parts of the video more of it. They take up to twice the
// time, and Draw is called twice. For a file that may have any size, one pass with CRF gives the
// same quality in half the time; libvpx-vp9 and libaom-av1 are better in two passes even then.
//
// The settings of both passes are the same, as the libraries ask for; libx264, libvpx and libaom
// leave out by themselves what the first pass does not need. The first pass opens all encoders and
// tries the header, so that wrong settings are found before anything is drawn. It converts no
// sound. The statistics of the first pass stay in memory. libx264 and libx265 insist on files:
// these are in a folder in os.TempDir, take up to 2 bytes for each block of 16×16 pixels, and are
// removed in any case, except when the process is killed. The same configuration, pictures and
// number of threads give the same file.
//
// The file has a temporary name beside Path until it is complete and on the disk, as the files of
// RenderAll. If anything fails, nothing of it is left, and a file that was there stays.
//
// An error of Draw or Sound is returned as it is, and a panic as a *pipeline.PanicError; the other
// function is stopped. When ctx ends, RenderTwoPass gives the file up. It returns when Draw and
// Sound have returned. The error is a *ConfigError if t is wrong.
//
// opts are those of both encoders. The logger gets the lines of each pass with the field "pass".
func RenderTwoPass(ctx context.Context, t TwoPass, opts ...Option) error {
	if err := fault.First(checkContext(ctx), t.check()); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	new(wholefile.Leftovers).Remove(t.Path)
	file, err := wholefile.Create(t.Path)
	if err != nil {
		return fmt.Errorf("avloom: create a temporary file: %w", err)
	}
	defer file.Discard()
	if err := t.encode(ctx, file.Name(), opts); err != nil {
		return err
	}
	if err := file.Commit(); err != nil {
		return fmt.Errorf("avloom: the file is written, but does not get its name: %w", err)
	}
	return nil
}

// check returns an error for what is wrong without regard to the encoder.
func (t *TwoPass) check() error {
	const noSound = "belongs to sound; give both Audio and Sound, or none of them"
	switch {
	case t.Path == "":
		return &fault.ConfigError{Field: "Path", Value: "", Reason: "must be the name of the file to make"}
	case t.Draw == nil:
		return &fault.ConfigError{Field: "Draw", Reason: "must not be nil: it feeds the pictures, once in each pass"}
	case t.Audio == nil && t.Sound != nil:
		return &fault.ConfigError{Field: "Audio", Reason: noSound}
	case t.Audio != nil && t.Sound == nil:
		return &fault.ConfigError{Field: "Sound", Reason: noSound}
	case t.Video.OnFull == OnFullDrop:
		const reason = "leaves out pictures by the clock, so the two passes would differ; take OnFullBlock"
		return &fault.ConfigError{Field: "OnFull", Value: t.Video.OnFull, Reason: reason}
	case File(t.Path, t.Options...).config.BestEffort:
		const reason = "lets a run go on without an output, and here the file is the only one; leave it out"
		return &fault.ConfigError{Field: "BestEffort", Value: true, Reason: reason}
	}
	_, _, err := regularFile(t.Path)
	return err
}

// encode makes both passes. The second one writes path.
func (t *TwoPass) encode(ctx context.Context, path string, opts []Option) (err error) {
	two := new(graph.TwoPass)
	defer func() {
		if closeErr := two.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("avloom: remove the statistics: %w", closeErr)
		}
	}()
	for number := 1; number <= 2; number++ {
		isPass := func(s *settings) {
			s.Temporary, s.Pass, s.logger = path, two.Pass(number), s.logger.With(zap.Int("pass", number))
		}
		p := pass{TwoPass: t, number: number, enc: NewEncoder(append(slices.Clip(opts), isPass)...)}
		if err := p.run(ctx, path); err != nil {
			return err
		}
		if number == 1 && two.Pictures() == 0 {
			return &fault.ConfigError{Field: "Draw", Reason: "fed no pictures, of which the first pass could learn anything"}
		}
		if err := two.CheckFirst(); err != nil {
			return err
		}
	}
	return nil
}
