// Package benchmarks measures how fast avloom encodes on the machine it runs on: "make bench".
package benchmarks
