package report

import (
	"fmt"
	"slices"
	"strings"
)

// Matrix returns rows as a table in Markdown, with a line for each contender and a column for each
// case, in their order. label returns how a contender is called there, and cell what stands in a
// row's cell (Speed or Cost). The cell of a contender that was not measured is empty.
func Matrix(rows []Row, label func(contender string) string, cell func(Row) string) string {
	var cases, contenders []string
	cells := map[[2]string]string{}
	for _, r := range rows {
		cases, contenders = appendNew(cases, r.Case), appendNew(contenders, r.Contender)
		cells[[2]string{r.Contender, r.Case}] = cell(r)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| | %s |\n|---%s|\n", strings.Join(cases, " | "), strings.Repeat("|---", len(cases)))
	for _, who := range contenders {
		fmt.Fprintf(&b, "| %s |", label(who))
		for _, name := range cases {
			fmt.Fprintf(&b, " %s |", cells[[2]string{who, name}])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Speed returns the rate, and in brackets its ratio to the honest ceiling, or where a case has
// none, to the contender that the case compares with.
func Speed(r Row) string {
	ratio := r.Ratio
	if r.Honest != nil {
		ratio = *r.Honest
	}
	return fmt.Sprintf("%s (%.2f)", Number(r.Rate.Median), ratio.Median)
}

// Cost returns the milliseconds of processor time for each unit, and in brackets their ratio to
// those of the contender that the case compares with.
func Cost(r Row) string { return fmt.Sprintf("%s (%.2f)", Number(r.CPU.Median), r.CPURatio.Median) }

func appendNew(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}
