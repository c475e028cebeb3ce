// Package images turns the images of Go's standard library, and any other image.Image, into
// pictures that a convert node reads: by reference where FFmpeg can read the image as it is,
// otherwise as a copy in R G B.
//
// It decides what happens to the alpha of an image: where the encoded video has an alpha, the image
// keeps its own; where the video has none, the image is composited over black. This package does
// not convert colours for the encoder: see nodes.
//
// To add a type of image that is read without a copy: a case in Form.direct in picture.go, and a
// case in checkImage in check.go, which protects FFmpeg from images with too few bytes.
package images
