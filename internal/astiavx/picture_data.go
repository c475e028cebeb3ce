package astiavx

//#include <libavcodec/avcodec.h>
//#include <libavutil/display.h>
//#include <libavutil/mastering_display_metadata.h>
//#include <libavutil/spherical.h>
//#include <libavutil/stereo3d.h>
//
//// new_data adds data to what an encoder is told of all its pictures. It takes the data over, and
//// returns false if there is no memory.
//static int new_data(AVCodecContext *cc, enum AVFrameSideDataType type, void *data, size_t size) {
//	AVBufferRef *buf = data ? av_buffer_create(data, size, NULL, NULL, 0) : NULL;
//	if (!buf) {
//		av_free(data);
//		return 0;
//	}
//	if (!av_frame_side_data_add(&cc->decoded_side_data, &cc->nb_decoded_side_data, type, &buf, 0)) {
//		av_buffer_unref(&buf);
//		return 0;
//	}
//	return 1;
//}
//
//// fixed returns pixels as a number with 16 binary places, as mp4 has them.
//static int32_t fixed(int64_t pixels) { return FFMIN(pixels, INT16_MAX) << 16; }
//
//// add_rotation adds a matrix that turns pictures clockwise, and moves them back to where they were,
//// as cameras write it. FFmpeg leaves the move out, and some players look for the picture elsewhere.
//static int add_rotation(AVCodecContext *cc, int degrees) {
//	AVRational aspect = cc->sample_aspect_ratio;
//	int32_t *matrix = av_mallocz(9 * sizeof(*matrix));
//	if (matrix) {
//		int64_t width = aspect.num > 0 && aspect.den > 0 ? av_rescale(cc->width, aspect.num, aspect.den) : cc->width;
//		av_display_rotation_set(matrix, degrees);
//		matrix[6] = fixed(degrees == 90 ? cc->height : degrees == 180 ? width : 0);
//		matrix[7] = fixed(degrees == 180 ? cc->height : degrees == 270 ? width : 0);
//	}
//	return new_data(cc, AV_FRAME_DATA_DISPLAYMATRIX, matrix, 9 * sizeof(*matrix));
//}
//
//static int add_sphere(AVCodecContext *cc) {
//	size_t size = 0;
//	AVSphericalMapping *sphere = av_spherical_alloc(&size);
//	if (sphere)
//		sphere->projection = AV_SPHERICAL_EQUIRECTANGULAR;
//	return new_data(cc, AV_FRAME_DATA_SPHERICAL, sphere, size);
//}
//
//// add_stereo leaves the view open. Otherwise FFmpeg's muxer of mp4 adds a box (vexu, eyes) that says
//// that there are two eyes, but not where, and that its demuxer takes for the whole truth.
//static int add_stereo(AVCodecContext *cc, enum AVStereo3DType type) {
//	size_t size = 0;
//	AVStereo3D *stereo = av_stereo3d_alloc_size(&size);
//	if (stereo) {
//		stereo->type = type;
//		stereo->view = AV_STEREO3D_VIEW_UNSPEC;
//	}
//	return new_data(cc, AV_FRAME_DATA_STEREO3D, stereo, size);
//}
//
//static int add_light_level(AVCodecContext *cc, unsigned max, unsigned average) {
//	size_t size = 0;
//	AVContentLightMetadata *light = av_content_light_metadata_alloc(&size);
//	if (light) {
//		light->MaxCLL = max;
//		light->MaxFALL = average;
//	}
//	return new_data(cc, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL, light, size);
//}
//
//// add_display adds a mastering display: x and y of red, green, blue and white, then the least and
//// the most luminance.
//static int add_display(AVCodecContext *cc, const int v[10], int chroma_den, int luma_den) {
//	size_t size = 0;
//	AVMasteringDisplayMetadata *d = av_mastering_display_metadata_alloc_size(&size);
//	if (d) {
//		for (int i = 0; i < 6; i++)
//			d->display_primaries[i / 2][i % 2] = (AVRational){ v[i], chroma_den };
//		for (int i = 0; i < 2; i++)
//			d->white_point[i] = (AVRational){ v[6 + i], chroma_den };
//		d->min_luminance = (AVRational){ v[8], luma_den };
//		d->max_luminance = (AVRational){ v[9], luma_den };
//		d->has_primaries = d->has_luminance = 1;
//	}
//	return new_data(cc, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA, d, size);
//}
import "C"

