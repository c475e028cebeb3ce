package container

import "slices"

// rotationContainers say by how much a player turns the pictures: the mov family in the matrix of
// the track's header (ISO/IEC 14496-12, 8.3.2), Matroska as the roll of the projection
// (ProjectionPoseRoll of RFC 9559). Viewers of avif read no header of a track.
var rotationContainers = []string{
	"mov", "mp4", "ipod", "3gp", "3g2", "f4v", "ismv", "matroska", "webm",
}

// surfaceContainers say how pictures lie on a sphere, and where the pictures for two eyes are: mp4
// in the boxes sv3d and st3d (Spherical Video V2 RFC), Matroska in Projection and StereoMode.
// FFmpeg's muxer writes neither box into other files of the mov family. Into mov it writes a newer
// box (vexu), which says of two eyes only that they are there, and which few players read.
var surfaceContainers = []string{"mp4", "matroska", "webm"}

// hdrContainers have a place for static HDR metadata, whichever the codec: the boxes mdcv and clli,
// and MasteringMetadata, MaxCLL and MaxFALL. FFmpeg's muxer writes neither box into other files of
// the mov family.
var hdrContainers = []string{"mp4", "mov", "matroska", "webm"}

// KeepsRotation says whether a container says by how much a player turns the pictures.
func KeepsRotation(format string) bool { return slices.Contains(rotationContainers, format) }

// KeepsSurface says whether a container says that pictures are spherical, or for two eyes.
func KeepsSurface(format string) bool { return slices.Contains(surfaceContainers, format) }

// KeepsHDR says whether a container has a place for static HDR metadata.
func KeepsHDR(format string) bool { return slices.Contains(hdrContainers, format) }

// unofficial are the values of the muxer's option strict with which it writes the boxes sv3d and
// st3d: they are no part of the mp4 standard.
var unofficial = []string{"unofficial", "-1", "experimental", "-2"}

// TakesUnofficial says whether FFmpeg's muxer writes sv3d and st3d with this value of its option
// strict; "": the program does not set it.
func TakesUnofficial(format, strict string) bool {
	return format != "mp4" || strict == "" || slices.Contains(unofficial, strict)
}

// addSurface adds the option with which FFmpeg's muxer says how pictures lie on a sphere, and for
// which eye they are.
func (s Spec) addSurface(options map[string]string) {
	inside := s.Format
	if IsFolder(s.Format) {
		inside = Inside(s.Format, s.Options)
	}
	if s.OnSurface && inside == "mp4" && options["strict"] == "" {
		options["strict"] = unofficial[0]
	}
}
