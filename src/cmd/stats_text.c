#include "cmd/stats.h"

#include <assert.h>

#include "base/text.h"
#include "compose/amount.h"

enum { COLUMNS = 8, DAYS_TOLD = 62, LINE = 512, SPARKS = 60, DOMAIN_WIDTH = 26 };

/* -- shares ------------------------------------------------------------------------------------ */

static double
share(int64_t n, int64_t of)
{
	return of > 0 ? (double)n / (double)of : 0;
}

double
stats_bounced(const struct stats_mail *m)
{
	return share(m->bounced, m->sent + m->failed);
}

double
stats_complained(const struct stats_mail *m)
{
	return share(m->complained, m->sent + m->failed);
}

double
stats_churn(const struct stats *s)
{
	double readers = 0;

	for (size_t i = 0; i < s->day_count; i++)
		readers += (double)s->days[i].readers;
	return readers > 0 ? (double)s->all.left * 30 / readers : 0;
}

/* -- the sparkline ----------------------------------------------------------------------------- */

/* The readers of each day; of many days, of each so many-th, the last one among them. */
static void
add_sparks(struct buf *b, const struct stats *s)
{
	size_t stride = (s->day_count + SPARKS - 1) / SPARKS;
	int64_t low = INT64_MAX, high = INT64_MIN;

	assert(stride > 0 && "there is a day at least");
	for (size_t i = 0; i < s->day_count; i++) {
		low = s->days[i].readers < low ? s->days[i].readers : low;
		high = s->days[i].readers > high ? s->days[i].readers : high;
	}
	for (size_t i = (s->day_count - 1) % stride; i < s->day_count; i += stride) {
		int64_t above = s->days[i].readers - low;

		/* U+2581 to U+2588: an eighth of a block to a whole one. */
		text_put(0x2581 + (uint32_t)(high > low ? above * 7 / (high - low) : 3), b);
	}
}

/* -- the table --------------------------------------------------------------------------------- */

/* A dash is for what there was none of, so that figures stand out. */
static void
add_cell(struct buf *b, size_t width, struct str words)
{
	for (size_t n = text_width(words); n < width; n++)
		buf_addc(b, ' ');
	buf_add(b, words);
}

static void
add_count(struct buf *b, size_t width, int64_t n, bool sign, struct arena *a)
{
	add_cell(b, width,
		n == 0 ? STR("-")
		: sign ? amount_gain((double)n, a)
		       : amount_whole((double)n, a));
}

static void
add_mail(struct buf *b, const struct stats_mail *m, struct arena *a)
{
	add_count(b, 10, m->sent, false, a);
	add_count(b, 8, m->failed, false, a);
	add_count(b, 9, m->bounced, false, a);
	add_count(b, 12, m->complained, false, a);
}

static void
tell_days(struct out *o, const struct stats *s, struct arena *a)
{
	size_t first = s->day_count > DAYS_TOLD ? s->day_count - DAYS_TOLD : 0;
	struct buf b;

	buf_init(&b, LINE);
	out_line(
		o, "day            readers  joined    left      sent  failed  bounced  complained");
	if (first)
		out_line(o, "...        (--json has the %zu days before)", first);
	for (size_t i = first; i < s->day_count; i++) {
		const struct stats_day *d = &s->days[i];
		char date[11];

		clock_print_day(d->day, date);
		buf_clear(&b);
		buf_addz(&b, date);
		add_cell(&b, 12, amount_whole((double)d->readers, a));
		add_count(&b, 8, d->joined, true, a);
		add_count(&b, 8, -d->left, true, a);
		add_mail(&b, &d->mail, a);
		if (d->mail.open)
			buf_printf(&b, "  %lld open", (long long)d->mail.open);
		out_line(o, "%.*s", STR_ARG(buf_str(&b)));
	}
	buf_free(&b);
}

