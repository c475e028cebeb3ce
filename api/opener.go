package api

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/nodes"
)

// wanted says whether somebody still waits for what is being opened; nil: somebody does.
type wanted func() bool

func (w wanted) no() bool { return w != nil && !w() }

// errUnwanted is why nothing is opened for nobody. Whoever waited has been told why nobody does any more.
var errUnwanted = errors.New("avloom: nobody waits for it any more")

// How often an encoder is opened, and a header written, to find out what is wrong. The search takes a few dozen of the one and a few hundred of the other; with
// many options, or streams, there would be no end.
const (
	mostTries   = 200
	mostHeaders = 1000
)

// opener opens an encoder, and finds out why one does not open.
type opener struct {
	wanted       wanted
	tries        int // so far, to find out
	codec        *astiav.Codec
	options      []codecOption
	device       *gpu.Device           // that encodes; nil: the CPU
	threads      int                   // 0: not said
	location     astiav.ChromaLocation // of 4:2:0 video
	globalHeader bool
	log          *astiavx.Log                                // of FFmpeg's lines about the encoder that is opened; attempts log nothing. nil: none
	setUp        func(cc *astiav.CodecContext, probe string) // sets what is no option, before the options
	finish       func(cc *astiav.CodecContext)               // sets what no option may undo; may be nil
}

// open opens the encoder. Where an option is to blame, the error is a *ConfigError that names it.
func (o *opener) open() (*astiav.CodecContext, error) {
	cc, err := o.attempt(o.options, "", o.log)
	if err == nil {
		return cc, nil
	}
	if blamed, ok := err.(*ConfigError); ok { //nolint:errorlint // from SetOption, not wrapped
		return nil, blamed
	}
	if blamed := o.blameDevice(); blamed != nil {
		return nil, blamed
	}
	if blamed := o.blame(err); blamed != nil {
		return nil, blamed
	}
	return nil, err
}

// blame finds the option without which the encoder opens.
func (o *opener) blame(err error) error {
	name := o.codec.Name()
	for i, option := range o.options {
		if o.opens(slices.Delete(slices.Clone(o.options), i, i+1), "") {
			e := option.wrong(o.blameParameter(i), choices[name][option.key].names...)
			if e.Reason == "" {
				e.Reason = name + " does not open with this value"
			}
			e.Err = telling(err)
			return e
		}
	}
	if len(o.options) < 2 || !o.opens(nil, "") {
		return nil
	}
	var fields []string
	for _, option := range o.options {
		fields = append(fields, option.field)
	}
	return &ConfigError{Field: "ExtraOptions", Value: strings.Join(fields, ", "), Reason: name + " does not open with these together", Err: telling(err)}
}

// telling is the error of FFmpeg's, unless it says no more than that there is one.
func telling(err error) error {
	for _, silent := range []error{astiav.Error(-int(syscall.EINVAL)), astiav.ErrExternal, astiav.ErrUnknown, astiav.ErrInvaliddata} {
		if errors.Is(err, silent) {
			return nil
		}
	}
	return err
}

// blameParameter finds the parameter inside an option without which the encoder opens, and says so; "" where it is not one alone.
func (o *opener) blameParameter(i int) string {
	declared, _ := findOption(astiavx.EncoderOptions(o.codec.Name()), o.options[i].key)
	all, err := o.options[i].parameters()
	if err != nil || !isNested(declared) {
		return ""
	}
	for k, p := range all {
		options := slices.Clone(o.options)
		options[i].value = joinParameters(slices.Delete(slices.Clone(all), k, k+1))
		if o.opens(options, "") {
			names := parameterNames[o.codec.Name()]
			if len(names) > 0 && !slices.Contains(names, p.name) {
				return noParameter(o.codec.Name(), p.name)
			}
			return fmt.Sprintf("%s does not open with %q in it", o.codec.Name(), p.text())
		}
	}
	return ""
}

// opens says whether the encoder opens with other options, or with something harmless in place of a field.
func (o *opener) opens(options []codecOption, probe string) bool {
	cc, err := o.try(options, probe)
	if err != nil {
		return false
	}
	nodes.FreeCodecContext(cc)
	return true
}

// try opens the encoder to see whether it does, unless that has been tried too often.
func (o *opener) try(options []codecOption, probe string) (*astiav.CodecContext, error) {
	if o.tries++; o.tries > mostTries {
		return nil, errUnwanted
	}
	return o.attempt(options, probe, nil)
}

func (o *opener) attempt(options []codecOption, probe string, log *astiavx.Log) (*astiav.CodecContext, error) {
	if o.wanted.no() {
		return nil, errUnwanted
	}
	cc := nodes.NewCodecContext(o.codec)
	astiavx.LogEncoder(cc, log)
	if err := o.configure(cc, options, probe); err != nil {
		nodes.FreeCodecContext(cc)
		return nil, err
	}
	if err := astiavx.Open(cc, o.codec); err != nil {
		nodes.FreeCodecContext(cc)
		return nil, err
	}
	return cc, nil
}

func (o *opener) configure(cc *astiav.CodecContext, options []codecOption, probe string) error {
	o.setUp(cc, probe)
	options, err := o.withLibraryParameters(cc.Width(), cc.Height(), o.withThreading(options))
	if err != nil {
		return err
	}
	for _, option := range options {
		if err := astiavx.SetOption(cc, option.key, option.value); err != nil {
			e := option.wrong(o.codec.Name() + " refuses it")
			e.Err = err
			return e
		}
	}
	if o.globalHeader {
		cc.SetFlags(cc.Flags().Add(astiav.CodecContextFlagGlobalHeader))
	}
	if o.finish != nil {
		o.finish(cc)
	}
	return nil
}
