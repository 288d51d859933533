/* check_desk.h: what the rules of `check` work on, and the rules by name: one function each. A family of
 * them is a file, check_*.c; check.c has the table. */
#ifndef COMPOSE_CHECK_DESK_H
#define COMPOSE_CHECK_DESK_H

#include "compose/check.h"
#include "compose/page.h"

struct check_desk {
	const struct publication *p;
	struct day day;
	const struct edition_options *o;
	const struct composed *c;
	const char *file; /* the issue's */
	struct arena *a;
	struct page page; /* the HTML, read back */
	struct str words; /* of it, as check_fold folds */
	struct check_finding *list;
	size_t n, begun; /* begun: how many there were before the rule that runs now */
};

typedef void check_rule(struct check_desk *d);

/* A finding at a line of the file (0: the file), or at a place of its own. Strings are kept
 * as they are: in the arena, or literals. */
void check_find(struct check_desk *d, enum check_level level, const char *code, int line,
	struct str what, const char *remedy);
void check_find_at(struct check_desk *d, enum check_level level, const char *code, struct str where,
	struct str what, const char *remedy);

/* Has this rule told enough? More of the same helps nobody, and finding the line of each costs. */
bool check_enough(const struct check_desk *d);

/* The first line of the file that has the words, or 0; the front matter counts too. */
int check_line_with(const struct check_desk *d, struct str words);

/* With white space folded to single blanks, in the arena: how the parts are compared. */
struct str check_fold(struct str s, struct arena *a);

/* The issue as it is written: check_issue.c, check_words.c */
check_rule check_faults, check_draft, check_unedited, check_empty, check_repeated, check_subject,
	check_preheader, check_fence, check_placeholders, check_left_over, check_hidden_characters,
	check_headings;
/* Its links: check_links.c */
check_rule check_links_twice, check_link_words, check_block_links;
/* The day's data: check_data.c */
check_rule check_notes, check_lead, check_links_repeated, check_counted;
/* The letter as it goes out: check_letter.c, check_parity.c, check_colours.c */
check_rule check_size, check_unsubscribe, check_address, check_text_width, check_parity_links,
	check_parity_headings, check_parity_figures, check_parity_text, check_contrast;
/* Who let it go: check_approval.c */
check_rule check_approval;

#endif
