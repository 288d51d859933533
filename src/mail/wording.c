#include "mail/wording.h"

#include <string.h>

#include "base/text.h"

enum { GAP = 60, FOLDED = 8192 };

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

bool
wording_has(struct str folded, const char *phrase)
{
	const char *star = strchr(phrase, '*');
	struct str head = { phrase, star ? (size_t)(star - phrase) : strlen(phrase) };

	for (ptrdiff_t at; (at = str_find_str(folded, head)) >= 0;) {
		folded = str_from(folded, (size_t)at + head.n);
		if (!star)
			return true;
		if (wording_has(str_sub(folded, 0, GAP + strlen(star)), star + 1))
			return true;
	}
	return false;
}

enum cause
wording_cause(struct str text, struct arena *a)
{
	struct str folded = wording_fold(text, a);

	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
		if (wording_has(folded, phrases[i].phrase))
			return phrases[i].cause;
	return CAUSE_UNKNOWN;
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
