#include "mail/wording.h"

#include <string.h>

#include "base/text.h"

enum { GAP = 60, FOLDED = 8192, SHORT = 3 };

static const struct {
	const char *phrase;
	enum cause cause;
} phrases[] = {
#define PHRASE(text, cause) { text, cause },
#include "mail/wording.def"
#undef PHRASE
};

/* What S3 forbids to be anybody's end is soft here, whatever it is called. */
static const struct {
	enum report_kind kind;
	const char *status;
} meanings[CAUSES] = {
	[CAUSE_UNKNOWN] = { REPORT_SOFT, "" },
	[CAUSE_NO_USER] = { REPORT_HARD, "5.1.1" },
	[CAUSE_PERHAPS_NO_USER] = { REPORT_SOFT, "5.2.0" },
	[CAUSE_NO_HOST] = { REPORT_HARD, "5.1.2" },
	[CAUSE_MOVED] = { REPORT_HARD, "5.1.6" },
	[CAUSE_NO_MAIL] = { REPORT_HARD, "5.1.10" },
	[CAUSE_DISABLED] = { REPORT_SOFT, "5.2.1" },
	[CAUSE_FULL] = { REPORT_SOFT, "5.2.2" },
	[CAUSE_TOO_BIG] = { REPORT_SOFT, "5.3.4" },
	[CAUSE_SENDER] = { REPORT_SOFT, "5.7.1" },
	[CAUSE_POLICY] = { REPORT_SOFT, "5.7.1" },
	[CAUSE_CONTENT] = { REPORT_SOFT, "5.6.0" },
	[CAUSE_RATE] = { REPORT_SOFT, "4.7.0" },
	[CAUSE_LOOP] = { REPORT_SOFT, "5.4.6" },
	[CAUSE_NETWORK] = { REPORT_SOFT, "4.4.1" },
	[CAUSE_EXPIRED] = { REPORT_SOFT, "4.4.7" },
	[CAUSE_SYSTEM] = { REPORT_SOFT, "4.3.0" },
};

struct str
wording_fold(struct str text, struct arena *a)
{
	text = str_sub(text, 0, FOLDED);
	return text_fold(text_clean(text, a), a);
}

/* -- words within names ------------------------------------------------------------------------- */

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_name_char(char c)
{
	return is_alnum(c) || (c && strchr(".-_@/:?=&%+", c));
}

/* "spam.example.net", "ann@junk.example", "https://policy.example/": ends like a domain, or has a sign
 * that words have not. "resolver.adr.recipnotfound" does neither. */
static bool
is_name(struct str word)
{
	ptrdiff_t dot = -1;
	struct str last;

	if (str_find(word, '@') >= 0 || str_find_str(word, STR("://")) >= 0)
		return true;
	while (word.n && !is_alnum(word.p[word.n - 1]))
		word.n--;
	for (size_t i = 1; i + 1 < word.n; i++)
		if (word.p[i] == '.')
			dot = (ptrdiff_t)i;
	last = str_from(word, dot < 0 ? word.n : (size_t)dot + 1);
	for (size_t i = 0; i < last.n; i++)
		if (last.p[i] < 'a' || last.p[i] > 'z')
			return false;
	return (last.n >= 2 && last.n <= 6) || str_eqz(last, "example");
}

/* Does what was found there stand within a name, of a host mostly, and so says nothing? */
static bool
is_within_name(struct str s, size_t at, size_t n)
{
	size_t from = at, to = at + n;

	while (from > 0 && is_name_char(s.p[from - 1]))
		from--;
	while (to < s.n && is_name_char(s.p[to]))
		to++;
	return is_name(str_sub(s, from, to - from));
}

/* Three letters are a word, or part of any other. */
static bool
is_within_word(struct str s, size_t at, size_t n)
{
	return (at > 0 && is_alnum(s.p[at - 1])) || (at + n < s.n && is_alnum(s.p[at + n]));
}

/* -- phrases ------------------------------------------------------------------------------------ */

static bool
has_word(struct str folded, struct str word)
{
	size_t from = 0;

	for (ptrdiff_t at; (at = str_find_str(str_from(folded, from), word)) >= 0;) {
		from += (size_t)at;
		if (!is_within_name(folded, from, word.n) &&
			!(word.n <= SHORT && is_within_word(folded, from, word.n)))
			return true;
		from++;
	}
	return false;
}

static bool
has_phrase(struct str folded, const char *phrase)
{
	const char *star = strchr(phrase, '*');
	struct str head = { phrase, star ? (size_t)(star - phrase) : strlen(phrase) };

	for (ptrdiff_t at; (at = str_find_str(folded, head)) >= 0;) {
		folded = str_from(folded, (size_t)at + head.n);
		if (!star || has_phrase(str_sub(folded, 0, GAP + strlen(star)), star + 1))
			return true;
	}
	return false;
}

bool
wording_has(struct str folded, const char *phrase)
{
	return has_phrase(folded, phrase);
}

bool
wording_has_any(struct str folded, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (wording_has(folded, list[i]))
			return true;
	return false;
}

static bool
says(struct str folded, const char *phrase)
{
	return strpbrk(phrase, " *") ? has_phrase(folded, phrase)
				     : has_word(folded, str_of(phrase));
}

enum cause
wording_cause(struct str text, struct arena *a)
{
	struct str folded = wording_fold(text, a);

	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
		if (says(folded, phrases[i].phrase))
			return phrases[i].cause;
	return CAUSE_UNKNOWN;
}

bool
wording_says(struct str text, enum cause cause, struct arena *a)
{
	struct str folded = wording_fold(text, a);

	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
		if (phrases[i].cause == cause && says(folded, phrases[i].phrase))
			return true;
	return false;
}

enum report_kind
wording_kind(enum cause cause)
{
	return meanings[cause].kind;
}

const char *
wording_status(enum cause cause)
{
	return meanings[cause].status;
}
