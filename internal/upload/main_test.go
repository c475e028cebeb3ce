package upload

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/avloom/avloom/internal/live"
)

func TestMain(m *testing.M) {
	live.Enable()
	goleak.VerifyTestMain(m)
}
