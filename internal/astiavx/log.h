#include <stdint.h>

struct AVCodecContext;
struct AVFormatContext;

// A log_source is the entry by which the log callback knows one encoder, container or connection.
typedef struct log_source log_source;

// The two functions avloom_quiet_* keep the lines of a context out of FFmpeg's log, whichever log
// callback is set: they add a number to the level of each line that is beyond all levels that are
// shown. The callback in log.c subtracts the number again.
void avloom_quiet_encoder(struct AVCodecContext *cc);
void avloom_quiet_container(struct AVFormatContext *fc);

// The functions avloom_log_* add a source to the table: the lines about this encoder, before it is
// opened, or about this container, up to the level "most", go to avloomLog with this id. With
// AV_LOG_QUIET the callback drops them all. The caller frees the context first and removes the
// source then: FFmpeg may log while it frees. NULL: out of memory.
log_source *avloom_log_encoder(struct AVCodecContext *cc, uintptr_t id, int most);
log_source *avloom_log_container(struct AVFormatContext *fc, uintptr_t id, int most);

// avloom_need_callback sets the callback, unless it has been set.
void avloom_need_callback(void);

// FFmpeg's protocols log with contexts that refer to no connection. A thread that works for a
// connection sets the source with avloom_log_thread, and sets the returned one when it is done.
log_source *avloom_log_connection(uintptr_t id, int most);
log_source *avloom_log_thread(log_source *s);

log_source *avloom_encoder_source(struct AVCodecContext *cc);
uintptr_t avloom_remove_log(log_source *s); // returns the id