static void
tell_domains(struct out *o, const struct stats *s, struct arena *a)
{
	struct buf b;

	if (s->domain_count == 0)
		return;
	buf_init(&b, LINE);
	out_line(o, "%s", "");
	out_line(o, "domain                        readers      sent  failed  bounced  complained");
	for (size_t i = 0; i < s->domain_count; i++) {
		const struct stats_domain *d = &s->domains[i];
		struct str name = text_cut(d->name, DOMAIN_WIDTH, a);

		buf_clear(&b);
		buf_add(&b, name);
		for (size_t n = text_width(name); n < DOMAIN_WIDTH; n++)
			buf_addc(&b, ' ');
		add_cell(&b, 11, amount_whole((double)d->readers, a));
		add_mail(&b, &d->mail, a);
		out_line(o, "%.*s", STR_ARG(buf_str(&b)));
	}
	buf_free(&b);
}

/* -- why they left ----------------------------------------------------------------------------- */

static const char *const reason_words[REASONS] = {
	[REASON_TOO_OFTEN] = "it comes too often",
	[REASON_NO_INTEREST] = "it is not what interests them",
	[REASON_NEVER_ASKED] = "they never asked for it",
	[REASON_ELSEWHERE] = "they read it elsewhere",
	[REASON_OTHER] = "another reason",
};

static void
tell_reasons(struct out *o, const struct stats *s, struct arena *a)
{
	int64_t all = 0;

	for (int i = 0; i < REASONS; i++)
		all += s->reasons[i];
	if (all == 0)
		return;
	out_line(o, "%s", "");
	out_line(o, "Why people left, since the beginning, by those who said so:");
	for (int i = 0; i < REASONS; i++)
		if (s->reasons[i])
			out_line(o, "%8.*s  %s", STR_ARG(amount_whole((double)s->reasons[i], a)),
				reason_words[i]);
}

/* -- the whole --------------------------------------------------------------------------------- */

static void
tell_readers(struct out *o, const struct stats *s, struct arena *a)
{
	struct buf b;

	out_line(o, "%.*s: %.*s joined, %.*s left, a churn of %.*s in 30 days",
		STR_ARG(amount_count((size_t)s->all.readers, "reader", "readers", a)),
		STR_ARG(amount_whole((double)s->all.joined, a)),
		STR_ARG(amount_whole((double)s->all.left, a)),
		STR_ARG(amount_percent(stats_churn(s), a)));
	buf_init(&b, LINE);
	add_sparks(&b, s);
	out_line(o, "%.*s", STR_ARG(buf_str(&b)));
	buf_free(&b);
}

static void
tell_mail(struct out *o, const struct stats *s, struct arena *a)
{
	const struct stats_mail *m = &s->all.mail;

	out_line(o, "%.*s, %.*s letters sent, %.*s failed",
		STR_ARG(amount_count((size_t)s->issues, "issue", "issues", a)),
		STR_ARG(amount_whole((double)m->sent, a)),
		STR_ARG(amount_whole((double)m->failed, a)));
	out_line(o, "%.*s bounced (%.*s), %.*s complained (%.*s)",
		STR_ARG(amount_whole((double)m->bounced, a)),
		STR_ARG(amount_percent(stats_bounced(m), a)),
		STR_ARG(amount_whole((double)m->complained, a)),
		STR_ARG(amount_percent(stats_complained(m), a)));
}

void
stats_text(struct out *o, const struct publication *p, const struct stats *s, struct arena *a)
{
	char from[11], to[11];

	clock_print_day(s->days[0].day, from);
	clock_print_day(s->days[s->day_count - 1].day, to);
	out_line(o, "%s, %s to %s", p->settings.publication.name, from, to);
	out_line(o, "%s", "");
	tell_readers(o, s, a);
	tell_mail(o, s, a);
	out_line(o, "%s", "");
	tell_days(o, s, a);
	tell_domains(o, s, a);
	tell_reasons(o, s, a);
	out_line(o, "%s", "");
	out_line(o, STATS_NO_TRACKING);
}
