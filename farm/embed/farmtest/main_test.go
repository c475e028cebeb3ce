package farmtest

import (
	"flag"
	"os"
	"testing"
)

// TestMain ends the server that tests have shared. Processes of a test binary that was killed end
// by themselves: see process_test.go.
func TestMain(m *testing.M) {
	if client := os.Getenv(clientChild); client != "" {
		os.Exit(runClient(client))
	}
	beParallel()
	code := m.Run()
	shared.stop()
	os.Exit(code)
}

// beParallel runs more tests at a time than there are cores: they wait for heartbeats that do not
// come, most of the time.
func beParallel() {
	const parallel = "test.parallel"
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == parallel })
	if !given && flag.Set(parallel, "4") != nil {
		panic("package testing has no flag " + parallel)
	}
}
