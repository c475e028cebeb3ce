// Package film cuts a film into chunks, keeps the packets of each chunk in a file, and joins them
// into one stream of packets.
//
//	cut := film.Cut{Frames: 900, Chunk: 300}
//	folder, err := film.OpenFolder(path + film.Suffix)
//	keeper := film.NewKeeper(name, head, nil)  // graph.Settings.Keep of a chunk's encoder
//	part, err := film.OpenPart(name)           // when that encoder was closed
//	err = film.Join(ctx, sink, video, sound)
//
// A film takes three kinds of steps, which share no state but files: making a chunk, making the
// sound, and joining. Each could run in another process, or on another machine.
//
// The packets of a chunk have the times of the chunk, which begins at 0. Join counts their times
// anew from the number of the chunk's first frame: see video.go. It does not convert times from one
// container to another, which would round them.
//
// The package does not draw, encode or write containers: package api calls the user, and package
// graph opens encoders and the container. It starts no goroutines. To change the packet file,
// change format.go, reader.go and keeper.go together, and count its version in format.go up.
package film
