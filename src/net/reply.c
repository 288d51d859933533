#include "net/reply.h"

#include <string.h>

#include "base/log.h"

enum { BYTES = 64 * 1024, LINES = 1000, LINE = 8 * 1024 };

void
reply_init(struct reply_parser *p)
{
	*p = (struct reply_parser){ 0 };
	buf_init(&p->line, LINE);
}

void
reply_free(struct reply_parser *p)
{
	buf_free(&p->line);
}

static void
begin(struct reply_parser *p)
{
	p->reply = (struct reply){ 0 };
	p->bytes = p->lines = p->text_used = 0;
	p->started = true;
	buf_clear(&p->line);
	if (p->keep)
		buf_clear(p->keep);
}

static void
add_words(struct reply_parser *p, struct str words)
{
	size_t room;

	words = str_trim(words);
	if (words.n == 0)
		return;
	if (p->text_used && p->text_used + 4 < REPLY_TEXT) {
		memcpy(p->reply.text + p->text_used, " / ", 4);
		p->text_used += 3;
	}
	room = sizeof p->reply.text - p->text_used;
	if (room > 1)
		p->text_used += log_escape(words, p->reply.text + p->text_used, room);
}

static size_t
number(struct str s, size_t digits, int *out)
{
	size_t n = 0;

	*out = 0;
	while (n < s.n && n < digits && s.p[n] >= '0' && s.p[n] <= '9')
		*out = *out * 10 + s.p[n++] - '0';
	return n;
}

/* RFC 2034 4: the enhanced status stands first in the text, and its class is the code's. */
static void
take_status(struct reply *r, struct str text)
{
	int class, subject, detail;
	size_t n = number(text, 1, &class), m, k;

	if (n != 1 || class != r->code / 100 || text.n < 5 || text.p[1] != '.')
		return;
	m = number(str_from(text, 2), 3, &subject);
	if (m == 0 || 2 + m >= text.n || text.p[2 + m] != '.')
		return;
	k = number(str_from(text, 3 + m), 3, &detail);
	if (k == 0 || (3 + m + k < text.n && text.p[3 + m + k] != ' '))
		return;
	r->class = class;
	r->subject = subject;
	r->detail = detail;
}

/* One whole line without its end: MORE after "250-", DONE after "250 ". */
static enum reply_progress
take_line(struct reply_parser *p, struct str line)
{
	int code;
	char sep;

	if (number(line, 3, &code) != 3 || code < 200 || code > 599)
		return REPLY_BAD;
	if (line.n > 3 && line.p[3] != ' ' && line.p[3] != '-')
		return REPLY_BAD;
	if (p->reply.code && p->reply.code != code)
		return REPLY_BAD;
	p->reply.code = code;
	sep = line.n > 3 ? line.p[3] : ' ';
	if (p->lines == 0)
		take_status(&p->reply, str_from(line, 4));
	add_words(p, str_from(line, 4));
	if (p->keep) {
		buf_add(p->keep, str_from(line, 4));
		buf_addc(p->keep, '\n');
	}
	p->lines++;
	if (sep == ' ')
		return REPLY_DONE;
	return p->lines < LINES ? REPLY_MORE : REPLY_BAD;
}

enum reply_progress
reply_take(struct reply_parser *p, struct str *in)
{
	if (!p->started)
		begin(p);
	while (in->n) {
		ptrdiff_t end = str_find(*in, '\n');
		struct str piece = str_sub(*in, 0, end < 0 ? in->n : (size_t)end);
		struct str line;
		enum reply_progress got;

		p->bytes += piece.n + (end < 0 ? 0 : 1);
		/* Of a long line its beginning is enough. */
		buf_add(&p->line, str_sub(piece, 0, LINE - p->line.n));
		if (p->bytes > BYTES)
			return REPLY_BAD;
		*in = str_from(*in, piece.n + (end < 0 ? 0 : 1));
		if (end < 0)
			return REPLY_MORE;
		line = buf_str(&p->line);
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		got = take_line(p, line);
		buf_clear(&p->line);
		if (got != REPLY_MORE) {
			p->started = false;
			return got;
		}
	}
	return REPLY_MORE;
}

/* -- what it means ---------------------------------------------------------------------------- */

static bool
is_status(const struct reply *r, int subject, int detail)
{
	return r->class && r->subject == subject && (detail < 0 || r->detail == detail);
}

/* 4xx that says: less, please (RELIABILITY S2; 421 ends the session as well). */
static bool
asks_for_less(const struct reply *r)
{
	/* A limit of this connection is met by the next one. */
	static const char *const ends[] = { "this session", "this connection", "per session",
		"per connection", "one connection", "one session" };
	static const char *const words[] = { "rate", "too many", "too fast", "slow down", "throttl",
		"limit" };
	char low[REPLY_TEXT + 1];

	if (r->code != 421 && r->code != 450 && r->code != 451 && r->code != 454)
		return false;
	for (size_t i = 0; i <= strlen(r->text); i++)
		low[i] = r->text[i] >= 'A' && r->text[i] <= 'Z' ? (char)(r->text[i] + 32)
								: r->text[i];
	for (size_t i = 0; i < sizeof ends / sizeof ends[0] && r->code == 421; i++)
		if (strstr(low, ends[i]))
			return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strstr(low, words[i]))
			return true;
	return is_status(r, 7, 28);
}

/* A 5xx to RCPT (S3): whose fault is it? */
static enum reply_meaning
judge_recipient(const struct reply *r)
{
	if (r->code == 530)
		return REPLY_ABORT;
	if (is_status(r, 1, 7) || is_status(r, 1, 8))
		return REPLY_FAIL_POLICY; /* the sender's address */
	if (is_status(r, 1, -1) || is_status(r, 2, 1))
		return REPLY_FAIL_RCPT;
	if (is_status(r, 2, 2))
		return REPLY_FAIL_SOFT;
	if (r->class && r->subject != 0)
		return REPLY_FAIL_POLICY; /* 5.3, 5.4, 5.5, 5.6, 5.7 */
	switch (r->code) {
	case 550:
	case 551:
	case 553:
		return REPLY_FAIL_RCPT;
	case 552:
		return REPLY_FAIL_SOFT;
	default:
		return REPLY_FAIL_POLICY;
	}
}

enum reply_meaning
reply_judge(enum reply_phase phase, const struct reply *r)
{
	if (r->code >= 200 && r->code < 400)
		return REPLY_ACCEPTED;
	if (r->code < 500) {
		if (phase == REPLY_AUTH)
			return r->code == 454 ? REPLY_DEFER : REPLY_ABORT;
		return asks_for_less(r) ? REPLY_SLOW_DOWN : REPLY_DEFER;
	}
	switch (phase) {
	case REPLY_GREETING:
	case REPLY_EHLO:
	case REPLY_AUTH:
		return REPLY_ABORT;
	case REPLY_MAIL:
		/* 552, 5.3.4: the message is too big; all else is said of the sender, so of every
		 * message. */
		return r->code == 552 || is_status(r, 3, 4) ? REPLY_FAIL_POLICY : REPLY_ABORT;
	case REPLY_RCPT:
		return judge_recipient(r);
	case REPLY_DATA:
	case REPLY_FINAL:
		return r->code == 530       ? REPLY_ABORT
		       : is_status(r, 2, 2) ? REPLY_FAIL_SOFT
					    : REPLY_FAIL_POLICY;
	}
	return REPLY_FAIL_POLICY;
}
