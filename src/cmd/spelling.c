#include "cmd/spelling.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "compose/spelling.h"

#define WORDS_FILE "spelling.txt"

enum { SECONDS = 10, ANSWERS = 8 << 20, QUESTIONS = 4 << 20, WORDS = 1 << 20, TOLD = 100 };

/* -- its dictionary --------------------------------------------------------------------------- */

static bool
is_there(struct arena *a, const char *name)
{
	static const char *const folders[] = { "/usr/share/hunspell", "/usr/share/myspell/dicts",
		"/usr/local/share/hunspell" };

	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		if (access(arena_printf(a, "%s/%s.dic", folders[i], name), R_OK) == 0)
			return true;
	return false;
}

/* A language without a country: its dictionaries, all of which may have a word. Others are named as
 * de_DE is. */
static const char *
names_of(struct str language, struct arena *a)
{
	static const struct {
		const char *language, *names;
	} rows[] = { { "en", "en_US en_GB" }, { "pt", "pt_BR pt_PT" }, { "sv", "sv_SE" },
		{ "da", "da_DK" }, { "cs", "cs_CZ" }, { "uk", "uk_UA" }, { "el", "el_GR" },
		{ "sl", "sl_SI" } };
	char *name;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (str_ieq(language, str_of(rows[i].language)))
			return rows[i].names;
	name = arena_printf(a, "%.*s_%.*s", STR_ARG(language), STR_ARG(language));
	for (size_t i = language.n + 1; name[i]; i++)
		name[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 32 : name[i]);
	return name;
}

/* "en-GB" is en_GB; "en" is en_US,en_GB as far as they are there; NULL: nothing is. */
static const char *
dictionary_of(const char *tag, struct arena *a)
{
	struct str rest = str_of(tag), language = { 0 }, country = { 0 }, name;
	const char *found = NULL;

	if (!file_is_plain(rest) || str_find(rest, '/') >= 0)
		return NULL;
	str_split(&rest, '-', &language);
	str_split(&rest, '-', &country);
	rest = str_of(
		country.n ? arena_printf(a, "%.*s_%.*s", STR_ARG(language), STR_ARG(country))
			  : arena_printf(a, "%.*s %s", STR_ARG(language), names_of(language, a)));
	while (str_split(&rest, ' ', &name))
		if (is_there(a, arena_strz(a, name)))
			found = arena_printf(
				a, "%s%s%.*s", found ? found : "", found ? "," : "", STR_ARG(name));
	return found;
}

/* -- its answers ------------------------------------------------------------------------------ */

static int
ask(const char *program, const char *dictionary, struct spelling_word *words, size_t n,
	struct arena *a, struct err *e)
{
	const char *argv[] = { "hunspell", "-a", "-i", "UTF-8", "-d", dictionary, NULL };
	struct buf questions, answers;
	int status;

	buf_init(&questions, QUESTIONS);
	buf_init(&answers, ANSWERS);
	spelling_ask(words, n, &questions);
	status = child_run(program, argv, buf_str(&questions), SECONDS * CLOCK_SECOND, &answers, e);
	if (status == 0)
		status = spelling_read(buf_str(&answers), words, n, a, e);
	buf_free(&questions);
	buf_free(&answers);
	return status;
}

/* Of the paragraph that begins in that line, the line that has the word. */
static int
line_of(const struct composed *c, const struct spelling_word *w)
{
	struct str rest = c->front.body, line;

	for (int n = c->front.body_line + 1; str_line(&rest, &line); n++)
		if (n >= w->line && str_find_str(line, w->word) >= 0)
			return w->line > c->front.body_line ? n : w->line;
	return w->line;
}

static void
tell(const struct composed *c, const char *path, const struct spelling_word *w, struct arena *a,
	struct findings *out)
{
	struct str hint = w->suggestions;

	findings_add(out, a,
		&(struct check_finding){ CHECK_WARN, "spelling",
			str_of(arena_printf(a, "%s:%d", path, line_of(c, w))),
			str_of(arena_printf(
				a, "the dictionary does not have '%.*s'", STR_ARG(w->word))),
			arena_printf(a, "%s%.*s%s" WORDS_FILE, hint.n ? "perhaps " : "",
				STR_ARG(hint),
				hint.n ? "; if it is right, put it into "
				       : "if it is right, put it into ") });
}

static int
read_known(const struct publication *p, struct arena *a, struct str *out, struct err *e)
{
	struct str own = { 0 };

	if (file_read(p->dir, WORDS_FILE, WORDS, a, &own, e) < 0 && e->code != ERR_NOINPUT)
		return -1;
	*e = (struct err){ 0 };
	*out = str_of(arena_printf(a, "%s\n%.*s", p->settings.publication.name, STR_ARG(own)));
	return 0;
}

int
spelling_check(const struct publication *p, struct day day, const struct composed *c,
	struct arena *a, struct findings *out, struct err *e)
{
	const char *program = child_find("hunspell", a), *dictionary;
	struct err wrong = { 0 };
	struct spelling_word *words;
	struct str known;
	size_t n, told = 0;
	char path[32];

	if (read_known(p, a, &known, e) < 0)
		return -1;
	dictionary = program ? dictionary_of(p->settings.publication.language, a) : NULL;
	spelling_words(c, str_of(p->settings.publication.language), known, a, &words, &n);
	if (!dictionary || n == 0) {
		log_debug(
			"spelling: %s", program ? "nothing to ask, or no dictionary of the language"
						: "hunspell is not installed");
		return 0;
	}
	if (ask(program, dictionary, words, n, a, &wrong) < 0) {
		log_warn("spelling is not checked: %s", wrong.text);
		return 0;
	}
	publication_issue_path(day, path);
	for (size_t i = 0; i < n && told < TOLD; i++)
		if (words[i].unknown) {
			tell(c, path, &words[i], a, out);
			told++;
		}
	return 0;
}
