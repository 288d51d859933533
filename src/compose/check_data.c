/* check_data.c: rules about the day's data, and about what readers have seen in issues before. */
#include "compose/amount.h"
#include "compose/check_desk.h"
#include "compose/counted.h"
#include "compose/facts.h"
#include "compose/lead.h"

/* Why a block or a part of one was left out, or has a label. */
void
check_notes(struct check_desk *d)
{
	for (size_t i = 0; i < d->c->note_count; i++) {
		const struct block_note *n = &d->c->notes[i];

		check_find(d, CHECK_WARN, n->code, n->line, n->what, n->remedy);
	}
}

void
check_lead(struct check_desk *d)
{
	const struct figures *f = d->o->figures;
	struct lead *leads;
	char day[11];
	size_t n = 0;

	if (f)
		lead_find(
			f, d->c->front.title, d->c->markdown.departments[0].text, d->a, &leads, &n);
	for (size_t i = 0; i < n; i++) {
		const struct trend_entity *e = leads[i].entity;
		const struct shown *led = facts_led(f, e, leads[i].row);

		if (leads[i].rank != FACTS_HEADLINE || !led)
			continue;
		clock_print_day(led->day, day);
		check_find(d, CHECK_WARN, "lead-repeated", d->c->front.title_line,
			str_of(arena_printf(d->a,
				"%.*s leads again: %.*s led on %s with %.*s a week, and now it is "
				"%.*s",
				STR_ARG(e->name), STR_ARG(led->name), day,
				STR_ARG(amount_gain(led->momentum, d->a)),
				STR_ARG(amount_gain(e->momentum, d->a)))),
			"lead with another: within 14 days only who has doubled is news again");
	}
}

static const struct shown *
shown_lately(const struct figures *f, const struct shown *link)
{
	enum { DAYS = 30 };
	struct day since = clock_add_days(f->day, -DAYS);

	for (size_t i = 0; i < f->shown_count; i++) {
		const struct shown *s = &f->shown[i];

		if ((str_eqz(s->place, "tools") || str_eqz(s->place, "reading")) &&
			str_eq(s->key, link->key) && clock_day_cmp(s->day, since) >= 0 &&
			clock_day_cmp(s->day, f->day) < 0)
			return s;
	}
	return NULL;
}

void
check_links_repeated(struct check_desk *d)
{
	for (size_t i = 0; d->o->figures && i < d->c->shown_count; i++) {
		const struct shown *s = &d->c->shown[i], *before;
		char day[11];

		if ((!str_eqz(s->place, "tools") && !str_eqz(s->place, "reading")) ||
			!(before = shown_lately(d->o->figures, s)))
			continue;
		clock_print_day(before->day, day);
		check_find(d, CHECK_WARN, "link-repeated", check_line_with(d, s->name),
			str_of(arena_printf(d->a, "%s had '%.*s' already", day, STR_ARG(s->name))),
			"take another: readers notice a repeat within 30 days");
	}
}

static bool
is_printed(const struct check_desk *d, const struct trend_entity *e)
{
	for (size_t i = 0; i < d->c->shown_count; i++)
		if (str_eqz(d->c->shown[i].source, "github") && str_eq(d->c->shown[i].key, e->key))
			return true;
	return false;
}

/* A figure that another's count does not bear out may be bought stars, or a wrong answer of ours. */
void
check_counted(struct check_desk *d)
{
	struct counted_doubt *doubts = NULL;
	size_t n = 0;

	if (d->o->figures)
		counted_doubts(d->o->figures, d->a, &doubts, &n);
	for (size_t i = 0; i < n; i++) {
		const struct trend_entity *e = doubts[i].entity;

		if (!is_printed(d, e))
			continue;
		check_find(d, CHECK_WARN, "gain-doubtful", 0,
			str_of(arena_printf(d->a,
				"%.*s: %.*s stars in 7 days by our snapshots, and OSS Insight saw "
				"%.*s "
				"where it usually sees %.*s of them",
				STR_ARG(e->name), STR_ARG(amount_gain(e->gain7, d->a)),
				STR_ARG(amount_whole((double)doubts[i].counted, d->a)),
				STR_ARG(amount_percent(doubts[i].share, d->a)))),
			"look at the repository's stars before it is printed");
	}
}
