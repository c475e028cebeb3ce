package farm

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

// TestJobErrors checks that the types and texts of errors come back that workers have had.
func TestJobErrors(t *testing.T) {
	t.Parallel()
	for _, want := range []*api.ConfigError{
		{Field: "Width", Value: 7, Reason: "must be even"},
		{Field: "Codec", Value: "h265", Reason: "is unknown", Supported: []string{"h264", "hevc"}},
		{Field: "Frames", Reason: "is missing", Err: errors.New("end of file")},
	} {
		fault := &flow.ConfigFault{Field: want.Field, Reason: want.Reason, Supported: want.Supported}
		switch v := want.Value.(type) {
		case int:
			fault.Value = "7"
		case string:
			fault.Value, fault.Text = v, true
		default:
			fault.NoValue = true
		}
		if want.Err != nil {
			fault.Err = want.Err.Error()
		}
		result := jobResult(flow.Result{Error: "outer: " + want.Error(), Kind: flow.ErrConfig, Config: fault}, nil)
		require.EqualError(t, result.Err, "outer: "+want.Error())
		var got *api.ConfigError
		require.ErrorAs(t, result.Err, &got)
		require.EqualError(t, got, want.Error())
		require.False(t, IsPermanent(result.Err))
	}
	result := jobResult(flow.Result{Error: "no input", Kind: flow.ErrPermanent}, nil)
	require.True(t, IsPermanent(result.Err))
	require.EqualError(t, result.Err, "no input")
	require.True(t, IsPermanent(Permanent(errors.New("x"))))
}

// TestErrorsTellWhere: an error names the worker and the attempt, unless any worker would have
// failed so.
func TestErrorsTellWhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind     string
		attempts int
		worker   string
		want     string
	}{
		{flow.ErrFailed, 3, "host/7/1a", "no input (attempt 3, on worker host/7/1a)"},
		{flow.ErrFailed, 1, "host/7/1a", "no input (attempt 1, on worker host/7/1a)"},
		{flow.ErrFailed, 0, "", "no input"},
		{flow.ErrPermanent, 1, "host/7/1a", "no input"},
		{flow.ErrConfig, 1, "host/7/1a", "no input"},
		{flow.ErrPermanent, 2, "host/7/1a", "no input (attempt 2, on worker host/7/1a)"},
		{flow.ErrConfig, 2, "host/7/1a", "no input (attempt 2, on worker host/7/1a)"},
		{flow.ErrLost, 3, "host/7/1a", "no input"}, // of another worker than those that died
	} {
		result := jobResult(flow.Result{Error: "no input", Kind: c.kind, Attempts: c.attempts, Worker: c.worker}, nil)
		require.EqualError(t, result.Err, c.want)
		require.Equal(t, c.kind == flow.ErrPermanent, IsPermanent(result.Err))
		require.Equal(t, c.kind == flow.ErrConfig, errors.As(result.Err, new(*api.ConfigError)))
	}
}

// TestReportError checks the error of a run by what has become of its jobs.
func TestReportError(t *testing.T) {
	t.Parallel()
	cause := (&Run{id: "r"}).errorf("it was cancelled: %w", context.Canceled)
	report := func(cause error, results ...flow.Result) error {
		var all api.Report
		for _, result := range results {
			all.Results = append(all.Results, jobResult(result, cause))
		}
		return reportError(all, cause)
	}
	done, failed := flow.Result{ID: "a"}, flow.Result{ID: "b", Error: "no input", Kind: flow.ErrFailed}
	stopped := flow.Result{ID: "c", Error: "stopped", Stopped: true}
	require.NoError(t, report(nil, done))
	require.EqualError(t, report(nil, done, failed), "avloom: 1 job failed: b: no input")
	require.EqualError(t, report(cause, done, stopped), `avloom: run "r": it was cancelled: context canceled`)
	require.ErrorIs(t, report(cause, done, failed, stopped), context.Canceled)
	require.ErrorContains(t, report(cause, done, failed, stopped), "1 job failed")
	require.ErrorContains(t, report(nil, done, stopped), "c: somebody has cancelled this job")
}
