// Package depot puts files into a store and takes them out. A file gets its key when it is
// complete, and never replaces another one.
//
// The store decides whether a key is free when a file is complete, not before: of two workers that
// put the same key, one puts the file and the other finds it there. S3, Google Cloud Storage, Azure
// and memblob decide that in one step. fileblob looks first and renames then, so of two workers
// that come within microseconds the last one's file stays; it is complete, too.
//
// Each file has metadata that say which job of which run made it. A store may have none (fileblob
// with metadata=skip). Then the bytes decide whether a file is the one that was to be put.
package depot
