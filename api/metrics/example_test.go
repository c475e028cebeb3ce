package metrics_test

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/api/metrics"
)

func ExampleEncoders() {
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	video, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 30})
	if err != nil {
		panic(err)
	}
	if err := enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mp4"); err != nil {
		panic(err)
	}

	var encoders metrics.Encoders
	encoders.Add("camera", enc)
	registry := prometheus.NewRegistry()
	registry.MustRegister(&encoders) // and serve it with promhttp

	if err := video.AddFrames(context.Background(), api.Frames{Data: make([]byte, 3*64*64*3)}); err != nil {
		panic(err)
	}
	families, err := registry.Gather()
	if err != nil {
		panic(err)
	}
	for _, f := range families {
		if f.GetName() == "avloom_stream_accepted_total" {
			fmt.Println(f.GetName(), f.GetMetric()[0].GetCounter().GetValue())
		}
	}
	// Output: avloom_stream_accepted_total 3
}
