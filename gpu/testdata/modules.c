// Kernels. The names of the entries and the sizes of their parameters are read from the PTX; the
// functions that run are their C++ versions of the same name, which lie in this library.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "standin.h"

typedef void twin_fn(void **arguments, unsigned x, unsigned y);

enum { MOST_ARGUMENTS = 8, LONGEST_NAME = 64 };

struct CUfunc_st {
	struct CUfunc_st *next;
	twin_fn *twin;
	int arguments;
	size_t sizes[MOST_ARGUMENTS];
};

struct CUmod_st {
	char *ptx;
	struct CUfunc_st *functions;
};

EXPORT CUresult cuModuleLoadData(CUmodule *module, const void *ptx) {
	if (!standin_current())
		return INVALID_CONTEXT;
	if (!strstr(ptx, ".target sm_"))
		return INVALID_PTX;
	CUmodule m = calloc(1, sizeof(*m));
	m->ptx = strdup(ptx);
	count(MODULES, 1);
	*module = m;
	return CUDA_SUCCESS;
}

EXPORT CUresult cuModuleUnload(CUmodule m) {
	while (m->functions) {
		CUfunction f = m->functions;
		m->functions = f->next;
		free(f);
	}
	free(m->ptx);
	free(m);
	count(MODULES, -1);
	return CUDA_SUCCESS;
}

// parse reads the sizes of an entry's parameters, from the "(" on.
static void parse(CUfunction f, const char *p) {
	const char *end = strchr(p, ')');
	while (end && (p = strstr(p, ".param ")) && p < end && f->arguments < MOST_ARGUMENTS) {
		char type[LONGEST_NAME];
		int size = 0;
		p += strlen(".param ");
		if (sscanf(p, ".align %*d .b8 %*[^[][%d]", &size) != 1 && sscanf(p, ".%63s", type) == 1)
			size = atoi(type + 1) / 8; // .u64
		f->sizes[f->arguments++] = size;
	}
}

EXPORT CUresult cuModuleGetFunction(CUfunction *function, CUmodule m, const char *name) {
	char entry[LONGEST_NAME + 16];
	snprintf(entry, sizeof(entry), ".entry %.63s(", name);
	const char *at = strstr(m->ptx, entry);
	void *self = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
	twin_fn *twin = self ? (twin_fn *)dlsym(self, name) : NULL;
	if (self)
		dlclose(self);
	if (!at || !twin)
		return NOT_FOUND;
	CUfunction f = calloc(1, sizeof(*f));
	f->twin = twin;
	parse(f, at);
	f->next = m->functions;
	*function = m->functions = f;
	return CUDA_SUCCESS;
}

// launch is a grid of a kernel and a copy of its parameters.
struct launch {
	twin_fn *twin;
	unsigned width, height;
	void *arguments[MOST_ARGUMENTS];
};

static void run(void *what) {
	struct launch *l = what;
	for (unsigned y = 0; y < l->height; y++)
		for (unsigned x = 0; x < l->width; x++)
			l->twin(l->arguments, x, y);
	for (int i = 0; i < MOST_ARGUMENTS; i++)
		free(l->arguments[i]);
	free(l);
}

void standin_run(CUstream s, void (*run)(void *), void *what);

EXPORT CUresult cuLaunchKernel(CUfunction f, unsigned gx, unsigned gy, unsigned gz,
	unsigned bx, unsigned by, unsigned bz, unsigned shared, CUstream s,
	void **arguments, void **extra) {
	(void)shared;
	static struct calls calls;
	if (!standin_current() || gz != 1 || bz != 1 || extra || standin_fails("launch", &calls))
		return LAUNCH_FAILED;
	struct launch *l = calloc(1, sizeof(*l));
	*l = (struct launch){.twin = f->twin, .width = gx * bx, .height = gy * by};
	for (int i = 0; i < f->arguments; i++)
		l->arguments[i] = memcpy(malloc(f->sizes[i]), arguments[i], f->sizes[i]);
	standin_run(s, run, l);
	return CUDA_SUCCESS;
}
