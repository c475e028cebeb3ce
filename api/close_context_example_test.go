package api_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/avloom/avloom/api"
)

// A recording that goes on until Ctrl-C. The first one ends the feeding, and the file is finished
// with what was fed. A second one gives the file up.
func ExampleEncoder_CloseContext() {
	record := func(file *api.MemoryFile, nextFrame func() []byte) error {
		feeding, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		enc := api.NewEncoder()
		defer enc.Abort(nil) // does nothing after CloseContext
		video, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 30})
		if err != nil {
			return err
		}
		// Open does not get the context feeding: the end of that would give the file up.
		if err := enc.OpenWriter(context.Background(), file, "mp4"); err != nil {
			return err
		}
		for feeding.Err() == nil {
			err := video.AddFrames(feeding, api.Frames{Data: nextFrame(), Layout: api.NHWC})
			if err != nil && !errors.Is(err, context.Cause(feeding)) {
				return err
			}
		}
		stop() // until the next line, Ctrl-C ends the program, as it does by default
		closing, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		return enc.CloseContext(closing)
	}

	frames := 0
	nextFrame := func() []byte {
		if frames++; frames == 30 {
			pressCtrlC()
		}
		return make([]byte, 64*64*3)
	}
	var file api.MemoryFile
	fmt.Println(record(&file, nextFrame), frames >= 30, len(file.Bytes()) > 0)
	// Output: <nil> true true
}

// pressCtrlC does to this process what Ctrl-C does.
func pressCtrlC() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(os.Interrupt)
	}
	if err != nil {
		log.Fatal(err)
	}
}
