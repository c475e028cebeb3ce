package farmtest

import (
	"os"
	"testing"
)

// TestMain ends the server that tests have shared. Processes of a test binary that was killed end
// by themselves: see process_test.go.
func TestMain(m *testing.M) {
	if client := os.Getenv(clientChild); client != "" {
		os.Exit(runClient(client))
	}
	code := m.Run()
	shared.stop()
	os.Exit(code)
}
