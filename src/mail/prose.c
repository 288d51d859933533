#include "mail/prose.h"

#include <string.h>

#include "base/buf.h"
#include "mail/judge.h"
#include "mail/spot.h"
#include "mail/wording.h"

enum { LINES = 400, CONTEXT = 48, WORDS = 3000, WRAPPED = 3 };

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* -- who -------------------------------------------------------------------------------------- */

/* How sure it is that an address in the notice is a recipient's. */
enum rank { RANK_NONE, RANK_SEEN, RANK_SPOKEN_OF, RANK_NAMED };

struct sighting {
	struct str address;
	enum rank rank;
	size_t line;
};

struct sightings {
	struct str lines[LINES];
	size_t line_count;
	struct sighting p[REPORT_RECIPIENTS];
	size_t n;
};

/* Before an address of the sender's, or of somebody to ask. */
static const char *const others[] = { "from:", "from <", "from=", "f=[", "f=<", "mail from",
	"sender", "return-path", "contact", "reply", "message-id:", "message id", "identifier",
	"envelope-from", "helo", "e-mail to", "email to", "send mail to", "write to",
	"cc:", "message from", "please mail", "help", "on behalf of", "received",
	"by:", "expéditeur" };

/* Before a recipient's, or behind it. */
static const char *const spoken[] = { "deliver", "recipient", "rcpt to", "failed", "reach",
	"unknown", "user", "mailbox", "undeliverable", "addressed to", "invalid", "address",
	"could not", "unable", "rejected", "not found", "no such", "quota", "full", "to:", "t=[",
	"destinat", "empf", "has moved" };

/* What stands in front of an address that a line is about: nothing but ornament, or a reply code. */
static bool
is_ornament(struct str before)
{
	before = str_trim(before);
	if (before.n >= 3 && spot_code(str_sub(before, 0, 3)))
		before = str_from(before, 3);
	for (size_t i = 0; i < before.n; i++)
		if (!strchr(" \t<>*-:;,.'\"([|#=+", before.p[i]))
			return false;
	return true;
}

/* "ann@example.org on 4/29/01": a reason follows, or nothing; not the rest of a sentence. */
static bool
is_heading(struct str behind, struct arena *a)
{
	static const char *const sentence[] = { "has ", "is ", "and ", "or ", "wrote", "said",
		"for ", "if ", "to ", "with " };
	struct str folded = wording_fold(behind, a);

	for (size_t i = 0; i < COUNT(sentence); i++)
		if (str_starts(folded, str_of(sentence[i])))
			return false;
	return true;
}

static enum rank
rank_of(struct str before, struct str behind, struct arena *a)
{
	size_t tail = before.n > CONTEXT ? before.n - CONTEXT : 0;
	struct str context = wording_fold(str_from(before, tail), a);

	if (wording_has_any(context, others, COUNT(others)))
		return RANK_NONE;
	if (is_ornament(before) && is_heading(behind, a))
		return RANK_NAMED;
	if (wording_has_any(context, spoken, COUNT(spoken)) ||
		wording_has_any(
			wording_fold(str_sub(behind, 0, CONTEXT), a), spoken, COUNT(spoken)))
		return RANK_SPOKEN_OF;
	return RANK_SEEN;
}

/* The one it was sent back to, and the one who sent it back. */
static bool
is_bystander(struct str address, const struct report *out)
{
	if (str_ieq(address, out->from) || str_ieq(str_sub(address, 0, 14), STR("mailer-daemon@")))
		return true;
	for (size_t i = 0; i < out->envelopes.n; i++)
		if (str_ieq(address, out->envelopes.p[i]))
			return true;
	return false;
}

static void
sight(struct sightings *s, struct str address, enum rank rank, size_t line)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_ieq(s->p[i].address, address)) {
			if (rank > s->p[i].rank) {
				s->p[i].rank = rank;
				s->p[i].line = line;
			}
			return;
		}
	if (s->n < REPORT_RECIPIENTS)
		s->p[s->n++] = (struct sighting){ address, rank, line };
}

static void
look_at_line(struct sightings *s, size_t number, const struct report *out, struct arena *a)
{
	struct str rest = s->lines[number], before, address;
	struct str sentence = { 0 };

	/* A sentence that runs over the line's end still tells what an address is. */
	if (number > 0 && str_trim(s->lines[number - 1]).n > 40)
		sentence = s->lines[number - 1];
	while (spot_address(&rest, &before, &address)) {
		enum rank rank = rank_of(before, rest, a);

		if (rank == RANK_SEEN && sentence.n)
			rank = rank_of(sentence, rest, a) == RANK_SPOKEN_OF ? RANK_SPOKEN_OF : rank;
		if (rank < RANK_NAMED && is_bystander(address, out))
			rank = RANK_NONE;
		if (rank != RANK_NONE)
			sight(s, address, rank, number);
	}
}

static void
look(struct sightings *s, struct str notice, const struct report *out, struct arena *a)
{
	while (s->line_count < LINES && str_line(&notice, &s->lines[s->line_count]))
		s->line_count++;
	for (size_t i = 0; i < s->line_count; i++)
		look_at_line(s, i, out, a);
}

static enum rank
best_rank(const struct sightings *s)
{
	enum rank best = RANK_NONE;

	for (size_t i = 0; i < s->n; i++)
		if (s->p[i].rank > best)
			best = s->p[i].rank;
	return best;
}

/* -- why -------------------------------------------------------------------------------------- */

