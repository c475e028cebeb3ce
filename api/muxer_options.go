package api

import (
	"errors"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
)

// muxerOptions turns the options of an output into text, and checks each.
func muxerOptions(container string, options map[string]any) (map[string]string, error) {
	list, err := sortedOptions(options, nil)
	if err != nil {
		return nil, asFormatOption(err)
	}
	known := astiavx.MuxerOptions(container)
	all := map[string]string{}
	for _, o := range list {
		if _, ok := findOption(known, o.key); !ok {
			return nil, asFormatOption(o.unknown(container+" has no such option", known))
		}
		if err := o.checkMuxer(container); err != nil {
			return nil, asFormatOption(err)
		}
		all[o.key] = o.value
	}
	return all, nil
}

// asFormatOption renames the field of an error to where the option came from.
func asFormatOption(err error) error {
	if e, ok := errors.AsType[*ConfigError](err); ok {
		e.Field = strings.Replace(e.Field, "ExtraOptions[", "FormatOptions[", 1)
	}
	return err
}
