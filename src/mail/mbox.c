#include "mail/mbox.h"

static const struct str mark = STR_INIT("From ");

/* "\nFrom " behind an empty line, whatever ends the lines, and not quoted by what stands there: a
 * sender and a date with a colon in it. */
static bool
begins_another(struct str text, size_t at)
{
	struct str before = str_sub(text, 0, at), line, rest = str_from(text, at);

	return (str_ends(before, STR("\n\n")) || str_ends(before, STR("\r\n\r\n"))) &&
	       str_starts(rest, mark) && str_line(&rest, &line) && str_find(line, ':') > 0;
}

bool
mbox_next(struct str *rest, struct str *message)
{
	struct str text = *rest, line;

	if (text.n == 0)
		return false;
	*rest = (struct str){ 0 };
	*message = text;
	if (!str_starts(text, mark))
		return true;
	str_line(&text, &line);
	*message = text;
	for (size_t at = 0; at < text.n;) {
		ptrdiff_t n = str_find(str_from(text, at), '\n');

		if (n < 0)
			return true;
		at += (size_t)n + 1;
		if (begins_another(text, at)) {
			*message = str_sub(text, 0, at);
			*rest = str_from(text, at);
			return true;
		}
	}
	return true;
}
