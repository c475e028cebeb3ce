#include <stdint.h>

struct AVCodecContext;
struct AVFormatContext;

// A source is what FFmpeg's lines about one encoder or container are known by.
typedef struct log_source log_source;

// Quieting keeps a context's lines out of FFmpeg's log, whoever has set its callback, by a level beyond all that is shown. The callback here takes it off again.
void avloom_quiet_encoder(struct AVCodecContext *cc);
void avloom_quiet_container(struct AVFormatContext *fc);

// Adding a source has the lines of an encoder, before it is opened, or of a container, up to the level given to avloomLog under this id, until it is
// removed. Whoever frees the context does so before: it may log as it is freed. NULL: out of memory.
log_source *avloom_log_encoder(struct AVCodecContext *cc, uintptr_t id, int most);
log_source *avloom_log_container(struct AVFormatContext *fc, uintptr_t id, int most);
// A connection's protocols log with contexts that refer to nothing, from the thread that works for it: it sets the source for that time, and sets back what
// avloom_log_thread returned.
log_source *avloom_log_connection(uintptr_t id, int most);
log_source *avloom_log_thread(log_source *s);

log_source *avloom_encoder_source(struct AVCodecContext *cc);
uintptr_t avloom_remove_log(log_source *s);
