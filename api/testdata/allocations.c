// Writes a byte to the file that ALLOCATIONS names for each piece of 64 KiB or more that the process allocates. Loaded with LD_PRELOAD.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int log_file = -1;

__attribute__((constructor)) static void open_log(void) {
	const char *path = getenv("ALLOCATIONS");
	if (path)
		log_file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void count(size_t size) {
	if (size >= 64 << 10 && log_file >= 0 && write(log_file, "x", 1) != 1)
		abort();
}

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
	count(size);
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size) {
	count(n * size);
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size) {
	count(size);
	return __libc_realloc(p, size);
}

void *memalign(size_t alignment, size_t size) {
	count(size);
	return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **p, size_t alignment, size_t size) {
	*p = memalign(alignment, size);
	return *p ? 0 : 12;
}
