package flow

import (
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
)

// Beat is what a worker tells about a task that it works on. It is never encrypted: a client gets
// the beats of other workers as they are, and no call of the SDK decodes them for it.
type Beat struct {
	Frames   int64 // that are encoded
	Failures int   // how often the task has failed for a reason of its own, in all attempts
	Returned int   // how often an attempt has ended for a reason that is not the task's, such as a worker that stops
}

// Encode returns the details of a heartbeat.
func (b Beat) Encode() *commonpb.Payloads {
	details, err := converter.GetDefaultDataConverter().ToPayloads(b)
	if err != nil {
		panic(err) // it is three numbers
	}
	return details
}

// DecodeBeat returns the beat in the details of a heartbeat.
func DecodeBeat(details *commonpb.Payloads) (b Beat, err error) {
	err = converter.GetDefaultDataConverter().FromPayloads(details, &b)
	return b, err
}
