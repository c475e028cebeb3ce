// Package depot puts files into a store and takes them out. A file gets its key when it is
// complete, and never replaces another one.
package depot
