// Package wholefile writes files that get their name only when they are complete. Until then a file
// has a temporary name in the same folder.
//
// A writer locks its temporary file. So Leftovers can tell the files of killed writers, which it
// removes, from those of living writers in any process. The package does not write the contents:
// its caller opens the temporary name. It does not make a file crash-safe either: a temporary file
// that a killed writer left is of no use.
//
// To change the temporary names: name.go alone makes and parses them.
package wholefile
