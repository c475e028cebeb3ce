package capacity

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestBudget(t *testing.T) {
	b := newBudget(noon, 2*time.Minute, 20*time.Second)
	until := func(now time.Time, left int) float64 {
		end, ok := b.row(now, left)
		if !ok {
			return -1
		}
		return end.Sub(now).Seconds()
	}
	assert.InDelta(t, 20, until(noon, 10), 0, "ten rows, of which six have time")
	assert.InDelta(t, 40, until(noon, 3), 0, "three rows share all of the time")
	assert.InDelta(t, 22, until(noon.Add(10*time.Second), 9), 0, "a row that was quick leaves its time to the others")
	assert.InDelta(t, 25, until(noon.Add(95*time.Second), 4), 0)
	assert.InDelta(t, -1, until(noon.Add(101*time.Second), 4), 0, "the rest is too short")
	assert.InDelta(t, -1, until(noon.Add(time.Hour), 4), 0)
	assert.Equal(t, 210*time.Second, b.need(noon, 10))
	assert.Equal(t, 180*time.Second, b.need(noon.Add(115*time.Second), 3))
	_, ok := newBudget(noon, 0, 20*time.Second).row(noon.Add(time.Hour), 4)
	assert.True(t, ok, "no limit")
}
