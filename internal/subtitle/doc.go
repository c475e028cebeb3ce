// Package subtitle writes plain text in the codecs of subtitles, so that players show the text as
// it is. It knows no container and no encoder of FFmpeg.
//
// A Codec tells its header, escapes a text, and says by its Rules which texts it cannot hold.
//
// # How to add a codec
//
// Add a row to the table of codecs, with its header and its function that escapes a text. Then add
// the codec to the containers that carry it (muxer/container/subtitles.go).
package subtitle
