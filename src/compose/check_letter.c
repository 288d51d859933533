/* check_letter.c: rules about the letter as it goes out: its size, the way out of the list, the
 * address, and how wide its text is. */
#include <string.h>

#include "base/text.h"
#include "compose/check_desk.h"

enum { HTML_FAIL = 102000, HTML_WARN = 90000, MESSAGE = 250 * 1000, COLUMNS = 78, WIDE_TOLD = 5 };

/* The bytes of the part's body, encoded as it goes out, without the readers' own values. */
static size_t
encoded_html(const struct check_desk *d)
{
	struct str rest = d->c->letter.bytes;
	ptrdiff_t at = str_find_str(rest, STR("Content-Type: text/html"));

	rest = str_from(rest, at < 0 ? rest.n : (size_t)at);
	at = str_find_str(rest, STR("\r\n\r\n"));
	rest = str_from(rest, at < 0 ? rest.n : (size_t)at + 4);
	at = str_find_str(rest, STR("\r\n--=_"));
	return at < 0 ? rest.n : (size_t)at;
}

void
check_size(struct check_desk *d)
{
	size_t html = d->c->html.n, whole = d->c->letter.frozen_size;

	if (html >= HTML_WARN)
		check_find(d, html >= HTML_FAIL ? CHECK_FAIL : CHECK_WARN, "html-size", 0,
			str_of(arena_printf(d->a, "%zu bytes of HTML", html)),
			"shorten it: from about 102,000 on Gmail cuts it off, the unsubscribe link "
			"first");
	else if (encoded_html(d) >= HTML_FAIL)
		check_find(d, CHECK_WARN, "html-sent", 0,
			str_of(arena_printf(d->a, "%zu bytes of HTML as they are sent, encoded",
				encoded_html(d))),
			"shorten it: some programs that cut at 102,000 may count these");
	/* Of a picture's 57 bytes base64 makes a line of 76 and its end. */
	if (whole > MESSAGE)
		check_find(d, CHECK_FAIL, "message-size", 0,
			str_of(arena_printf(d->a, "a message of %zu bytes, %zu of them pictures",
				whole, d->c->picture_bytes * 78 / 57)),
			"at most 250,000 are taken everywhere");
}

/* -- the way out of the list ------------------------------------------------------------------ */

/* A link that is to be seen, to that address and the reader's own token behind it. */
static bool
page_leads_to(const struct check_desk *d, struct str url)
{
	for (size_t i = 0; i < d->page.count; i++) {
		struct str href, words;
		struct buf b;

		if (!str_eqz(d->page.nodes[i].name, "a") || d->page.nodes[i].hidden ||
			!page_attribute(&d->page.nodes[i], "href", d->a, &href) ||
			!str_eq(href, url))
			continue;
		buf_init(&b, d->c->html.n + 1);
		page_words(&d->page, (int)i, &b);
		words = arena_str(d->a, buf_str(&b));
		buf_free(&b);
		if (words.n)
			return true;
	}
	return false;
}

static bool
header_has(const struct check_desk *d, const char *field)
{
	struct str bytes = d->c->letter.bytes;
	ptrdiff_t end = str_find_str(bytes, STR("\r\n\r\n"));

	return str_find_str(str_sub(bytes, 0, end < 0 ? 0 : (size_t)end),
		       str_of(arena_printf(d->a, "\r\n%s: ", field))) >= 0;
}

void
check_unsubscribe(struct check_desk *d)
{
	const char *base = d->p->settings.publication.url;
	struct str token = letter_mark(LETTER_TOKEN);
	struct str leave = str_of(arena_printf(d->a, "%s/u/%.*s", base, STR_ARG(token)));
	struct str change = str_of(arena_printf(d->a, "%s/p/%.*s", base, STR_ARG(token)));

	if (!header_has(d, "List-Unsubscribe") || !header_has(d, "List-Unsubscribe-Post"))
		check_find(d, CHECK_FAIL, "unsubscribe", 0,
			STR("the header has no List-Unsubscribe"), "this is a bug: tell us");
	if (!page_leads_to(d, leave))
		check_find_at(d, CHECK_FAIL, "unsubscribe", STR("templates/footer.html"),
			STR("the HTML has no link to leave the list that can be seen"),
			"put {{link.unsubscribe}} back: the law and every mailbox provider ask "
			"for it");
	if (str_find_str(d->c->text, leave) < 0)
		check_find_at(d, CHECK_FAIL, "unsubscribe", STR("templates/issue.txt"),
			STR("the text part has no link to leave the list"),
			"put {{{link.unsubscribe}}} back on a line of its own");
	if (!page_leads_to(d, change) || str_find_str(d->c->text, change) < 0)
		check_find_at(d, CHECK_WARN, "preferences", STR("templates/footer.html"),
			STR("a part has no link to the reader's preferences"),
			"put {{link.preferences}} back, or more will leave");
}

/* A line of the address at a time: templates set it as they like. */
static void
check_address_line(struct check_desk *d, struct str line, struct str text)
{
	line = check_fold(line, d->a);
	if (line.n == 0)
		return;
	if (str_find_str(d->words, line) < 0)
		check_find_at(d, CHECK_FAIL, "postal-address", STR("templates/footer.html"),
			str_of(arena_printf(d->a, "the HTML does not show the postal address: %.*s",
				STR_ARG(line))),
			"put {{publication.postal_address}} back: the law asks for it");
	if (str_find_str(text, line) < 0)
		check_find_at(d, CHECK_FAIL, "postal-address", STR("templates/issue.txt"),
			str_of(arena_printf(d->a,
				"the text part does not show the postal address: %.*s",
				STR_ARG(line))),
			"put {{{address_text}}} back: the law asks for it");
}

void
check_address(struct check_desk *d)
{
	struct str rest = str_of(d->p->settings.publication.postal_address), line;
	struct str text = check_fold(d->c->text, d->a);

	while (str_line(&rest, &line))
		check_address_line(d, line, text);
}

/* -- the text part ---------------------------------------------------------------------------- */

void
check_text_width(struct check_desk *d)
{
	struct str rest = d->c->text, line;
	int told = 0;

	while (str_line(&rest, &line) && told < WIDE_TOLD) {
		size_t width = text_width(line);

		if (width <= COLUMNS || str_find_str(line, STR("://")) >= 0 ||
			str_find(line, '\1') >= 0)
			continue;
		told++;
		check_find(d, CHECK_WARN, "text-width", check_line_with(d, str_trim(line)),
			str_of(arena_printf(d->a, "a line of %zu columns in the text part: %.*s",
				width, STR_ARG(text_cut(line, 60, d->a)))),
			"78 are shown whole: break it, if it is code");
	}
}
