package avoption

import (
	"fmt"
	"slices"
	"strings"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
)

// Split divides options into those of the encoder and those that only a muxer has, and checks their
// values. Without containers, an option that the encoder lacks is the muxer's if any container has
// it. An error is a *fault.ConfigError.
func Split(encoder string, list []Option, containers []string) (own, muxers []Option, err error) {
	known := EncoderOptions(encoder)
	for _, o := range list {
		declared, ok := Find(known, o.Key)
		if ok {
			err = o.check(encoder, declared)
			own = append(own, o)
		} else {
			err = o.checkForMuxer(encoder, containers)
			muxers = append(muxers, o)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return own, muxers, nil
}

// checkForMuxer checks an option that the encoder does not have.
func (o Option) checkForMuxer(encoder string, containers []string) error {
	if len(containers) == 0 {
		return o.checkForAnyMuxer(encoder)
	}
	known := EncoderOptions(encoder)
	found := false
	for _, container := range containers {
		declared := MuxerOptions(container)
		known = append(known, declared...)
		if _, ok := Find(declared, o.Key); !ok {
			continue
		}
		found = true
		err := o.CheckMuxer(container)
		if err != nil {
			return err
		}
	}
	if found {
		return nil
	}
	owners := encoder + " nor " + strings.Join(containers, " nor ")
	return o.UnknownError("neither "+owners+" has such an option", known)
}

// checkForAnyMuxer returns an error if no container has the option. The options of mp4 stand for
// those that all containers share.
func (o Option) checkForAnyMuxer(encoder string) error {
	known := append(EncoderOptions(encoder), MuxerOptions("mp4")...)
	_, ok := Find(known, o.Key)
	if ok || len(astiavx.ContainersWithOption(o.Key)) > 0 {
		return nil
	}
	return o.UnknownError(encoder+" has no such option", known)
}

// UnknownError returns the error about an option that is not among the known ones. It names the
// option that is probably meant, or the containers that have the option.
func (o Option) UnknownError(reason string, known []astiavx.Option) error {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = k.Name
	}
	// The ffmpeg command calls the option of one stream "b:v".
	name, _, forStream := strings.Cut(o.Key, ":")
	if forStream && slices.Contains(names, name) {
		return o.ConfigError(fmt.Sprintf("%s; did you mean %q?", reason, name))
	}
	containers := astiavx.ContainersWithOption(o.Key)
	if len(containers) > 0 {
		return o.ConfigError(reason+", but other containers have", containers...)
	}
	return o.ConfigError(reason + fault.DidYouMean(o.Key, names))
}
