package pipeline

import "context"

// With returns a context that ends with ctx, and when the run has stopped or finished, whose cause
// it then has. The caller must call cancel.
func (r *Run) With(ctx context.Context) (both context.Context, cancel func()) {
	both, end := context.WithCancelCause(ctx)
	unhook := context.AfterFunc(r.ctx, func() { end(context.Cause(r.ctx)) })
	return both, func() {
		unhook()
		end(nil)
	}
}
