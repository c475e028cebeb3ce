package main

import (
	"encoding/json"
	"fmt"

	"github.com/avloom/avloom/farm"
)

// filmPath is where the demo's film goes.
const filmPath = "knot.mp4"

// demoJobs returns a film, which takes longest, and n clips, each with a figure of its own.
func demoJobs(n int) []farm.Job {
	jobs := []farm.Job{{Renderer: "knot", Path: filmPath, Params: params(knotParams{Seconds: 20})}}
	for i := range n {
		p := figureParams{X: 1 + i%7, Y: 1 + i/7%9, Hue: float64(i) / float64(n)}
		if p.X == p.Y {
			p.Y += 10
		}
		jobs = append(jobs, farm.Job{
			Renderer: "figure", Path: fmt.Sprintf("clips/%03d.mp4", i), Params: params(p),
		})
	}
	return jobs
}

func params(of any) json.RawMessage {
	text, err := json.Marshal(of)
	if err != nil {
		panic(err) // numbers have no error
	}
	return text
}
