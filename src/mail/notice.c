#include "mail/notice.h"

#include <string.h>

#include "mail/wording.h"

enum { LINES = 400, MARKER = 120 };

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* Lines that say that the message follows, folded. */
static const char *const markers[] = { "copy of the message", "copy of your message",
	"copy of the original", "original message", "original mail", "message headers follow",
	"message header follows", "unsent message", "returned message", "headers of the message",
	"header of the message", "message text follows", "text of your message", "received headers",
	"message body follows", "copy of the message header", "copy of the first part",
	"en-têtes de message", "entêtes de message", "copia del mensaje", "ursprüngliche nachricht",
	"headers follow" };

/* Fields that no notice has and every message that was under way. */
static const struct str carried[] = { STR_INIT("received"), STR_INIT("return-path"),
	STR_INIT("dkim-signature"), STR_INIT("x-received"), STR_INIT("domainkey-signature"),
	STR_INIT("x-originating-ip"), STR_INIT("arc-seal"), STR_INIT("mime-version") };

static bool
is_field(struct str line)
{
	size_t n = 0;

	line = str_trim(line);
	while (n < line.n && line.p[n] != ':' && line.p[n] > ' ' && line.p[n] != '@' &&
		line.p[n] != '<')
		n++;
	return n > 1 && n < 40 && n < line.n && line.p[n] == ':' &&
	       strchr("<[\"#(", line.p[0]) == 0;
}

static bool
is_carried(struct str line)
{
	ptrdiff_t colon = str_find(line, ':');

	for (size_t i = 0; colon > 0 && i < COUNT(carried); i++)
		if (str_ieq(str_trim(str_sub(line, 0, (size_t)colon)), carried[i]))
			return true;
	return false;
}

/* A header, or nothing, follows. */
static bool
header_follows(struct str rest)
{
	struct str line;

	while (str_line(&rest, &line))
		if (str_trim(line).n && str_find_str(line, STR("---")) < 0)
			return is_field(line) || str_starts(str_trim(line), STR("From "));
	return true;
}

static bool
is_marker(struct str line, struct arena *a)
{
	struct str folded = line.n < MARKER ? wording_fold(line, a) : (struct str){ 0 };

	for (size_t i = 0; folded.n && i < COUNT(markers); i++)
		if (wording_has(folded, markers[i]))
			return true;
	return false;
}

struct str
notice_end(struct str text, struct arena *a, struct str *returned)
{
	struct str rest = text, line;
	struct str before = text;

	for (size_t n = 0; n < LINES && str_line(&rest, &line); n++, before = rest) {
		if (is_carried(line) && n > 0) {
			*returned = before;
			return str_sub(text, 0, (size_t)(before.p - text.p));
		}
		if (header_follows(rest) && is_marker(line, a)) {
			*returned = rest;
			return str_sub(text, 0, (size_t)(before.p - text.p));
		}
	}
	*returned = (struct str){ 0 };
	return str_sub(text, 0, text.n - rest.n);
}
