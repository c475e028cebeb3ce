// Package images turns the images of Go's standard library, and any other image.Image, into
// pictures that a convert node reads: by reference where FFmpeg knows the form, otherwise as a copy
// in R G B.
//
// It decides what happens to an alpha: the image keeps it where the encoded video has one, and is
// composited over black where it has none. It converts no colours for encoding; nodes does.
//
// To add a type of image that is read without a copy: Form.direct in form.go, and its check against
// too few pixels in check.go.
package images
