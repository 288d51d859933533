/* source.h: the table of sources (sources.def): who is asked, and what puts the questions. */
#ifndef COLLECT_SOURCE_H
#define COLLECT_SOURCE_H

#include "collect/ask.h"

/* Put a source's questions of the morning. What goes wrong is noted in the asking. */
typedef void source_fn(struct asking *a);

struct source {
	const char *name;
	source_fn *ask;
	/* Where it is, by the settings; NULL: it is not asked. */
	const char *(*url)(const struct settings_sources *s);
};

extern const struct source source_table[];
extern const size_t source_count;

/* Each row's function, declared from the table itself. */
#define SOURCE(name, function, url) source_fn function;
#include "collect/sources.def"
#undef SOURCE

#endif
