#include "mail/dsn.h"

#include "mail/fields.h"
#include "mail/judge.h"
#include "mail/spot.h"

struct group {
	struct str final, original, action, status, diagnostic;
};

/* More than one spelling is in use for some. The first that has something wins. */
static const struct {
	struct str name;
	size_t offset;
} slots[] = {
	{ STR_INIT("Final-Recipient"), offsetof(struct group, final) },
	{ STR_INIT("Original-Recipient"), offsetof(struct group, original) },
	{ STR_INIT("X-Actual-Recipient"), offsetof(struct group, final) },
	{ STR_INIT("X-Original-Recipient"), offsetof(struct group, original) },
	{ STR_INIT("Action"), offsetof(struct group, action) },
	{ STR_INIT("Status"), offsetof(struct group, status) },
	{ STR_INIT("Diagnostic-Code"), offsetof(struct group, diagnostic) },
	{ STR_INIT("X-Supplementary-Info"), offsetof(struct group, diagnostic) },
};

static void
note(struct group *g, const struct field *f)
{
	for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
		struct str *slot = (struct str *)(void *)((char *)g + slots[i].offset);

		if (str_ieq(f->name, slots[i].name) && slot->n == 0)
			*slot = f->value;
	}
}

/* "failed", "expanded (to multi-recipient alias)": the first word. */
static bool
action_is(const struct group *g, struct str action)
{
	return str_ieq(str_sub(g->action, 0, action.n), action);
}

static void
settle(struct report_recipient *r, enum report_sort sort, const struct group *g, struct arena *a)
{
	struct str status = spot_status(g->status);

	r->kind = REPORT_NONE;
	r->status = arena_str(a, status.n ? status : spot_status(g->diagnostic));
	r->code = spot_code(g->diagnostic);
	r->reason =
		judge_reason(g->diagnostic.n ? g->diagnostic : str_of(report_sort_name(sort)), a);
}

static bool
is_delivered(const struct group *g)
{
	return action_is(g, STR("delivered")) || action_is(g, STR("relayed")) ||
	       action_is(g, STR("expanded")) || action_is(g, STR("deliverable")) ||
	       (g->action.n == 0 && g->status.n && g->status.p[0] == '2');
}

/* "@relay.example.net:ann@server" is a route that only they can use; ours is in the other field. */
static struct str
best_address(struct str final, struct str original)
{
	bool usable = final.n && str_find(str_from(final, (size_t)str_find(final, '@')), '.') >= 0;

	return usable || original.n == 0 ? final : original;
}

static void
finish(struct group *g, struct str prose, struct arena *a, struct dsn *sum, struct report *out)
{
	struct str final = spot_mailbox(g->final), original = spot_mailbox(g->original);
	struct report_recipient *r = NULL;
	size_t before = out->recipient_count;

	final = best_address(final, original);
	if (final.n)
		r = report_recipient_for(out, final);
	if (!r || out->recipient_count == before) {
		*g = (struct group){ 0 };
		return;
	}
	if (final.n && original.n && !str_ieq(final, original))
		r->original = original;
	r->how = REPORT_BY_STATUS;
	if (is_delivered(g)) {
		sum->delivered++;
		settle(r, REPORT_DELIVERED, g, a);
	} else if (action_is(g, STR("delayed"))) {
		sum->delayed++;
		settle(r, REPORT_DELAY, g, a);
	} else {
		sum->failed++;
		judge_failure(r, g->status, g->diagnostic, prose, a);
	}
	*g = (struct group){ 0 };
}

struct dsn
dsn_read(struct str status, struct str prose, struct arena *a, struct report *out)
{
	struct group g = { 0 };
	struct dsn sum = { 0 };
	enum field_line got;
	struct field f;

	while ((got = fields_next(&status, a, &f)) != FIELD_END) {
		/* Not all leave a line empty between two groups, and some leave one within. */
		if (got == FIELD_GOT && g.final.n && str_ieq(f.name, STR("Final-Recipient")))
			finish(&g, prose, a, &sum, out);
		if (got == FIELD_GOT)
			note(&g, &f);
		if (got == FIELD_BLANK && g.final.n && (g.action.n || g.status.n))
			finish(&g, prose, a, &sum, out);
	}
	finish(&g, prose, a, &sum, out);
	return sum;
}
