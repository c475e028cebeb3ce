package api

import "context"

// CloseContext is Close within the life of ctx. Where ctx ends before the file is finished, the
// file is given up, as by Abort(context.Cause(ctx)), and that cause is returned: within a second,
// whatever the destination and the encoders do. A context that has ended before the call gives the
// file up at once. A context that ends after the file was finished changes nothing.
//
// It is for programs that must end in time: ctx has a deadline, or ends at a second Ctrl-C. All
// else is as with Close: before Open it marks the encoder closed, it can be called again, from any
// goroutine, and beside Close, Abort and other calls of CloseContext, and all calls return the
// same. A nil ctx is a *ConfigError, and leaves the encoder as it was.
func (e *Encoder) CloseContext(ctx context.Context) error {
	if err := checkContext(ctx); err != nil {
		return err
	}
	if ctx.Err() != nil { // or the end of the context and that of the run would race
		_ = e.Abort(context.Cause(ctx)) // which Close returns
		return e.Close()
	}
	defer abortWith(ctx, e)()
	return e.Close()
}

// abortWith aborts the encoder when ctx ends. The result stops that, and waits for an Abort that
// has begun.
func abortWith(ctx context.Context, enc *Encoder) (stop func()) {
	aborted := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		defer close(aborted)
		_ = enc.Abort(context.Cause(ctx)) // which Close returns
	})
	return func() {
		if !unhook() {
			<-aborted
		}
	}
}
