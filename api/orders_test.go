package api

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/pipeline"
)

// TestOrdersOfFramesThatWereNotRead: a call that ends early passes its orders on to the next frame,
// and newer orders count.
func TestOrdersOfFramesThatWereNotRead(t *testing.T) {
	none, key := pipeline.Orders{}, pipeline.Orders{Key: true}
	rate := func(n int64) pipeline.Orders { return pipeline.Orders{BitRate: n} }
	var o orders
	o.add(key)
	require.Equal(t, key, o.take(0))
	require.Equal(t, none, o.take(1))
	o.add(rate(1))
	require.Equal(t, rate(1), o.take(2))
	o.confirm(3) // all were read
	require.Equal(t, none, o.take(0))
	o.confirm(1)
	o.add(rate(2))
	o.take(3)
	o.add(key)
	o.take(5)
	o.confirm(4) // the first order was read, the second was not
	require.Equal(t, pipeline.Orders{Key: true, BitRate: 2}, o.take(0))
	o.add(rate(3))
	o.confirm(0)
	require.Equal(t, pipeline.Orders{Key: true, BitRate: 3}, o.take(0))
	o.confirm(1)
	require.Equal(t, none, o.take(0))
}
