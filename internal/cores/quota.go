package cores

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// quota returns how many cores the control groups of the process allow it, by CPU time; 0: as many
// as there are. Groups lie inside each other, and the least quota counts. In a container the path
// of its group may be that outside of it, where nothing lies inside; the root is then its own
// group.
func quota(files fs.FS) (least float64) {
	for _, line := range lines(files, "proc/self/cgroup") {
		_, rest, _ := strings.Cut(line, ":")
		controllers, group, _ := strings.Cut(rest, ":")
		read := unified
		if controllers != "" {
			read = legacy
		}
		if controllers != "" && !strings.Contains(","+controllers+",", ",cpu,") {
			continue
		}
		for folder := path.Clean("/" + group); ; folder = path.Dir(folder) {
			q := read(files, controllers, folder)
			if q > 0 && (least == 0 || q < least) {
				least = q
			}
			if folder == "/" {
				break
			}
		}
	}
	return least
}

// unified returns the quota of a group of version 2: the line "quota period" of cpu.max.
func unified(files fs.FS, _, group string) float64 {
	for _, root := range []string{"sys/fs/cgroup", "sys/fs/cgroup/unified"} {
		for _, line := range lines(files, path.Join(root, group, "cpu.max")) {
			used, period, _ := strings.Cut(line, " ")
			return ratio(used, period)
		}
	}
	return 0
}

// legacy returns the quota of a group of version 1, where -1 means none.
func legacy(files fs.FS, controllers, group string) float64 {
	folder := path.Join("sys/fs/cgroup", controllers, group)
	used := lines(files, path.Join(folder, "cpu.cfs_quota_us"))
	period := lines(files, path.Join(folder, "cpu.cfs_period_us"))
	if len(used) == 0 || len(period) == 0 {
		return 0
	}
	return ratio(used[0], period[0])
}

// ratio returns a quota in cores; 0: there is none.
func ratio(used, period string) float64 {
	u, errUsed := strconv.ParseFloat(used, 64)
	p, errPeriod := strconv.ParseFloat(period, 64)
	if errUsed != nil || errPeriod != nil || u <= 0 || p <= 0 {
		return 0
	}
	return u / p
}

// lines returns the lines of a file; none if it cannot be read.
func lines(files fs.FS, name string) []string {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}
