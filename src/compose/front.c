#include "compose/front.h"

#include "base/text.h"
#include "base/yaml.h"

enum { SUBJECT = 78, PREHEADER = 140, TITLE = 300, BYTES_TOLD = 5 };

struct key {
	const char *name;
	struct str *to;
	int *line;
	uint64_t most;
};

static bool
is_control(char c)
{
	return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

static int
check_line(struct str line, const char *name, int number, struct err *e)
{
	if (!text_is_utf8(line))
		return err_set(e, ERR_DATA,
			"%s:%d: bytes that are no UTF-8; save the file as UTF-8", name, number);
	for (size_t i = 0; i < line.n; i++)
		if (is_control(line.p[i]))
			return err_set(e, ERR_DATA,
				"%s:%d: the control character 0x%02x; remove it", name, number,
				(unsigned char)line.p[i]);
	return 0;
}

static void
blank_foreign(char *line, size_t n)
{
	uint32_t c;

	for (size_t i = 0; i < n; i++) {
		size_t length = text_char((struct str){ line + i, n - i }, &c);

		if (length == 0 || is_control(line[i]))
			line[i] = ' ';
		else
			i += length - 1;
	}
}

/* *text is a copy afterwards where something was noted. */
static int
check_bytes(struct str *text, const char *name, struct troubles *t, struct arena *a, struct err *e)
{
	struct str rest = *text, line, clean = { 0 };
	int told = 0;

	for (int number = 1; str_line(&rest, &line); number++) {
		size_t at = (size_t)(line.p - text->p);

		if (check_line(line, name, number, e) == 0)
			continue;
		/* Of a file in another encoding each line is wrong. */
		if (told++ < BYTES_TOLD && trouble_note(t, e) < 0)
			return -1;
		if (!clean.p)
			clean = arena_str(a, *text);
		blank_foreign((char *)(uintptr_t)clean.p + at, line.n);
	}
	*e = (struct err){ 0 };
	*text = clean.p ? clean : *text;
	return 0;
}

/* The lines between the two "---"; *behind is the text after them. */
static bool
cut(struct str text, struct str *yaml, struct str *behind, int *lines)
{
	struct str rest = text, line;

	if (str_starts(text, STR("\xef\xbb\xbf")))
		rest = str_from(text, 3);
	if (!str_line(&rest, &line) || !str_eqz(line, "---"))
		return false;
	*yaml = rest;
	for (*lines = 1; str_line(&rest, &line); ++*lines) {
		if (!str_eqz(str_trim(line), "---"))
			continue;
		yaml->n = (size_t)(line.p - yaml->p);
		++*lines;
		*behind = rest;
		return true;
	}
	return false;
}

static int
read_draft(const struct yaml *y, const char *name, struct front *out, struct err *e)
{
	if (!str_eqz(y->text, "true") && !str_eqz(y->text, "false"))
		return err_set(e, ERR_DATA, "%s:%d: draft: is true or false, not '%.*s'", name,
			y->line, STR_ARG(y->text));
	out->draft = str_eqz(y->text, "true");
	return 0;
}

static int
read_key(const struct yaml *y, const char *name, struct arena *a, struct front *out, struct err *e)
{
	struct key keys[] = {
		{ "title", &out->title, &out->title_line, TITLE },
		{ "summary", &out->summary, &out->summary_line, 2000 },
		{ "subject", &out->subject, &out->subject_line, 400 },
		{ "preheader", &out->preheader, &out->preheader_line, 400 },
		{ "author", &out->author, NULL, 200 },
		{ "number", &out->number, NULL, 20 },
	};

	if (y->kind == YAML_NULL)
		return 0;
	if (y->kind != YAML_SCALAR)
		return err_set(e, ERR_DATA, "%s:%d: %.*s: %s where a single value belongs", name,
			y->line, STR_ARG(y->key), yaml_kind_name(y));
	if (str_eqz(y->key, "draft"))
		return read_draft(y, name, out, e);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (!str_eqz(y->key, keys[i].name))
			continue;
		*keys[i].to = text_clean(y->text, a);
		if (keys[i].to->n > keys[i].most * 4 || text_width(*keys[i].to) > keys[i].most)
			return err_set(e, ERR_DATA, "%s:%d: %s: more than %ju characters", name,
				y->line, keys[i].name, (uintmax_t)keys[i].most);
		if (keys[i].line)
			*keys[i].line = y->line;
		return 0;
	}
	return err_set(e, ERR_DATA,
		"%s:%d: %.*s: unknown key; allowed are title, summary, subject, preheader, author, "
		"number, draft",
		name, y->key_line, STR_ARG(y->key));
}

static int
need(struct str value, const char *why, const char *name, struct troubles *t, struct err *e)
{
	if (value.n)
		return 0;
	err_fill(e, ERR_DATA, "%s:2: %s", name, why);
	return trouble_note(t, e);
}

static int
read_keys(struct str yaml, const char *name, struct troubles *t, struct arena *a, struct front *out,
	struct err *e)
{
	struct yaml *doc;

	if (yaml_parse(yaml, name, 1, a, &doc, e) < 0)
		return -1;
	if (doc->kind != YAML_MAP)
		return err_set(e, ERR_DATA, "%s:2: the front matter is %s, not keys and values",
			name, yaml_kind_name(doc));
	for (const struct yaml *y = doc->child; y; y = y->next)
		if (read_key(y, name, a, out, e) < 0 && trouble_note(t, e) < 0)
			return -1;
	return need(out->title, "title: is missing; it is the lead headline", name, t, e) < 0
		       ? -1
		       : need(out->summary,
				 "summary: is missing; it is the standfirst under the headline",
				 name, t, e);
}

int
front_read(struct str text, const char *name, struct troubles *t, struct arena *a,
	struct front *out, struct err *e)
{
	struct str yaml;

	*out = (struct front){ 0 };
	if (check_bytes(&text, name, t, a, e) < 0)
		return -1;
	if (!cut(text, &yaml, &out->body, &out->body_line))
		return err_set(e, ERR_DATA,
			"%s:1: no front matter; begin with a line ---, then title: and summary:, "
			"then a line ---",
			name);
	if (read_keys(yaml, name, t, a, out, e) < 0 && trouble_note(t, e) < 0)
		return -1;
	if (out->subject.n == 0)
		out->subject = text_cut(out->title, SUBJECT, a);
	if (out->preheader.n == 0)
		out->preheader = text_cut(out->summary, PREHEADER, a);
	return 0;
}

int
front_parse(struct str text, const char *name, struct arena *a, struct front *out, struct err *e)
{
	return front_read(text, name, NULL, a, out, e);
}
