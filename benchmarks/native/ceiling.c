// The ceiling: how fast the encoder alone is. It gets ready-made yuv420p pictures from memory, and its
// packets go into mp4 files, one after another, through FFmpeg's C functions and nothing else. The
// benchmarks build it against the FFmpeg that avloom is built against. In the mode "copy", it copies the
// pictures instead of encoding them: what the reading of the input costs by itself.
//
// It speaks the protocol of all contenders (benchmarks/internal/contend): its arguments are key=value,
// it writes "ready", and for each line on its standard input it does the work once and answers with a
// line of JSON.

#include <libavformat/avformat.h>
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static struct {
	const char *mode, *codec, *options, *preset, *params, *tune, *pictures, *out;
	int width, height, threads, frames, from, first, chunk, count, files, parallel;
} job;

static AVFrame **pictures;
static atomic_int next_file;
static atomic_llong opening, closing; // nanoseconds

static void check(int err, const char *what) {
	if (err >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, av_err2str(err));
	exit(1);
}

static long long now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static double cpu(void) {
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

// memory is a line of /proc/self/status, in KiB.
static long memory(const char *key) {
	char line[256];
	long kib = 0;
	FILE *f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, key, strlen(key)))
			kib = atol(line + strlen(key) + 1);
	if (f)
		fclose(f);
	return kib;
}

static void parse(int argc, char **argv) {
	job.parallel = job.files = 1;
	struct { const char *key; const char **text; int *number; } keys[] = {
		{"mode", &job.mode}, {"preset", &job.preset}, {"params", &job.params}, {"tune", &job.tune},
		{"codec", &job.codec}, {"options", &job.options}, {"pictures", &job.pictures}, {"from", 0, &job.from},
		{"first", 0, &job.first}, {"chunk", 0, &job.chunk},
		{"out", &job.out}, {"width", 0, &job.width}, {"height", 0, &job.height}, {"threads", 0, &job.threads},
		{"frames", 0, &job.frames}, {"count", 0, &job.count}, {"files", 0, &job.files}, {"parallel", 0, &job.parallel},
	};
	for (int i = 1; i < argc; i++)
		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
			size_t n = strlen(keys[k].key);
			if (strncmp(argv[i], keys[k].key, n) || argv[i][n] != '=')
				continue;
			if (keys[k].text)
				*keys[k].text = argv[i] + n + 1;
			else
				*keys[k].number = atoi(argv[i] + n + 1);
		}
}

// load reads the pictures into frames that the encoder can refer to.
static void load(void) {
	FILE *f = fopen(job.pictures, "rb");
	if (!f)
		check(AVERROR(ENOENT), job.pictures);
	pictures = calloc(job.count, sizeof *pictures);
	for (int i = 0; i < job.count; i++) {
		AVFrame *p = pictures[i] = av_frame_alloc();
		p->format = AV_PIX_FMT_YUV420P;
		p->width = job.width;
		p->height = job.height;
		check(av_frame_get_buffer(p, 64), "picture");
		for (int plane = 0; plane < 3; plane++) {
			int w = plane ? (job.width + 1) / 2 : job.width, h = plane ? (job.height + 1) / 2 : job.height;
			for (int y = 0; y < h; y++)
				if (fread(p->data[plane] + y * p->linesize[plane], 1, w, f) != (size_t)w)
					check(AVERROR_EOF, job.pictures);
		}
	}
	fclose(f);
}

// picture is the one that frame k shows: the pictures forwards, then backwards, so that there is no cut.
static AVFrame *picture(int k) {
	if (job.count < 2)
		return pictures[0];
	int i = k % (2 * job.count - 2);
	return pictures[i < job.count ? i : 2 * job.count - 2 - i];
}

