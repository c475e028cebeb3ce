#include "option_check.h"

#include <stddef.h>
#include <string.h>

#include <libavutil/error.h>
#include <libavutil/eval.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>

// scratch is an object with one option. Its log level keeps its lines out of FFmpeg's log.
struct scratch {
	const AVClass *class;
	int log_level_offset;
	union {
		int64_t number;
		double real;
		void *pointer;
		char any[64];
	} value;
};

// The constants that av_opt_set defines in expressions, besides the named values of the option.
static const char *const constants[] = {"default", "max", "min", "none", "all", NULL};
enum { CONSTANTS = sizeof(constants) / sizeof(*constants) };

// named_values counts the named values that a class has for an option, and copies them to a list
// unless the list is NULL.
static size_t named_values(const AVClass *class, const AVOption *option, AVOption *list) {
	size_t n = 0;
	if (!class || !option->unit)
		return 0;
	for (const AVOption *o = NULL; (o = av_opt_next(&class, o));)
		if (o->type == AV_OPT_TYPE_CONST && o->unit && !strcmp(o->unit, option->unit)) {
			if (list)
				list[n] = *o;
			n++;
		}
	return n;
}

// check_term checks whether a text is one of the names, or an expression that can be parsed.
static int check_term(const char *text, const char *const *names) {
	for (size_t i = 0; names[i]; i++)
		if (!strcmp(names[i], text))
			return 0;
	AVExpr *e = NULL;
	int ret = av_expr_parse(&e, text, names, NULL, NULL, NULL, NULL, AV_LOG_TRACE, NULL);
	av_expr_free(e);
	return ret;
}

// check_expression checks whether a number can be parsed, or numbers joined by signs. For an
// expression that cannot, av_opt_set logs a line whatever the level of its object. The list is the
// option and its named values; names has room for their names and the constants.
static int check_expression(const AVOption *list, const char *value, const char **names) {
	size_t n = 0, length = 0;
	const int flags = list->type == AV_OPT_TYPE_FLAGS;
	for (const AVOption *o = list + 1; o->name; o++)
		names[n++] = o->name;
	memcpy(names + n, constants, sizeof(constants));
	do {
		value += length + (flags && (value[length] == '+' || value[length] == '-'));
		length = flags ? strcspn(value, "+-") : strlen(value);
		char *text = av_strndup(value, length);
		int ret = text ? check_term(text, names) : AVERROR(ENOMEM);
		av_free(text);
		if (ret < 0)
			return ret;
	} while (value[length]);
	return 0;
}

static int is_expression(enum AVOptionType type) {
	return type >= AV_OPT_TYPE_FLAGS && type <= AV_OPT_TYPE_FLOAT ||
		type == AV_OPT_TYPE_UINT || type == AV_OPT_TYPE_UINT64;
}

// set_scratch sets the option, which is the first of the list, on a scratch object.
static int set_scratch(const AVOption *list, const char *value, const char **names, double *number) {
	AVClass class = {
		.class_name = "option",
		.item_name = av_default_item_name,
		.option = list,
		.version = LIBAVUTIL_VERSION_INT,
		.log_level_offset_offset = offsetof(struct scratch, log_level_offset),
	};
	struct scratch s = {.class = &class, .log_level_offset = AV_LOG_TRACE};
	int ret = is_expression(list->type) ? check_expression(list, value, names) : 0;
	if (ret >= 0)
		ret = av_opt_set(&s, list->name, value, 0);
	if (ret < 0 || av_opt_get_double(&s, list->name, 0, number) < 0)
		*number = 0;
	av_opt_free(&s);
	return ret;
}

int avloom_check_option(
	const AVClass *own, const AVClass *shared, const char *name, const char *value, double *number) {
	const AVClass *class = own;
	const AVOption *o = own ? av_opt_find(&own, name, NULL, 0, AV_OPT_SEARCH_FAKE_OBJ) : NULL;
	if (!o) {
		class = shared;
		o = av_opt_find(&shared, name, NULL, 0, AV_OPT_SEARCH_FAKE_OBJ);
	}
	if (!o)
		return AVERROR_OPTION_NOT_FOUND;
	const AVClass *child = class == shared && o->flags & AV_OPT_FLAG_CHILD_CONSTS ? own : NULL;
	size_t n = 1 + named_values(child, o, NULL) + named_values(class, o, NULL);
	AVOption *list = av_calloc(n + 1, sizeof(*list));
	const char **names = av_calloc(n + CONSTANTS, sizeof(*names));
	int ret = AVERROR(ENOMEM);
	if (list && names) {
		list[0] = *o;
		list[0].offset = offsetof(struct scratch, value);
		named_values(class, o, list + 1 + named_values(child, o, list + 1));
		ret = set_scratch(list, value, names, number);
	}
	av_free(list);
	av_free(names);
	return ret;
}
