// Package work is what a worker does: it renders clips and parts of films, joins films, and tells
// the server meanwhile that it is alive and how far it has come.
package work
