#include "log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>

extern void avloomLog(uintptr_t id, int level, char *from, char *text);

enum {
	BEYOND = AV_LOG_TRACE, // is added to the level of a line to keep it out of FFmpeg's log
	BUCKETS = 4096,
	KEYS = 3,
	LINE = 1024, // bytes; longer lines are cut, as FFmpeg itself cuts them
};

// A key is the address of a context that FFmpeg logs with, or that such a context refers to.
struct key {
	const void *address;
	struct log_source *source;
	struct key *next; // in the bucket
};

struct log_source {
	uintptr_t id;
	int most;
	struct key keys[KEYS]; // of the source, the context, and the codec's or container's own data
};

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct key *buckets[BUCKETS];             // guarded by the lock
static _Thread_local log_source *thread_source; // of the connection that this thread works for
static pthread_once_t callback_once = PTHREAD_ONCE_INIT;
static pthread_once_t class_once = PTHREAD_ONCE_INIT;
static AVClass quiet_container; // the class of all containers, with a level offset

static struct key **bucket(const void *address) {
	return &buckets[((uintptr_t)address >> 4) * 0x9E3779B97F4A7C15u >> 52 & (BUCKETS - 1)];
}

// find copies the source of an address, if there is one. The caller holds the lock.
static int find(const void *address, log_source *found) {
	for (struct key *k = address ? *bucket(address) : NULL; k; k = k->next)
		if (k->address == address) {
			*found = *k->source;
			return 1;
		}
	return 0;
}

// find_source finds the source of a line: that of its context, or of the parent of its context.
// Encoders that work on several frames at a time log with copies of their context; the field
// opaque of a copy refers to the same source.
static int find_source(void *ctx, const AVClass *class, log_source *found) {
	pthread_rwlock_rdlock(&lock);
	int ok = find(ctx, found);
	if (!ok && class == avcodec_get_class())
		ok = find(((AVCodecContext *)ctx)->opaque, found);
	if (!ok && class && class->parent_log_context_offset)
		ok = find(*(void **)((char *)ctx + class->parent_log_context_offset), found);
	pthread_rwlock_unlock(&lock);
	return ok;
}

// on_log is FFmpeg's log callback. A line without a source goes to FFmpeg's default callback. No
// lock is held while Go handles a line.
static void on_log(void *ctx, int level, const char *format, va_list args) {
	const AVClass *class = ctx ? *(const AVClass **)ctx : NULL;
	log_source source;
	int known = class && find_source(ctx, class, &source);
	if (!known && thread_source) {
		source = *thread_source;
		known = 1;
	}
	if (!known) {
		av_log_default_callback(ctx, level, format, args);
		return;
	}
	level &= 0xff; // the upper bits are a colour
	int offset = class && class->log_level_offset_offset ? *(int *)((char *)ctx + class->log_level_offset_offset) : 0;
	if (level >= AV_LOG_FATAL + offset)
		level -= offset;
	if (level > source.most)
		return;
	char line[LINE];
	int length = vsnprintf(line, sizeof(line), format, args);
	if (length > 0)
		avloomLog(source.id, level, class ? (char *)class->item_name(ctx) : "", line);
}

static void set_callback(void) { av_log_set_callback(on_log); }

static void make_quiet_container(void) {
	quiet_container = *avformat_get_class();
	// Only demuxers use this field.
	quiet_container.log_level_offset_offset = offsetof(AVFormatContext, max_probe_packets);
}

void avloom_quiet_encoder(AVCodecContext *cc) { cc->log_level_offset = BEYOND; }

void avloom_quiet_container(AVFormatContext *fc) {
	pthread_once(&class_once, make_quiet_container);
	fc->max_probe_packets = BEYOND;
	fc->av_class = &quiet_container;
}

static log_source *add(uintptr_t id, int most, void *ctx, void *own) {
	log_source *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->id = id;
	s->most = most;
	const void *addresses[KEYS] = {s, ctx, own};
	pthread_rwlock_wrlock(&lock);
	for (int i = 0; i < KEYS; i++) {
		struct key *k = &s->keys[i], **b = bucket(addresses[i]);
		if (!addresses[i])
			continue;
		// In front: another key may have this address, of a context that was freed and whose source
		// is about to be removed.
		*k = (struct key){addresses[i], s, *b};
		*b = k;
	}
	pthread_rwlock_unlock(&lock);
	return s;
}

// need_callback sets the callback once a line is wanted. Until then the program's own callback
// stays set, and contexts are quiet by their level.
static void need_callback(int most) {
	if (most > AV_LOG_QUIET)
		pthread_once(&callback_once, set_callback);
}

log_source *avloom_log_encoder(AVCodecContext *cc, uintptr_t id, int most) {
	need_callback(most);
	return cc->opaque = add(id, most, cc, cc->codec && cc->codec->priv_class ? cc->priv_data : NULL);
}

log_source *avloom_log_container(AVFormatContext *fc, uintptr_t id, int most) {
	need_callback(most);
	return fc->opaque = add(id, most, fc, fc->oformat && fc->oformat->priv_class ? fc->priv_data : NULL);
}

void avloom_need_callback(void) { pthread_once(&callback_once, set_callback); }

log_source *avloom_log_connection(uintptr_t id, int most) {
	avloom_need_callback(); // lines of protocols have no level offset
	return add(id, most, NULL, NULL);
}

log_source *avloom_log_thread(log_source *s) {
	log_source *before = thread_source;
	thread_source = s;
	return before;
}

log_source *avloom_encoder_source(AVCodecContext *cc) { return cc->opaque; }

uintptr_t avloom_remove_log(log_source *s) {
	uintptr_t id = s->id;
	pthread_rwlock_wrlock(&lock);
	for (int i = 0; i < KEYS; i++)
		for (struct key **k = s->keys[i].source ? bucket(s->keys[i].address) : NULL; k && *k; k = &(*k)->next)
			if (*k == &s->keys[i]) {
				*k = (*k)->next;
				break;
			}
	pthread_rwlock_unlock(&lock);
	free(s);
	return id;
}
