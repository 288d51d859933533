/* site.h: what all pages of one publication share, made ready once when `serve` starts. */
#ifndef WEB_SITE_H
#define WEB_SITE_H

#include "base/sign.h"
#include "base/template.h"
#include "settings/publication.h"
#include "settings/words.h"

struct site_template;

/* Never changed once it is loaded, so several threads may read it. It lives in the arena that it
 * was loaded into. */
struct site {
	const struct publication *publication;
	struct str
		prefix; /* the path of publication.url, which proxies pass on or strip; or empty */
	const char *style; /* "sha256-…" of the pages' style, for the policy that lets it in */
	struct value *publication_value, *style_value, *theme_value;
	struct words words;
	uint8_t form_key[MAC_KEY]; /* of this process: form_token.h */
	struct site_template *templates;
	size_t template_count;
};

/*
 * Read the pages' templates: a file in the publication's templates/ replaces the built-in one of
 * the same name. Each is rendered once for trial, so that a wrong one is told now (ERR_DATA) and
 * not to a reader. The publication outlives it.
 */
int site_load(const struct publication *p, struct arena *a, struct site *out, struct err *e);

/*
 * What every page is given: publication, words, theme (its colours), style, base (prefix), public
 * (false), card (nothing). A page puts its own values beside them and renders; their names stand in
 * site.c's table of examples, or the trial at the start fails.
 */
struct value *site_values(const struct site *site, struct arena *a);
int site_render_values(const struct site *site, const char *page, const struct value *values,
	struct arena *a, struct str *out, struct err *e);

#endif
