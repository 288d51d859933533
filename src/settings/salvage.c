#include "settings/salvage.h"

static const char *const wanted[] = { "publication", "sender", "relays", "daily" };

/* Does the line begin another section? A list and the end of a flow may stand in the first column as
 * well. */
static bool
begins_section(struct str line, struct str *name)
{
	ptrdiff_t colon = str_find(line, ':');

	*name = str_trim(str_sub(line, 0, colon < 0 ? 0 : (size_t)colon));
	return line.n && ((line.p[0] | 32) >= 'a' && (line.p[0] | 32) <= 'z');
}

static bool
is_wanted(struct str name)
{
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		if (str_eqz(name, wanted[i]))
			return true;
	return false;
}

/* The sections that are wanted, in the lines where they stand. */
static void
cut_out(struct str text, bool *has_relays, struct buf *out)
{
	struct str line, name;
	bool keep = false;

	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_from(text, 3);
	while (str_line(&text, &line)) {
		if (begins_section(line, &name)) {
			keep = is_wanted(name);
			*has_relays = *has_relays || str_eqz(name, "relays");
		}
		if (keep && !str_starts(line, STR("---")) && !str_starts(line, STR("...")))
			buf_add(out, line);
		buf_addc(out, '\n');
	}
}

int
settings_salvage(
	struct str text, const char *name, struct arena *a, struct settings *out, struct err *e)
{
	bool has_relays = false;
	struct buf b;

	buf_init(&b, text.n + 2);
	cut_out(text, &has_relays, &b);
	text = buf_keep(&b, a);
	return has_relays ? settings_parse(text, name, a, out, e)
			  : err_set(e, ERR_CONFIG, "%s: there is no section relays", name);
}
