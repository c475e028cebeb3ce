package fault

import "fmt"

// longestName bounds what is compared with names: no name of FFmpeg's is longer.
const longestName = 64

// DidYouMean is the end of a reason: a question, if one of the names is near enough to be meant.
func DidYouMean(name string, names []string) string {
	if near := nearest(name, names); near != "" && near != name {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// nearest returns the name that is fewest edits away, if that is near enough to be meant; of equals the first.
func nearest(name string, names []string) string {
	if len(name) > longestName {
		return ""
	}
	best, least := "", max(1, len(name)/3)+1
	for _, n := range names {
		if d := editDistance(name, n); d < least {
			best, least = n, d
		}
	}
	return best
}

// editDistance counts the letters to insert, delete, replace or swap with their neighbour (the optimal string alignment distance) that
// turn a into b.
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