/* A line with a server's reply in it. */
static bool
is_reply(struct str line)
{
	struct str status = spot_status(line);

	return spot_code(line) || (status.n && status.p[0] != '2');
}

/* The line, and those that it was wrapped into. */
static void
add_reply(const struct sightings *s, size_t i, size_t end, struct buf *b)
{
	buf_add(b, str_trim(s->lines[i]));
	buf_addc(b, ' ');
	for (size_t more = 1; more <= WRAPPED && i + more < end; more++) {
		struct str line = s->lines[i + more];

		if (str_trim(line).n == 0 || is_reply(line))
			break;
		buf_add(b, str_trim(line));
		buf_addc(b, ' ');
	}
}

/* Its own lines end where the next one's begin, or, when it stands in a reply of its own, there. */
static size_t
block_end(const struct sightings *s, const struct sighting *of, enum rank rank)
{
	size_t end = s->line_count;

	for (size_t i = 0; i < s->n; i++)
		if (s->p[i].rank >= rank && s->p[i].line > of->line && s->p[i].line < end)
			end = s->p[i].line;
	for (size_t i = of->line + 1; is_reply(s->lines[of->line]) && i < end; i++)
		if (is_reply(s->lines[i]))
			end = i;
	return end;
}

static bool
speaks_of(struct str line, struct str address)
{
	struct str before, found;

	while (spot_address(&line, &before, &found))
		if (str_ieq(found, address))
			return true;
	return false;
}

/* Replies in the address's own lines, and those elsewhere that name it; alone, all there are. */
static struct str
replies_for(const struct sightings *s, const struct sighting *of, size_t end, bool alone,
	struct arena *a)
{
	struct buf b;

	buf_init(&b, WORDS);
	for (size_t i = 0; i < s->line_count; i++) {
		bool own = i >= of->line && i < end;

		if (is_reply(s->lines[i]) && (alone || own || speaks_of(s->lines[i], of->address)))
			add_reply(s, i, own ? end : s->line_count, &b);
	}
	return buf_keep(&b, a);
}

static struct str
block_of(const struct sightings *s, const struct sighting *of, size_t end, struct arena *a)
{
	struct buf b;

	buf_init(&b, WORDS);
	for (size_t i = of->line; i < end; i++) {
		buf_add(&b, str_trim(s->lines[i]));
		buf_addc(&b, ' ');
	}
	return str_trim(buf_keep(&b, a));
}

static void
judge(const struct sightings *s, const struct sighting *of, enum rank rank, bool alone,
	struct str notice, struct arena *a, struct report *out)
{
	struct report_recipient *r = report_recipient_for(out, of->address);
	size_t end = block_end(s, of, rank);
	struct str replies = replies_for(s, of, end, alone, a);
	struct str block = block_of(s, of, end, a);

	if (!r)
		return;
	r->how = REPORT_BY_PROSE;
	judge_failure(r, (struct str){ 0 }, replies.n ? replies : block, alone ? notice : block, a);
}

/* -- the whole -------------------------------------------------------------------------------- */

static size_t
count_of(const struct sightings *s, enum rank rank)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->p[i].rank >= rank;
	return n;
}

static void
judge_all(const struct sightings *s, enum rank rank, struct str notice, struct arena *a,
	struct report *out)
{
	bool alone = count_of(s, rank) == 1;

	for (size_t i = 0; i < s->n; i++)
		if (s->p[i].rank >= rank)
			judge(s, &s->p[i], rank, alone, notice, a, out);
}

/* Somebody whom the notice itself does not name. */
static void
judge_unseen(struct str address, enum report_how how, struct str notice, struct arena *a,
	struct report *out)
{
	struct report_recipient *r = report_recipient_for(out, address);

	if (!r || r->reason.n)
		return;
	r->how = how;
	judge_failure(r, (struct str){ 0 }, notice, (struct str){ 0 }, a);
}

/* Whom the header names: their places in the notice are where the reasons stand. */
static void
read_failed(struct sightings *s, struct str failed, struct str notice, struct arena *a,
	struct report *out)
{
	struct sightings *named = arena_new(a, struct sightings);
	struct str before, address;

	memcpy(named->lines, s->lines, sizeof named->lines);
	named->line_count = s->line_count;
	while (spot_address(&failed, &before, &address)) {
		for (size_t i = 0; i < s->n; i++)
			if (str_ieq(s->p[i].address, address))
				sight(named, address, RANK_NAMED, s->p[i].line);
		sight(named, address, RANK_SEEN, 0);
	}
	if (count_of(named, RANK_NAMED))
		judge_all(named, RANK_NAMED, notice, a, out);
	for (size_t i = 0; i < named->n; i++)
		judge_unseen(named->p[i].address, REPORT_BY_HEADER, notice, a, out);
}

void
prose_read(struct str notice, struct str failed, const struct returned *original, struct arena *a,
	struct report *out)
{
	struct sightings *s = arena_new(a, struct sightings);
	enum rank best;

	look(s, notice, out, a);
	best = best_rank(s);
	if (failed.n) {
		read_failed(s, failed, notice, a, out);
	} else if (best >= RANK_SPOKEN_OF || (best == RANK_SEEN && original->to_count == 0)) {
		judge_all(s, best, notice, a, out);
	} else {
		for (size_t i = 0; i < original->to_count; i++)
			judge_unseen(original->to[i], REPORT_BY_ORIGINAL, notice, a, out);
	}
}