import (
	"errors"

	"github.com/asticode/go-astiav"
)

// The units in which a mastering display is described (SMPTE ST 2086).
const (
	ChromaticityUnits = 50000 // in 1
	LuminanceUnits    = 10000 // in 1 cd/m²
)

// MasteringDisplay is a display in the units of SMPTE ST 2086.
type MasteringDisplay struct {
	Primaries                  [3][2]int // x and y of red, green and blue
	WhitePoint                 [2]int    // x and y
	MinLuminance, MaxLuminance int
}

// LightLevel is how bright pictures are, in cd/m² (CTA-861.3). 0: unknown.
type LightLevel struct{ MaxCLL, MaxFALL int }

// Stereo is how the pictures for two eyes lie in a frame. The left one comes first.
type Stereo int

// The ways in which they may lie.
const (
	NoStereo Stereo = iota
	SideBySide
	TopBottom
)

// PictureData is what a video says about all its pictures, besides their colour and the shape of
// their pixels. Go-astiav cannot add it to an encoder.
type PictureData struct {
	Rotation        int // degrees clockwise by which a player turns the pictures
	Equirectangular bool
	Stereo          Stereo
	Display         *MasteringDisplay // nil: unknown
	Light           LightLevel
}

// OnSurface says whether the pictures are not flat pictures for one eye.
func (d PictureData) OnSurface() bool { return d.Equirectangular || d.Stereo != NoStereo }

// SetPictureData tells an encoder that is not open yet, and that has its size and aspect ratio.
// Some encoders write the data into their stream. All of them give it to containers, with their
// codec parameters.
func SetPictureData(cc *astiav.CodecContext, d PictureData) error {
	av, added := avcodec(cc), true
	if d.Rotation != 0 {
		added = C.add_rotation(av, C.int(d.Rotation)) != 0
	}
	if d.Equirectangular {
		added = added && C.add_sphere(av) != 0
	}
	switch d.Stereo {
	case SideBySide:
		added = added && C.add_stereo(av, C.AV_STEREO3D_SIDEBYSIDE) != 0
	case TopBottom:
		added = added && C.add_stereo(av, C.AV_STEREO3D_TOPBOTTOM) != 0
	}
	if d.Display != nil {
		values := d.Display.values()
		added = added && C.add_display(av, &values[0], ChromaticityUnits, LuminanceUnits) != 0
	}
	if d.Light != (LightLevel{}) {
		added = added && C.add_light_level(av, C.uint(d.Light.MaxCLL), C.uint(d.Light.MaxFALL)) != 0
	}
	if !added {
		return errors.New("describe the pictures: out of memory")
	}
	return nil
}

// values returns the values in the order of add_display.
func (m *MasteringDisplay) values() (v [10]C.int) {
	for i, n := range []int{
		m.Primaries[0][0], m.Primaries[0][1], m.Primaries[1][0], m.Primaries[1][1],
		m.Primaries[2][0], m.Primaries[2][1], m.WhitePoint[0], m.WhitePoint[1],
		m.MinLuminance, m.MaxLuminance,
	} {
		v[i] = C.int(n)
	}
	return v
}

// IsOnSurface says whether the pictures of a stream are not flat pictures for one eye. Go-astiav
// cannot read that.
func IsOnSurface(p *astiav.CodecParameters) bool {
	par := (*C.AVCodecParameters)(cPointer(p))
	for _, kind := range []C.enum_AVPacketSideDataType{C.AV_PKT_DATA_SPHERICAL, C.AV_PKT_DATA_STEREO3D} {
		if C.av_packet_side_data_get(par.coded_side_data, par.nb_coded_side_data, kind) != nil {
			return true
		}
	}
	return false
}
