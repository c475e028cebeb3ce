// Streams, events and copies. A stream does its work only when the program waits for it, which is
// as late as CUDA allows: a program that relies on work for which it has not waited fails.
#include <string.h>

#include "standin.h"

enum kind { COPY, RUN, WAIT };

typedef void run_fn(void *what); // also frees it

struct op {
	struct op *next;
	enum kind kind;
	CUDA_MEMCPY2D copy;
	char *staged; // its source, if that was copied at once
	run_fn *run;
	void *what;
	CUstream stream; // to wait for
	uint64_t until;
};

struct CUstream_st {
	CUstream next; // in the list of all
	CUcontext context;
	struct op *first, **last;
	uint64_t given, done;
};

struct CUevent_st {
	CUcontext context;
	CUstream stream; // NULL: never recorded
	uint64_t until;
};

static struct CUstream_st standard = {.last = &standard.first}; // CUDA's default stream
static CUstream all = &standard;

static CUstream or_default(CUstream s) { return s ? s : &standard; }

static void copy_now(const CUDA_MEMCPY2D *c) {
	const char *from = c->srcMemoryType == CU_MEMORYTYPE_DEVICE ? host(c->srcDevice) : c->srcHost;
	char *to = c->dstMemoryType == CU_MEMORYTYPE_DEVICE ? host(c->dstDevice) : c->dstHost;
	for (size_t y = 0; y < c->Height; y++)
		memcpy(to + y * c->dstPitch, from + y * c->srcPitch, c->WidthInBytes);
}

// work makes a stream do its work up to a point. The caller holds the lock.
static void work(CUstream s, uint64_t until) {
	while (s->done < until && s->first) {
		struct op *o = s->first;
		if (!(s->first = o->next))
			s->last = &s->first;
		s->done++;
		if (o->kind == COPY) {
			copy_now(&o->copy);
			free(o->staged);
		} else if (o->kind == RUN)
			o->run(o->what);
		else
			work(o->stream, o->until);
		free(o);
	}
}

static void give(CUstream s, struct op o) {
	struct op *p = malloc(sizeof(*p));
	*p = o;
	p->next = NULL;
	*s->last = p;
	s->last = &p->next;
	s->given++;
}

void standin_run(CUstream s, run_fn *run, void *what) {
	standin_lock();
	give(or_default(s), (struct op){.kind = RUN, .run = run, .what = what});
	standin_unlock();
}

void standin_finish(void) {
	standin_lock();
	for (CUstream s = all; s; s = s->next)
		work(s, s->given);
	standin_unlock();
}

// usable returns 1 for a stream of the current context.
static int usable(CUstream s) { return standin_current() && (!s || s->context == standin_current()); }

EXPORT CUresult cuStreamCreate(CUstream *stream, unsigned flags) {
	(void)flags;
	if (!standin_current())
		return INVALID_CONTEXT;
	CUstream s = calloc(1, sizeof(*s));
	s->context = standin_current();
	s->last = &s->first;
	standin_lock();
	s->next = all;
	all = s;
	standin_unlock();
	count(STREAMS, 1);
	*stream = s;
	return CUDA_SUCCESS;
}

// cuStreamDestroy leaves the stream in the list, where events still find it. There are few streams.
EXPORT CUresult cuStreamDestroy_v2(CUstream s) {
	if (!usable(s) || !s)
		return INVALID_HANDLE;
	standin_lock();
	work(s, s->given);
	s->context = NULL;
	standin_unlock();
	count(STREAMS, -1);
	return CUDA_SUCCESS;
}

EXPORT CUresult cuStreamSynchronize(CUstream s) {
	if (!usable(s))
		return INVALID_HANDLE;
	standin_lock();
	work(or_default(s), or_default(s)->given);
	standin_unlock();
	return CUDA_SUCCESS;
}

EXPORT CUresult cuStreamWaitEvent(CUstream s, CUevent e, unsigned flags) {
	(void)flags;
	if (!usable(s))
		return INVALID_HANDLE;
	standin_lock();
	if (e->stream)
		give(or_default(s), (struct op){.kind = WAIT, .stream = e->stream, .until = e->until});
	standin_unlock();
	return CUDA_SUCCESS;
}

