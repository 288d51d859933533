/* archive.h: what everybody may read: which paths there are, and what stands at each. The same bytes are
 * served and exported. */
#ifndef WEB_ARCHIVE_H
#define WEB_ARCHIVE_H

#include "store/headline.h"
#include "web/site.h"

/* One thread's own. Made by archive_init, ended by archive_close. */
struct archive {
	const struct site *site;
	struct db *db;
	struct headline *issues; /* the public ones, newest first */
	size_t count;
	int64_t stamp; /* of the database, when they were read; 0: not yet */
	struct arena arena;
};

struct document {
	const char *type; /* Content-Type */
	struct str body;
	bool fixed; /* its path changes with its bytes, so it may be kept for good */
};

void archive_init(struct archive *ar, const struct site *site, struct db *db);
void archive_close(struct archive *ar);

/* Read the list where somebody has written into the database since the last time; was there news in it?
 * What follows goes by the list as it is then: do this first. */
int archive_refresh(struct archive *ar, bool *changed, struct err *e);

/*
 * What stands at a path, without the publication's own prefix: 1 found, 0 there is nothing. The same data
 * give the same bytes. Lives in the arena.
 */
int archive_find(
	struct archive *ar, struct str path, struct arena *a, struct document *out, struct err *e);

/* Every path, in the arena; and the file that a static web server has it in: "issues/2026-02-14/index.html". */
int archive_paths(
	struct archive *ar, struct arena *a, struct str **out, size_t *count, struct err *e);
const char *archive_file(struct str path, struct arena *a);

/* -- for the pages ---------------------------------------------------------------------------- */

/* Answers for the paths of one row of archive.c's table; `rest` is what stands behind the row's path. 1
 * found, 0 not. */
typedef int archive_page(
	struct archive *ar, struct str rest, struct arena *a, struct document *out, struct err *e);

/* The issue of that day, or NULL. */
const struct headline *archive_issue(const struct archive *ar, struct day day);
/* The issues of one year: how many, and the first of them in *from. */
size_t archive_year(const struct archive *ar, int year, const struct headline **from);
/* The newest year before `year` that has issues, or 0; begin with INT_MAX. */
int archive_year_before(const struct archive *ar, int year);

/* "https://post.example.org/issues": the public address of a path. */
struct str archive_url(const struct archive *ar, const char *path, struct arena *a);

/* An issue for a template: title, summary, author, number (or null), day, date, path. */
struct value *archive_issue_value(
	const struct archive *ar, const struct headline *h, struct arena *a);

/* What a page says of itself to search engines and to whoever links to it. What is empty is left out. */
struct archive_card {
	const struct headline *issue; /* the one that it shows, or NULL */
	struct str title, description, url;
	struct str image, image_type, image_words; /* the whole address of its picture */
};

/* Sets public and card. */
void archive_put_card(const struct archive *ar, struct value *values,
	const struct archive_card *card, struct arena *a);

/* Render it into a document. 1 as a page does, -1. */
int archive_render(const struct archive *ar, const char *page, const struct value *values,
	struct arena *a, struct document *out, struct err *e);

#endif
