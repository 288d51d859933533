#include "settings/words.h"

#include <assert.h>

#include "base/asset.h"
#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"

enum { FILE_LIMIT = 256 * 1024, WORD_LIMIT = 4 * 1024, LANGUAGE_LIMIT = 8 };

/* -- reading ---------------------------------------------------------------------------------- */

/* With values in it, {{who}}: {{words.key}} would show the braces, so that there is no such name. */
static bool
is_sentence(struct str word)
{
	return str_find_str(word, STR("{{")) >= 0;
}

static int
check(const struct yaml *file, const char *name, struct err *e)
{
	if (file->kind == YAML_NULL)
		return 0;
	if (file->kind != YAML_MAP)
		return err_set(e, ERR_DATA, "%s:%d: words are a map, not %s", name, file->line,
			yaml_kind_name(file));
	for (const struct yaml *y = file->child; y; y = y->next)
		if (y->kind != YAML_SCALAR || y->text.n > WORD_LIMIT)
			return err_set(e, ERR_DATA,
				"%s:%d: %.*s: a word is text of at most %d bytes, not %s", name,
				y->key_line, STR_ARG(y->key), WORD_LIMIT,
				y->kind == YAML_SCALAR ? "more" : yaml_kind_name(y));
	return 0;
}

static int
add(struct words *w, struct str text, const char *name, struct arena *a, struct err *e)
{
	struct yaml *file;

	if (yaml_parse(text, name, 0, a, &file, e) < 0 || check(file, name, e) < 0)
		return -1;
	w->files[w->count++] = file;
	return 0;
}

/* 1 the publication has such a file, 0 it has not. */
static int
add_own(struct words *w, int dir, const char *name, struct arena *a, struct err *e)
{
	struct str text;

	if (file_read(dir, name, FILE_LIMIT, a, &text, e) == 0)
		return add(w, text, name, a, e) < 0 ? -1 : 1;
	if (e->code != ERR_NOINPUT)
		return -1;
	*e = (struct err){ 0 };
	return 0;
}

static int
add_built_in(struct words *w, const char *name, struct arena *a, struct err *e)
{
	const struct asset *asset = asset_find(name);

	if (!asset)
		return 0;
	return add(w, asset->bytes, name, a, e) < 0 ? -1 : 1;
}

/* "de" of "de-AT". */
static const char *
primary_tag(const char *language, struct arena *a)
{
	char *tag = arena_strz(a, str_sub(str_of(language), 0, LANGUAGE_LIMIT));

	for (char *c = tag; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
		if (*c < 'a' || *c > 'z') {
			*c = '\0';
			break;
		}
	}
	return tag;
}

static struct value *
make_value(const struct words *w, struct arena *a)
{
	struct value *o = template_object(a);

	for (size_t i = w->count; i-- > 0;)
		for (const struct yaml *y = w->files[i]->child; y; y = y->next)
			if (!is_sentence(y->text))
				template_put(o, y->key, template_text(a, y->text));
	template_put(o, STR("language"), template_text(a, str_of(w->language)));
	template_put(o, STR("direction"), template_text(a, str_of(text_direction(w->language))));
	return o;
}

int
words_load(int dir, const char *language, struct arena *a, struct words *out, struct err *e)
{
	const char *tag = primary_tag(language, a),
		   *name = arena_printf(a, "templates/words-%s.yaml", tag);
	int own, built_in;

	*out = (struct words){ .language = tag };
	if ((own = add_own(out, dir, name, a, e)) < 0 ||
		(built_in = add_built_in(out, name, a, e)) < 0)
		return -1;
	if (!own && !built_in)
		out->language = "en";
	if (!str_eqz(str_of(tag), "en") && add_built_in(out, "templates/words-en.yaml", a, e) < 0)
		return -1;
	out->value = make_value(out, a);
	return 0;
}

/* -- finding ---------------------------------------------------------------------------------- */

static bool
find(const struct words *w, const char *key, struct str *word)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct yaml *y =
			w->files[i]->kind == YAML_MAP ? yaml_get(w->files[i], key) : NULL;

		if (y) {
			*word = y->text;
			return true;
		}
	}
	return false;
}

struct value *
words_value(const struct words *w)
{
	return w->value;
}

int
words_partial(const struct words *w, struct str name, struct str *text, struct err *e)
{
	static const struct str prefix = STR_INIT("words.");
	struct arena a = { 0 };
	bool found;

	if (!str_starts(name, prefix))
		return 0;
	found = find(w, arena_strz(&a, str_from(name, prefix.n)), text);
	arena_free(&a);
	return found ? 1
		     : err_set(e, ERR_DATA, "templates/words-%s.yaml: there is no word %.*s",
			       w->language, STR_ARG(str_from(name, prefix.n)));
}

struct str
words_get(const struct words *w, const char *key)
{
	struct str word = { 0 };
	bool found = find(w, key, &word);

	assert(found);
	return word;
}

/* -- with values ------------------------------------------------------------------------------ */

/* One of these words with its values: they are plain text, as everything here is until a template
 * escapes it. A mistake in an own file leaves the word as it stands there. */
static struct str
fill(struct str word, const struct value *data, struct arena *a)
{
	const struct template_options options = { .escape = TEMPLATE_PLAIN };
	struct err e = { 0 };
	struct buf b;

	buf_init(&b, WORD_LIMIT * 2);
	if (template_render(word, "words", data, &options, &b, &e) == 0)
		word = arena_str(a, buf_str(&b));
	buf_free(&b);
	return word;
}

struct str
words_count(const struct words *w, const char *key, uint64_t n, struct arena *a)
{
	const char *form = arena_printf(a, "%s.%s", key, n == 1 ? "one" : "other");
	struct value *data = template_object(a);

	template_put(data, STR("n"),
		template_text(a, str_of(arena_printf(a, "%llu", (unsigned long long)n))));
	return fill(words_get(w, form), data, a);
}

struct str
words_date(const struct words *w, struct day day, struct arena *a)
{
	struct value *data = template_object(a);

	template_put(data, STR("weekday"),
		template_text(a, words_get(w, arena_printf(a, "weekday_%d", clock_weekday(day)))));
	template_put(data, STR("day"), template_text(a, str_of(arena_printf(a, "%d", day.day))));
	template_put(data, STR("month"),
		template_text(a, words_get(w, arena_printf(a, "month_%d", day.month))));
	template_put(data, STR("year"), template_text(a, str_of(arena_printf(a, "%d", day.year))));
	return fill(words_get(w, "date"), data, a);
}
