// Package container knows what is special about each container format: which codecs, tags, rates,
// sizes and metadata it can hold, which options FFmpeg's muxer needs for it, and how it has to be
// fed.
//
// It holds tables and rules. It opens nothing, writes nothing, and keeps no state: package muxer
// asks it and acts. Each rule names the function of FFmpeg, or the specification, that it follows
// from. Formats have FFmpeg's names: "matroska", not "mkv".
//
// A quirk of a container goes into the file of its subject:
//
//	carries.go       codecs that it can hold
//	codec.go         codecs that it cannot describe or make readable; formats that are no files
//	codec_tag.go     the four letters by which it names a codec: hvc1, XVID
//	raw_format.go    pixel formats of uncompressed pictures
//	pixel_aspect.go  whether pixels that are not square stay so
//	picture_data.go  rotation, HDR metadata, projections and pictures for two eyes
//	rate.go          frame rates, in rate_rules.go
//	irregular.go     whether pictures may come at any times; time_limits.go: which times
//	size.go          how large a file may become
//	extras.go        what a file carries besides: chapters.go, cover.go, attachments.go
//	timecode.go      times of recording that are counted in frames
//	metadata.go      tags that it keeps, in metadata_rules.go; their values, in metadata_value.go
//	stream_tags.go   tags that it keeps of a stream, in stream_tag_rules.go
//	language.go      languages that it can name
//	disposition.go   what it can say that a stream is for, in disposition_rules.go
//	well_known.go    the containers that errors name
//	options.go       options that its muxer needs; those of mov and mp4, in movflags.go
//	crashsafe.go     whether a killed process leaves a readable file
//	fragments.go     when to cut fragments or clusters
//	interleaving.go  the order in which its muxer takes packets, and where times begin
//	files.go         the names of the files of HLS, DASH and numbered pictures; inside.go: what is in
//	                 them; folder_options.go: how FFmpeg's muxers write them
//	finish.go        what has to be possible when the file ends: seeking back, reading it again
package container