static AVCodecContext *open_encoder(int global_header) {
	const char *name = job.codec && *job.codec ? job.codec : "libx264";
	const AVCodec *codec = avcodec_find_encoder_by_name(name);
	if (!codec)
		check(AVERROR_ENCODER_NOT_FOUND, name);
	AVCodecContext *c = avcodec_alloc_context3(codec);
	c->width = job.width;
	c->height = job.height;
	c->pix_fmt = AV_PIX_FMT_YUV420P;
	c->framerate = (AVRational){30, 1};
	c->time_base = (AVRational){1, 30};
	c->thread_count = job.threads;
	c->color_range = AVCOL_RANGE_MPEG;
	c->colorspace = job.height < 720 ? AVCOL_SPC_SMPTE170M : AVCOL_SPC_BT709;
	c->color_primaries = AVCOL_PRI_BT709;
	c->color_trc = AVCOL_TRC_BT709;
	c->chroma_sample_location = AVCHROMA_LOC_CENTER;
	c->flags |= AV_CODEC_FLAG_FRAME_DURATION | (global_header ? AV_CODEC_FLAG_GLOBAL_HEADER : 0);
	AVDictionary *options = NULL;
	if (job.options)
		check(av_dict_parse_string(&options, job.options, "=", ":", 0), "options");
	if (job.preset && *job.preset)
		check(av_opt_set(c->priv_data, "preset", job.preset, 0), "preset");
	if (job.params && *job.params)
		check(av_opt_set(c->priv_data, "x264-params", job.params, 0), "params");
	if (job.tune && *job.tune)
		check(av_opt_set(c->priv_data, "tune", job.tune, 0), "tune");
	check(avcodec_open2(c, codec, &options), name);
	if (av_dict_count(options))
		check(AVERROR_OPTION_NOT_FOUND, job.options);
	av_dict_free(&options);
	return c;
}

static void encode(AVCodecContext *c, AVFrame *f, AVPacket *p, AVFormatContext *mux) {
	check(avcodec_send_frame(c, f), "encode");
	while (avcodec_receive_packet(c, p) >= 0) {
		if (!mux) {
			av_packet_unref(p);
			continue;
		}
		p->stream_index = 0;
		av_packet_rescale_ts(p, c->time_base, mux->streams[0]->time_base);
		check(av_write_frame(mux, p), "write");
		av_packet_unref(p);
	}
}

// show returns frame k of a file that begins with this frame of the film.
static AVFrame *show(AVFrame *f, int first, int k) {
	av_frame_unref(f);
	check(av_frame_ref(f, picture(first + k)), "picture");
	f->pts = k;
	f->duration = 1;
	return f;
}

static void write_file(int number) {
	char name[4096];
	snprintf(name, sizeof name, "%s/%d.mp4", job.out, job.first + number);
	long long start = now();
	AVCodecContext *c = open_encoder(1);
	AVFormatContext *mux = NULL;
	check(avformat_alloc_output_context2(&mux, NULL, "mp4", name), "mp4");
	mux->flags |= AVFMT_FLAG_BITEXACT;
	AVStream *s = avformat_new_stream(mux, NULL);
	s->time_base = c->time_base;
	s->avg_frame_rate = c->framerate;
	check(avcodec_parameters_from_context(s->codecpar, c), "parameters");
	check(avio_open(&mux->pb, name, AVIO_FLAG_WRITE), name);
	check(avformat_write_header(mux, NULL), "header");
	opening += now() - start;
	AVFrame *f = av_frame_alloc();
	AVPacket *p = av_packet_alloc();
	int first = job.from + (job.chunk ? number * job.frames : 0); // the files are chunks of one film, or alike
	for (int k = 0; k < job.frames; k++)
		encode(c, show(f, first, k), p, mux);
	start = now();
	if (job.frames)
		encode(c, NULL, p, mux);
	check(av_write_trailer(mux), "trailer");
	avio_closep(&mux->pb);
	av_packet_free(&p);
	av_frame_free(&f);
	avformat_free_context(mux);
	avcodec_free_context(&c);
	closing += now() - start;
}

static void *work(void *unused) {
	for (int i; (i = next_file++) < job.files;)
		write_file(i);
	return unused;
}

