package report

import (
	"fmt"
	"slices"
	"strings"
)

// Matrix returns rows as a table in Markdown, with a line for each contender and a column for each
// case, in their order. A cell has the rate, and in brackets its ratio to the honest ceiling, or
// where a case has none, to the contender that the case compares with. The cell of a contender that
// was not measured is empty. The corner is the heading of the first column, and label returns how a
// contender is called there.
func Matrix(rows []Row, corner string, label func(contender string) string) string {
	var cases, contenders []string
	cells := map[[2]string]string{}
	for _, r := range rows {
		cases, contenders = appendNew(cases, r.Case), appendNew(contenders, r.Contender)
		cells[[2]string{r.Contender, r.Case}] = fmt.Sprintf("%s (%.2f)", Number(r.Rate.Median), r.ratio())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | %s |\n|---%s|\n", corner, strings.Join(cases, " | "), strings.Repeat("|---", len(cases)))
	for _, who := range contenders {
		fmt.Fprintf(&b, "| %s |", label(who))
		for _, name := range cases {
			fmt.Fprintf(&b, " %s |", cells[[2]string{who, name}])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// ratio returns the ratio that a cell shows.
func (r Row) ratio() float64 {
	if r.Honest != nil {
		return r.Honest.Median
	}
	return r.Ratio.Median
}

func appendNew(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}
