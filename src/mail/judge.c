#include "mail/judge.h"

#include "base/log.h"
#include "base/text.h"
#include "mail/spot.h"
#include "mail/wording.h"

/* What a status says of the recipient by itself. */
enum said { SAID_NOTHING, SAID_GONE, SAID_NOT_GONE, SAID_LATER };

/* Details of 5.1: the sender's address is at fault, not the recipient's. */
static bool
blames_sender(uint64_t detail)
{
	return detail == 7 || detail == 8;
}

/* Subject and detail, "5.SUBJECT.DETAIL". */
static bool
take_apart(struct str status, uint64_t *subject, uint64_t *detail)
{
	struct str class, middle, rest = status;

	return str_split(&rest, '.', &class) && str_split(&rest, '.', &middle) &&
	       str_u64(middle, 99, subject) && str_u64(rest, 999, detail);
}

static enum said
said_by(struct str status)
{
	uint64_t subject, detail;

	if (!take_apart(status, &subject, &detail))
		return SAID_NOTHING;
	if (status.p[0] == '4')
		return SAID_LATER;
	if (subject == 1 && detail >= 1)
		return blames_sender(detail) || detail > 10 ? SAID_NOT_GONE : SAID_GONE;
	if (subject == 2 && detail == 1)
		return SAID_GONE;
	if (subject < 2 || subject == 4 || (detail == 0 && subject != 6 && subject != 7))
		return SAID_NOTHING;
	return SAID_NOT_GONE;
}

/* At which command it was refused. */
enum phase { PHASE_UNKNOWN, PHASE_RECIPIENT, PHASE_OTHER };

static const struct {
	const char *words;
	enum phase phase;
} phases[] = {
	{ "end of data", PHASE_OTHER },
	{ "reply to data", PHASE_OTHER },
	{ "after data", PHASE_OTHER },
	{ "after mail from", PHASE_OTHER },
	{ "reply to mail from", PHASE_OTHER },
	{ "smtp command data", PHASE_OTHER },
	{ "accept your message (data)", PHASE_OTHER },
	{ "after i sent the message", PHASE_OTHER },
	/* Gmail's numbers of where it stood. */
	{ "(state 13)", PHASE_OTHER },
	{ "(state 14)", PHASE_RECIPIENT },
	{ "(state 17)", PHASE_OTHER },
	{ "(state 18)", PHASE_OTHER },
	{ "rcpt", PHASE_RECIPIENT },
	{ "does not like recipient", PHASE_RECIPIENT },
	/* Sendmail, of a recipient. */
	{ ">... ", PHASE_RECIPIENT },
	{ ">>> data", PHASE_OTHER },
};

static enum phase
phase_of(struct str words, struct arena *a)
{
	struct str folded = wording_fold(words, a);

	for (size_t i = 0; i < sizeof phases / sizeof *phases; i++)
		if (wording_has(folded, phases[i].words))
			return phases[i].phase;
	return PHASE_UNKNOWN;
}

/*
 * A reply that speaks of an unknown user counts as his end where it came to RCPT, or has a status that
 * means the same. Without either it may be the answer to a message that somebody's filter did not like:
 * many give those out as unknown users. What a mail system says of its own users has no reply code.
 */
static bool
is_proved(enum phase phase, enum said said, unsigned code)
{
	return said == SAID_GONE || phase == PHASE_RECIPIENT || (phase == PHASE_UNKNOWN && !code);
}

/* A status that means an unknown user, with words for it: whatever else is in them, somebody's footer or
 * the name of a filter, is beside the point. But for what is said of the sender, or a mailbox that is there. */
static enum cause
surest_cause(enum cause cause, enum said said, struct str words, struct arena *a)
{
	bool may_be_beside = cause == CAUSE_POLICY || cause == CAUSE_CONTENT || cause >= CAUSE_RATE;

	return said == SAID_GONE && may_be_beside && wording_says(words, CAUSE_NO_USER, a)
		       ? CAUSE_NO_USER
		       : cause;
}

static enum report_kind
weigh(enum cause cause, enum said said, bool proved)
{
	if (said == SAID_LATER || said == SAID_NOT_GONE)
		return REPORT_SOFT;
	if (cause == CAUSE_UNKNOWN || cause == CAUSE_PERHAPS_NO_USER || cause == CAUSE_DISABLED)
		return said == SAID_GONE ? REPORT_HARD : wording_kind(cause);
	if (cause == CAUSE_NO_USER && !proved)
		return REPORT_SOFT;
	return wording_kind(cause);
}

struct str
judge_reason(struct str words, struct arena *a)
{
	char *line = arena_alloc(a, REPORT_REASON + 1);

	words = text_clean(str_sub(words, 0, 4 * REPORT_REASON), a);
	return (struct str){ line, log_escape(words, line, REPORT_REASON + 1) };
}

/* The status field is often the sending server's guess ("5.0.0"); the words have the other's own. */
static struct str
best_status(struct str written, struct str words)
{
	struct str spoken = spot_last_status(words);
	bool vague = written.n < 5 || str_ends(written, STR(".0.0"));

	if (spoken.n && spoken.p[0] != '2' && (vague || said_by(spoken) == SAID_NOT_GONE))
		return spoken;
	return written;
}

/* What to show where nobody wrote one. */
static struct str
status_or(struct str status, enum cause cause, struct arena *a)
{
	bool vague = status.n < 5 || str_eqz(status, "5.0.0");

	if (vague && *wording_status(cause))
		return str_of(wording_status(cause));
	return arena_str(a, status);
}

void
judge_failure(struct report_recipient *r, struct str status, struct str words, struct str more,
	struct arena *a)
{
	enum cause cause = wording_cause(words, a);
	enum phase phase = phase_of(words, a);
	enum said said;

	if (cause == CAUSE_UNKNOWN)
		cause = wording_cause(more, a);
	if (phase == PHASE_UNKNOWN)
		phase = phase_of(more, a);
	status = best_status(spot_status(status), words);
	said = said_by(status);
	cause = surest_cause(cause, said, words, a);
	r->code = spot_code(words);
	r->reason = judge_reason(words.n ? words : more, a);
	r->kind = weigh(cause, said, is_proved(phase, said, r->code));
	r->status = status_or(status, cause, a);
	if (r->code >= 400 && r->code < 500 && said != SAID_GONE)
		r->kind = REPORT_SOFT;
}
