// The code that both libraries contain.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "standin.h"

static int64_t *mapped;

__attribute__((constructor)) static void map_counters(void) {
	static int64_t nowhere[COUNTERS];
	const char *path = getenv("AVLOOM_STANDIN_COUNTERS");
	const int fd = path ? open(path, O_RDWR) : -1;
	void *p = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(nowhere), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	mapped = p == MAP_FAILED ? nowhere : p;
}

int64_t *standin_counters(void) { return mapped; }

static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;

int standin_fails(const char *name, struct calls *calls) {
	const int fault = standin_fault(name);
	pthread_mutex_lock(&counting);
	if (fault != calls->fault)
		*calls = (struct calls){.fault = fault};
	const int fails = fault && ++calls->n >= fault;
	pthread_mutex_unlock(&counting);
	return fails;
}

int standin_fault(const char *name) {
	const char *faults = getenv("AVLOOM_STANDIN_FAULT");
	const size_t n = strlen(name);
	while (faults && *faults) {
		if (!strncmp(faults, name, n) && faults[n] == '=')
			return atoi(faults + n + 1);
		faults = strchr(faults, ',');
		if (faults)
			faults++;
	}
	return 0;
}
