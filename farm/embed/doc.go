// Package embed is a Temporal server in the program's own process, with SQLite: for one machine, or
// a small group of machines. It needs nothing to be installed and listens on one port of the
// machine's own address, unless Config.Address says more.
//
//	server, err := embed.Start(ctx, embed.Config{File: "farm.db"})
//	if err != nil {
//		return err
//	}
//	defer server.Stop()
//	c, err := server.Dial(ctx)
//
// With a file, runs survive the process, however it ends: a server that starts on the file again
// goes on with them, and workers that have kept running find it again at the same address. Without
// one, everything is kept in memory.
//
// A farm that is larger, or must survive the loss of a machine, needs a Temporal cluster; its
// address, certificates and namespace go into farm.DialConfig, and nothing else changes.
package embed
