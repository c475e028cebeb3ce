package fault

import (
	"fmt"
	"slices"
)

// longestName is the length in bytes up to which a name is compared with others. No name of FFmpeg
// is longer.
const longestName = 64

// DidYouMean returns the end of a reason: a question that gives the one of names that is probably
// meant, or "" if none is near enough.
func DidYouMean(name string, names []string) string {
	near := nearest(name, names)
	if near == "" || near == name {
		return ""
	}
	return Question(near)
}

// Question returns the end of a reason: a question that gives a name that is probably meant.
func Question(name string) string { return fmt.Sprintf("; did you mean %q?", name) }

// nearest returns the name with the fewest edits, of equals the first. It returns "" if more than a
// third of the letters differ.
func nearest(name string, names []string) string {
	if len(name) > longestName {
		return ""
	}
	best, least := "", max(1, len(name)/3)+1
	for _, n := range names {
		d := editDistance(name, n)
		if d < least {
			best, least = n, d
		}
	}
	return best
}

// editDistance returns how many letters must be inserted, deleted, replaced or swapped with their
// neighbour to turn a into b (the optimal string alignment distance).
func editDistance(a, b string) int {
	previous, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], previous[j-2]+1)
			}
		}
		previous, row, next = row, next, previous
	}
	return row[len(b)]
}

// KnownFirst returns the names with those that are well known at the front, in the order of
// wellKnown. The others keep their order.
func KnownFirst(names, wellKnown []string) []string {
	isKnown := func(name string) bool { return slices.Contains(wellKnown, name) }
	isMissing := func(name string) bool { return !slices.Contains(names, name) }
	first := slices.DeleteFunc(slices.Clone(wellKnown), isMissing)
	return append(first, slices.DeleteFunc(slices.Clone(names), isKnown)...)
}
