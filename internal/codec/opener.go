package codec

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/nodes"
)

// Canceled reports whether the caller has given up waiting for an encoder. nil means never.
type Canceled func() bool

// Now reports whether the caller has given up by now.
func (c Canceled) Now() bool { return c != nil && c() }

// errCanceled is the error of an encoder that is not opened because the caller has given up. The
// caller does not see it: it returns the reason for which it gave up.
var errCanceled = errors.New("avloom: opening was canceled")

// MaxProbes bounds how often an encoder is opened to find out why it does not open with its settings.
const MaxProbes = 200

// Opener opens an encoder, and finds out why one does not open.
type Opener struct {
	Canceled     Canceled
	tries        int // so far, to find out
	Codec        *astiav.Codec
	Options      []avoption.Option
	ExplainFirst func() error          // why nothing opens, whatever the settings are; may be nil
	Threads      int                   // 0: not said
	Location     astiav.ChromaLocation // of 4:2:0 video
	GlobalHeader bool
	Log          *astiavx.Log                                // of FFmpeg's lines about the encoder that is opened; attempts log nothing. nil: none
	SetUp        func(cc *astiav.CodecContext, probe string) // sets what is no option, before the options
	Finish       func(cc *astiav.CodecContext)               // sets what no option may undo; may be nil
}

// Open opens the encoder. Where an option is to blame, the error is a *ConfigError that names it.
func (o *Opener) Open() (*astiav.CodecContext, error) {
	cc, err := o.attempt(o.Options, "", o.Log)
	if err == nil {
		return cc, nil
	}
	if blamed, ok := err.(*fault.ConfigError); ok { //nolint:errorlint // from SetOption, not wrapped
		return nil, blamed
	}
	if o.ExplainFirst != nil {
		if blamed := o.ExplainFirst(); blamed != nil {
			return nil, blamed
		}
	}
	if blamed := o.blame(err); blamed != nil {
		return nil, blamed
	}
	return nil, err
}

// blame finds the option without which the encoder opens.
func (o *Opener) blame(err error) error {
	name := o.Codec.Name()
	for i, option := range o.Options {
		if o.Opens(slices.Delete(slices.Clone(o.Options), i, i+1), "") {
			e := option.ConfigError(o.blameParameter(i), avoption.ChoiceNames(name, option.Key)...)
			if e.Reason == "" {
				e.Reason = name + " does not open with this value"
			}
			e.Err = Informative(err)
			return e
		}
	}
	if len(o.Options) < 2 || !o.Opens(nil, "") {
		return nil
	}
	var fields []string
	for _, option := range o.Options {
		fields = append(fields, option.Field)
	}
	return &fault.ConfigError{Field: "ExtraOptions", Value: strings.Join(fields, ", "), Reason: name + " does not open with these together", Err: Informative(err)}
}

// Informative is the error of FFmpeg's, unless it says no more than that there is one.
func Informative(err error) error {
	for _, silent := range []error{astiav.Error(-int(syscall.EINVAL)), astiav.ErrExternal, astiav.ErrUnknown, astiav.ErrInvaliddata} {
		if errors.Is(err, silent) {
			return nil
		}
	}
	return err
}

// blameParameter finds the parameter inside an option without which the encoder opens, and says so; "" where it is not one alone.
func (o *Opener) blameParameter(i int) string {
	declared, _ := avoption.Find(astiavx.EncoderOptions(o.Codec.Name()), o.Options[i].Key)
	all, err := o.Options[i].Parameters()
	if err != nil || !avoption.HoldsParameters(declared) {
		return ""
	}
	for k, p := range all {
		options := slices.Clone(o.Options)
		options[i].Value = avoption.JoinParameters(slices.Delete(slices.Clone(all), k, k+1))
		if o.Opens(options, "") {
			if avoption.IsUnknownParameter(o.Codec.Name(), p.Name) {
				return avoption.NoParameter(o.Codec.Name(), p.Name)
			}
			return fmt.Sprintf("%s does not open with %q in it", o.Codec.Name(), p.Text())
		}
	}
	return ""
}

// Opens says whether the encoder opens with other options, or with something harmless in place of a field.
func (o *Opener) Opens(options []avoption.Option, probe string) bool {
	cc, err := o.Try(options, probe)
	if err != nil {
		return false
	}
	nodes.FreeCodecContext(cc)
	return true
}

// Try opens the encoder to see whether it does, unless that has been tried too often.
func (o *Opener) Try(options []avoption.Option, probe string) (*astiav.CodecContext, error) {
	if o.tries++; o.tries > MaxProbes {
		return nil, errCanceled
	}
	return o.attempt(options, probe, nil)
}

func (o *Opener) attempt(options []avoption.Option, probe string, log *astiavx.Log) (*astiav.CodecContext, error) {
	if o.Canceled.Now() {
		return nil, errCanceled
	}
	cc := nodes.NewCodecContext(o.Codec)
	astiavx.LogEncoder(cc, log)
	if err := o.configure(cc, options, probe); err != nil {
		nodes.FreeCodecContext(cc)
		return nil, err
	}
	if err := astiavx.Open(cc, o.Codec); err != nil {
		nodes.FreeCodecContext(cc)
		return nil, err
	}
	return cc, nil
}

func (o *Opener) configure(cc *astiav.CodecContext, options []avoption.Option, probe string) error {
	o.SetUp(cc, probe)
	options, err := o.withLibraryParameters(cc.Width(), cc.Height(), o.withThreading(options))
	if err != nil {
		return err
	}
	for _, option := range options {
		if err := astiavx.SetOption(cc, option.Key, option.Value); err != nil {
			e := option.ConfigError(o.Codec.Name() + " refuses it")
			e.Err = err
			return e
		}
	}
	if o.GlobalHeader {
		cc.SetFlags(cc.Flags().Add(astiav.CodecContextFlagGlobalHeader))
	}
	if o.Finish != nil {
		o.Finish(cc)
	}
	return nil
}
