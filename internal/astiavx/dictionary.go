package astiavx

import (
	"fmt"
	"maps"
	"slices"

	"github.com/asticode/go-astiav"
)

// NewDictionary returns a dictionary of all entries, which the caller frees. Go-astiav cannot make
// one from a map.
func NewDictionary(entries map[string]string) (*astiav.Dictionary, error) {
	d := astiav.NewDictionary()
	for _, k := range slices.Sorted(maps.Keys(entries)) {
		if err := d.Set(k, entries[k], 0); err != nil {
			d.Free()
			return nil, fmt.Errorf("set %s: %w", k, err)
		}
	}
	return d, nil
}

// DictionaryKeys lists the keys of a dictionary, for example of the options that FFmpeg has left in
// it because nothing took them. Go-astiav cannot list them.
func DictionaryKeys(d *astiav.Dictionary) []string {
	var names []string
	all := astiav.NewDictionaryFlags(astiav.DictionaryFlagIgnoreSuffix)
	for e := d.Get("", nil, all); e != nil; e = d.Get("", e, all) {
		names = append(names, e.Key())
	}
	return names
}
