/* theme.h: the colours and styles of the paper, from theme.yaml. */
#ifndef COMPOSE_THEME_H
#define COMPOSE_THEME_H

#include "base/template.h"

struct theme {
	struct value *values; /* {{theme.ink}} in templates: every colour and style by its name */
	const struct yaml *styles; /* styles: one CSS declaration list an element, colours put in */
};

/*
 * Parse theme.yaml: `colours:` names colours, `styles:` gives the inline style of each element and
 * may use them as {{ink}}. `name` is for errors. ERR_DATA.
 */
int theme_parse(
	struct str text, const char *name, struct arena *a, struct theme *out, struct err *e);

/* The style of an element ("p", "h3", "a"), or empty. */
struct str theme_style(const struct theme *t, const char *element);

#endif
