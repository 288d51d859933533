/* block.h: what the file of each data block is given, and what they share. */
#ifndef COMPOSE_BLOCK_H
#define COMPOSE_BLOCK_H

#include "base/yaml.h"
#include "compose/blocks.h"
#include "compose/figures.h"

/* One block as it stands in the issue. */
struct block {
	const struct blocks *b;
	const char *name;
	int line;               /* of its fence */
	const struct yaml *doc; /* its body: nothing, a map of keys that it knows, or a list */
	struct buf *html, *text;
};

/* Write both parts, or neither where there is nothing to show. -1: what the editor wrote cannot be
 * (ERR_DATA, with the line). */
typedef int block_fn(struct block *k, struct err *e);

block_fn block_numbers, block_trending, block_movers, block_tools, block_reading, block_subscribe;

/* -- what is written in a block --------------------------------------------------------------- */

/* The member's text, cleaned, or empty. */
struct str block_word(const struct block *k, const struct yaml *map, const char *key);

/* `top:`, from 1 to 30; `usual` where it is not given. */
int block_top(const struct block *k, size_t usual, size_t *top, struct err *e);

/* A list of words (`sources:`, `feeds:`) in the arena; none where it is not given. */
int block_words(
	const struct block *k, const char *key, struct str **words, size_t *n, struct err *e);

/* Is it empty, or a web address? */
int block_check_url(const struct block *k, const struct yaml *y, struct err *e);

/* What a list's rows may say, "|" between the keys; all of it one line of text. */
struct block_row {
	const char *keys, *needs;
};

/* A list whose rows are such. */
int block_check_list(const struct block *k, const struct block_row *row, const struct yaml *items,
	struct err *e);

/* -- what comes of it ------------------------------------------------------------------------- */

/* Put a text, or null where it is empty: strict templates want every name. */
void block_put(const struct block *k, struct value *o, const char *key, struct str text);
void block_put_int(const struct block *k, struct value *o, const char *key, int v);

/* Render templates/block-NAME.html, which may use the theme and block-*.html as partials. */
int block_html(struct block *k, struct value *data, struct err *e);

/* A paragraph of the text part, each line behind `indent` blanks; nothing where it is empty. */
void block_wrap(struct block *k, size_t indent, struct str s);

/* The same with a rule of dashes below it: an item's title, a table's caption. */
void block_underline(struct block *k, struct str title);

/* One cell of a table: s and blanks behind it, or before it, up to a width. */
void block_left(struct buf *out, struct str s, size_t columns);
void block_right(struct buf *out, struct str s, size_t columns);

/* Leave a trace: what is shown, and what is not and why. */
void block_show(struct block *k, const char *place, const char *source, const struct shown *s);
void block_note(struct block *k, const char *code, const char *remedy, const char *what, ...)
	__attribute__((format(printf, 4, 5)));

#endif