EXPORT CUresult cuEventCreate(CUevent *event, unsigned flags) {
	(void)flags;
	if (!standin_current())
		return INVALID_CONTEXT;
	*event = calloc(1, sizeof(**event));
	(*event)->context = standin_current();
	count(EVENTS, 1);
	return CUDA_SUCCESS;
}

EXPORT CUresult cuEventDestroy_v2(CUevent e) {
	free(e);
	count(EVENTS, -1);
	return CUDA_SUCCESS;
}

EXPORT CUresult cuEventRecord(CUevent e, CUstream s) {
	if (!usable(s) || e->context != standin_current())
		return INVALID_HANDLE;
	standin_lock();
	e->stream = or_default(s);
	e->until = e->stream->given;
	standin_unlock();
	return CUDA_SUCCESS;
}

EXPORT CUresult cuEventSynchronize(CUevent e) {
	standin_lock();
	if (e->stream)
		work(e->stream, e->until);
	standin_unlock();
	return standin_fault("late") ? LAUNCH_FAILED : CUDA_SUCCESS;
}

static int within(const CUDA_MEMCPY2D *c) {
	const size_t from = (c->Height - 1) * c->srcPitch + c->WidthInBytes;
	const size_t to = (c->Height - 1) * c->dstPitch + c->WidthInBytes;
	return (c->srcMemoryType != CU_MEMORYTYPE_DEVICE || standin_holds(c->srcDevice, from)) &&
		(c->dstMemoryType != CU_MEMORYTYPE_DEVICE || standin_holds(c->dstDevice, to));
}

// stage copies a source that the GPU cannot read directly. CUDA does so before the call returns.
static void stage(struct op *o) {
	CUDA_MEMCPY2D *c = &o->copy;
	o->staged = malloc(c->Height * c->WidthInBytes);
	for (size_t y = 0; y < c->Height; y++)
		memcpy(o->staged + y * c->WidthInBytes, (const char *)c->srcHost + y * c->srcPitch, c->WidthInBytes);
	c->srcHost = o->staged;
	c->srcPitch = c->WidthInBytes;
}

EXPORT CUresult cuMemcpy2DAsync_v2(const CUDA_MEMCPY2D *c, CUstream s) {
	static struct calls calls;
	if (!usable(s))
		return INVALID_HANDLE;
	standin_lock();
	const int upload = c->srcMemoryType == CU_MEMORYTYPE_HOST; // the encoder's own copies never fail
	const int fails = (upload && standin_fails("copy", &calls)) || !within(c);
	if (!fails) {
		struct op o = {.kind = COPY, .copy = *c};
		if (upload && !standin_pinned(c->srcHost))
			stage(&o);
		give(or_default(s), o);
	}
	standin_unlock();
	return fails ? INVALID_VALUE : CUDA_SUCCESS;
}

// plain describes a copy of size bytes in one row.
static CUDA_MEMCPY2D plain(size_t size) { return (CUDA_MEMCPY2D){.WidthInBytes = size, .Height = 1}; }

EXPORT CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t size, CUstream s) {
	CUDA_MEMCPY2D c = plain(size);
	c.srcMemoryType = CU_MEMORYTYPE_HOST;
	c.srcHost = from;
	c.dstMemoryType = CU_MEMORYTYPE_DEVICE;
	c.dstDevice = to;
	return cuMemcpy2DAsync_v2(&c, s);
}

EXPORT CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void *from, size_t size) {
	const CUresult r = cuMemcpyHtoDAsync_v2(to, from, size, NULL);
	return r ? r : cuStreamSynchronize(NULL);
}

EXPORT CUresult cuMemcpyDtoH_v2(void *to, CUdeviceptr from, size_t size) {
	CUDA_MEMCPY2D c = plain(size);
	c.srcMemoryType = CU_MEMORYTYPE_DEVICE;
	c.srcDevice = from;
	c.dstMemoryType = CU_MEMORYTYPE_HOST;
	c.dstHost = to;
	const CUresult r = cuMemcpy2DAsync_v2(&c, NULL);
	return r ? r : cuStreamSynchronize(NULL);
}
