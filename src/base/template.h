/* template.h: Mustache to the letter of its public specification (mustache/spec 1.4, without
 * optional modules). Pure. */
#ifndef BASE_TEMPLATE_H
#define BASE_TEMPLATE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* What a name stands for. Lists and objects are built by template_* below and live in the arena
 * they were given. */
struct value;

struct value *template_null(struct arena *a);
struct value *template_bool(struct arena *a, bool v);
/* The text is borrowed. `raw`: already fit for where it will stand; {{name}} does not escape it
 * again. */
struct value *template_text(struct arena *a, struct str v);
struct value *template_raw(struct arena *a, struct str v);
/* A number as YAML or JSON wrote it. Zero is not false (the specification's rule: only false, null
 * and the empty list are). */
struct value *template_number(struct arena *a, struct str v);
/*
 * A person's own value: interpolation only; a section on it is an error. Its text is written as it
 * is, never escaped (compose puts letter marks in it).
 */
struct value *template_slot(struct arena *a, struct str mark);
struct value *template_object(struct arena *a);
struct value *template_list(struct arena *a);
/* Put a member or an element; a name that is there already is replaced. The name is borrowed. */
void template_put(struct value *object, struct str name, struct value *v);
void template_append(struct value *list, struct value *v);

/* Finds a partial's text: 1 got it, 0 there is none (rendered as empty), -1 failed. */
typedef int template_partial_fn(void *context, struct str name, struct str *text, struct err *e);

/* How {{name}} is escaped; {{{name}}} and {{&name}} never are. */
enum template_escape { TEMPLATE_HTML, TEMPLATE_PLAIN };

struct template_options {
	template_partial_fn *partial; /* NULL: there are none */
	void *context;
	const char *ending; /* what errors put behind a partial's name, ".html"; NULL: nothing */
	enum template_escape escape;
	bool strict; /* a name that nothing in sight has is an error that names it and its line
			(RELIABILITY T1) */
};

/*
 * Render. `name` is what errors call the template ("issue.html:12: ..."). Limits (T3): nesting of
 * sections and partials 16, output as the buf's ceiling, a second or so of work. Substitution is
 * not recursive. -1: the template is bad (ERR_DATA) or too big.
 */
int template_render(struct str text, const char *name, const struct value *data,
	const struct template_options *options, struct buf *out, struct err *e);

#endif
