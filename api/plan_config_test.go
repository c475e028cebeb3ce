package api

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestEveryFieldReachesThePlan sets each field of a config alone and checks that the field of the
// same name, and no other, is set in the config that package plan reads.
func TestEveryFieldReachesThePlan(t *testing.T) {
	crf := 23.0
	for name, convert := range map[string]func(any) any{
		"VideoConfig":  func(c any) any { return c.(VideoConfig).plan() },
		"AudioConfig":  func(c any) any { return c.(AudioConfig).plan() },
		"Frames":       func(c any) any { return c.(Frames).plan() },
		"DeviceFrames": func(c any) any { return c.(DeviceFrames).plan() },
	} {
		given := map[string]any{
			"VideoConfig": VideoConfig{}, "AudioConfig": AudioConfig{}, "Frames": Frames{}, "DeviceFrames": DeviceFrames{},
		}[name]
		fields := reflect.TypeOf(given)
		for i := range fields.NumField() {
			field := fields.Field(i)
			t.Run(name+"."+field.Name, func(t *testing.T) {
				config := reflect.New(fields).Elem()
				switch to := config.Field(i); field.Type.Kind() {
				case reflect.Int, reflect.Int64:
					to.SetInt(1)
				case reflect.Uintptr:
					to.SetUint(1)
				case reflect.Float64:
					to.SetFloat(1)
				case reflect.String:
					to.SetString("x")
				case reflect.Pointer:
					to.Set(map[reflect.Type]reflect.Value{
						reflect.TypeFor[*float64](): reflect.ValueOf(&crf), reflect.TypeFor[*HDR](): reflect.ValueOf(&HDR{}),
					}[field.Type])
				case reflect.Map:
					to.Set(reflect.MakeMap(field.Type))
				default:
					to.Set(map[reflect.Type]reflect.Value{
						reflect.TypeFor[bool]():            reflect.ValueOf(true),
						reflect.TypeFor[[]int]():           reflect.ValueOf([]int{1}),
						reflect.TypeFor[[]byte]():          reflect.ValueOf([]byte{1}),
						reflect.TypeFor[[]string]():        reflect.ValueOf([]string{"x"}),
						reflect.TypeFor[[]time.Duration](): reflect.ValueOf([]time.Duration{1}),
					}[field.Type])
				}
				planned := reflect.ValueOf(convert(config.Interface()))
				require.Equal(t, fields.NumField(), planned.NumField())
				for k := range planned.NumField() {
					set := planned.Type().Field(k).Name == field.Name
					require.Equal(t, set, !planned.Field(k).IsZero(), planned.Type().Field(k).Name)
				}
			})
		}
	}
}
