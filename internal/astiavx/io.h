#include <stdint.h>

struct AVFormatContext;
struct AVIOContext;

// avloom_new_io returns an AVIOContext that collects size bytes before it calls avloomWrite with
// the handle; NULL: out of memory. Without can_seek it never calls avloomSeek.
struct AVIOContext *avloom_new_io(int size, uintptr_t handle, int can_seek);

// avloom_free_io frees an AVIOContext. It does not write the collected bytes.
void avloom_free_io(struct AVIOContext *io);

// avloom_serve_files makes a container open its files by avloomOpenFile and close them by
// avloomCloseFile, with this handle.
void avloom_serve_files(struct AVFormatContext *fc, uintptr_t handle);