// in_parallel calls part in as many threads as the job says.
static void in_parallel(void *(*part)(void *)) {
	pthread_t threads[job.parallel];
	next_file = opening = closing = 0;
	for (int i = 1; i < job.parallel; i++)
		pthread_create(&threads[i], NULL, part, NULL);
	part(NULL);
	for (int i = 1; i < job.parallel; i++)
		pthread_join(threads[i], NULL);
}

// latency prints how long each picture takes from the call to its packet.
static void latency(void) {
	AVCodecContext *c = open_encoder(0);
	AVFrame *f = av_frame_alloc();
	AVPacket *p = av_packet_alloc();
	printf("\"latencies\":[");
	for (int k = 0; k < job.frames; k++) {
		show(f, 0, k);
		long long start = now();
		encode(c, f, p, NULL);
		printf("%s%.9f", k ? "," : "", (now() - start) / 1e9);
	}
	printf("],");
	av_packet_free(&p);
	av_frame_free(&f);
	avcodec_free_context(&c);
}

// The pictures of the mode "copy", as the file has them. They are repeated in memory until no cache holds
// them, so that each is read from memory, as a program's next picture is.
static uint8_t *input, *targets; // a target for each thread
static atomic_int next_target;
static size_t picture_bytes;
static int copies;

static void load_input(void) {
	const size_t larger_than_caches = 128 << 20;
	FILE *f = fopen(job.pictures, "rb");
	if (!f || fseek(f, 0, SEEK_END))
		check(AVERROR(ENOENT), job.pictures);
	size_t size = ftell(f);
	rewind(f);
	if (!size)
		check(AVERROR_EOF, job.pictures);
	int times = 1 + larger_than_caches / size;
	picture_bytes = size / job.count;
	copies = times * job.count;
	input = malloc(times * size);
	targets = malloc(job.parallel * picture_bytes);
	if (!input || !targets || fread(input, 1, size, f) != size)
		check(AVERROR_EOF, job.pictures);
	memset(targets, 1, job.parallel * picture_bytes); // the system gives the memory now, not while it is measured
	for (int i = 1; i < times; i++)
		memcpy(input + i * size, input, size);
	fclose(f);
}

// copy_pictures copies all pictures of a file, and of the next file, until none is left.
static void *copy_pictures(void *unused) {
	uint8_t *target = targets + next_target++ % job.parallel * picture_bytes;
	for (int i; (i = next_file++) < job.files;)
		for (int k = 0; k < job.frames; k++) {
			memcpy(target, input + (size_t)(((long long)i * job.frames + k) % copies) * picture_bytes, picture_bytes);
			__asm__ volatile("" : : "r"(target) : "memory"); // the compiler leaves no copy out
		}
	return unused;
}

// idle opens as many encoders as there are files, all of them before it closes the first.
static void idle(void) {
	AVCodecContext *encoders[job.files];
	for (int i = 0; i < job.files; i++)
		encoders[i] = open_encoder(1);
	for (int i = 0; i < job.files; i++)
		avcodec_free_context(&encoders[i]);
}

int main(int argc, char **argv) {
	parse(argc, argv);
	av_log_set_level(AV_LOG_ERROR);
	int copies_only = job.mode && !strcmp(job.mode, "copy");
	if (job.frames)
		copies_only ? load_input() : load();
	long base = memory("VmRSS");
	printf("ready {\"version\":\"FFmpeg %s\"}\n", av_version_info());
	fflush(stdout);
	char line[16];
	while (fgets(line, sizeof line, stdin)) {
		printf("{");
		double cpu0 = cpu();
		long long start = now();
		if (job.mode && !strcmp(job.mode, "latency"))
			latency();
		else if (job.mode && !strcmp(job.mode, "idle"))
			idle();
		else
			in_parallel(copies_only ? copy_pictures : work);
		printf("\"wall\":%.9f,\"cpu\":%.9f,\"open\":%.9f,\"close\":%.9f,\"memory\":%ld}\n",
			(now() - start) / 1e9, cpu() - cpu0,
			opening / 1e9, closing / 1e9, memory("VmHWM") - base);
		fflush(stdout);
	}
	return 0;
}
