# shellcheck shell=bash disable=SC2034
# Lists the parts of FFmpeg that the lean build has, in the names of FFmpeg's configure. ffmpeg.sh
# sources it. A name that the source does not have is ignored.
#
# All encoders, muxers and protocols are built, since users reach each of them through avloom. Of
# what reads and filters, only this is built. AVLOOM_FFMPEG=full builds all of it.

decoders=(
	# The usual ones. libdav1d reads AV1. libvpx reads VP8 and VP9, since FFmpeg's own decoder of VP9
	# takes nearly as long to compile as those of H.264 and HEVC together.
	h264 hevc libdav1d libvpx_vp8 libvpx_vp9 mpeg1video mpeg2video mpegvideo mpeg4 mjpeg prores dnxhd ffv1 rawvideo
	aac aac_latm ac3 eac3 alac flac mp2 mp2float mp3float opus vorbis 'pcm_*' amrnb amrwb
	png apng gif webp webp_anim bmp tiff exr
	# Those of all other codecs that FFmpeg encodes, so that the tests can read what they write.
	alias_pix amv asv1 asv2 avrp avui bitpacked cfhd cinepak cljr dirac dpx dvvideo dxv ffvhuff fits flashsv flashsv2 flv
	h261 h263 h263p hdr huffyuv jpeg2000 jpegls magicyuv msmpeg4v2 msmpeg4v3 msrle msvideo1 pam pbm pcx pdv pfm pgm
	pgmyuv phm ppm qoi qtrle r10k r210 roq rpza rv10 rv20 sgi smc snow speedhq sunrast svq1 targa utvideo v210 vbn vnull
	wbmp wmv1 wmv2 wrapped_avframe xbm xface xwd y41p yuv4 zlib zmbv
	adpcm_adx adpcm_argo adpcm_g722 adpcm_g726 adpcm_g726le adpcm_ima_alp adpcm_ima_amv adpcm_ima_apm adpcm_ima_qt
	adpcm_ima_ssi adpcm_ima_wav adpcm_ima_ws adpcm_ms adpcm_swf adpcm_yamaha anull aptx aptx_hd comfortnoise dca dfpwm
	g723_1 libopus libvorbis mlp nellymoser ra_144 roq_dpcm s302m sbc truehd tta wavpack wmav1 wmav2
	ass dvbsub dvdsub movtext srt ssa subrip text webvtt xsub
)

demuxers=(
	# The usual ones.
	mov matroska avi flv mpegts mpegps mpegvideo asf ogg wav aiff mp3 aac loas ac3 eac3 flac h264 hevc m4v obu ivf
	image2 image2pipe 'image_*' gif apng webp_anim concat hls data rawvideo yuv4mpegpipe
	# Those of all other containers that FFmpeg writes.
	ac4 adx aea alp amr amrnb amrwb apm aptx aptx_hd apv argo_asf argo_cvg ass ast au av1 avs2 avs3 bit caf cavsvideo
	codec2 codec2raw daud dfpwm dirac dnxhd dts dv dvbsub evc ffmetadata filmstrip fits g722 g723_1 g726 g726le gsm gxf
	h261 h263 iamf ico ilbc image2_alias_pix ircam jacosub kvag lc3 lrc mcc microdvd mjpeg mlp mmf mpjpeg mxf nut oma
	'pcm_*' pdv rcwt rm roq rso sbc scc segafilm smjpeg sox spdif srt sup swf truehd tta vc1 vc1t voc vvc w64
	webm_dash_manifest webvtt wsaud wtv wv
)

# Without those whose codecs are neither written nor read here.
parsers=(
	aac aac_latm ac3 adx amr av1 bmp dca dirac dnxhd dpx dvbsub dvdsub dvd_nav ffv1 flac g723_1 gif gsm h261 h263 h264
	hdr hevc jpeg2000 mjpeg mlp mpeg4video mpegaudio mpegvideo opus png pnm prores qoi sbc vorbis vp8 vp9 webp xbm
	xwd
)

# Without those that take a stream apart to change its headers, but for AV1's, which muxers need.
bitstream_filters=(
	aac_adtstoasc av1_frame_merge av1_frame_split av1_metadata chomp dca_core dump_extradata dv_error_marker eac3_core
	extract_extradata h264_mp4toannexb hevc_mp4toannexb imx_dump_header mjpeg2jpeg mjpega_dump_header mov2textsub
	mpeg4_unpack_bframes noise null opus_metadata pcm_rechunk pgs_frame_merge prores_metadata remove_extradata setts
	showinfo text2movsub truehd_core vp9_raw_reorder vp9_superframe vp9_superframe_split vvc_mp4toannexb
)

# avloom filters with buffer, buffersink, split, palettegen and paletteuse. The tests and benchmarks
# use the others, with the ffmpeg command.
filters=(
	aformat alphaextract anull aresample aselect asetpts asettb asplit atrim concat crop extractplanes format fps hflip
	hwupload hwupload_cuda null pad palettegen paletteuse premultiply premultiply_dynamic psnr rotate scale select setdar
	setparams setpts setrange setsar settb split ssim transpose trim unpremultiply vflip
	aevalsrc anullsrc color nullsrc sine testsrc testsrc2 anullsink nullsink
)

# only KIND NAME...: prints the options of configure that build these parts of their kind alone.
only() {
	local kind=$1 names
	shift
	printf -v names '%s,' "$@"
	echo "--disable-${kind}s"
	echo "--enable-$kind=${names%,}"
}

# lean_options: prints the options of configure that leave out the rest.
lean_options() {
	only decoder "${decoders[@]}"
	only demuxer "${demuxers[@]}"
	only parser "${parsers[@]}"
	only bsf "${bitstream_filters[@]}"
	only filter "${filters[@]}"
	only indev lavfi
	echo --disable-outdevs
	echo --disable-hwaccels
}
