#include "compose/note.h"

#include "base/text.h"
#include "compose/templates.h"
#include "mail/message.h"

enum { COLUMNS = 72, PART = 1 << 20 };

static void
put_links(struct templates *t, struct value *data)
{
	struct value *link = template_object(t->arena);

	templates_put_link(t, link, "confirm", "c", LETTER_CONFIRM);
	templates_put_link(t, link, "return", "r", LETTER_TOKEN);
	templates_put_link(t, link, "preferences", "p", LETTER_TOKEN);
	templates_put_link(t, link, "unsubscribe", "u", LETTER_TOKEN);
	template_put(data, STR("link"), link);
}

static struct value *
data_of(struct templates *t, enum letter_slot email)
{
	struct value *data = template_object(t->arena), *who = template_object(t->arena);

	templates_put_publication(t, data);
	template_put(data, STR("words"), words_value(t->words));
	put_links(t, data);
	template_put(who, STR("email"), template_slot(t->arena, letter_mark(email)));
	template_put(data, STR("subscriber"), who);
	return data;
}

static struct str
swap(struct str s, struct str from, struct str to, struct arena *a)
{
	ptrdiff_t at;
	struct buf b;

	buf_init(&b, PART);
	while ((at = str_find_str(s, from)) >= 0) {
		buf_add(&b, str_sub(s, 0, (size_t)at));
		buf_add(&b, to);
		s = str_from(s, (size_t)at + from.n);
	}
	buf_add(&b, s);
	return buf_keep(&b, a);
}

static struct str
wrap_lines(struct str s, struct arena *a)
{
	struct str line;
	struct buf b;

	buf_init(&b, PART);
	while (str_line(&s, &line)) {
		if (text_width(line) > COLUMNS)
			text_wrap(line, COLUMNS, (struct str){ 0 }, (struct str){ 0 }, &b);
		else
			buf_printf(&b, "%.*s\n", STR_ARG(line));
	}
	return buf_keep(&b, a);
}

/* Words come as long as they are; a line of an address stays whole. Where the reader's is filled in later it
 * takes up more than its mark: as much as most have, with a little to spare up to 78 columns. */
static struct str
wrap(struct str s, struct arena *a)
{
	struct str mark = letter_mark(LETTER_EMAIL);
	struct str wide =
		str_of(arena_printf(a, "%.*s%s", STR_ARG(mark), "<an-address-of-26-columns>"));

	return swap(wrap_lines(swap(s, mark, wide, a), a), wide, mark, a);
}

static int
render(struct templates *t, const char *kind, struct note *out, struct err *e)
{
	struct value *html = data_of(t, LETTER_EMAIL_HTML), *text = data_of(t, LETTER_EMAIL);
	const char *name = arena_printf(t->arena, "note-%s", kind);
	struct str subject = str_of(arena_printf(t->arena, "{{> words.note_%s_subject}}", kind));

	if (templates_load_theme(t, e) < 0)
		return -1;
	template_put(html, STR("theme"), t->theme.values);
	if (templates_render_text(t, subject, name, text, TEMPLATE_PLAIN, &out->subject, e) < 0)
		return -1;
	templates_put(t, html, "title", out->subject);
	templates_put(t, text, "title", out->subject);
	if (templates_render(t, arena_printf(t->arena, "%s.html", name), html, TEMPLATE_HTML,
		    &out->html, e) < 0 ||
		templates_render(t, arena_printf(t->arena, "%s.txt", name), text, TEMPLATE_PLAIN,
			&out->text, e) < 0)
		return -1;
	out->text = wrap(out->text, t->arena);
	return 0;
}

static int
freeze(const struct settings *s, struct arena *a, struct note *out, struct err *e)
{
	const struct message m = { .from_name = str_of(s->sender.from_name),
		.from_email = str_of(s->sender.from_email),
		.reply_to = str_of(s->sender.reply_to),
		.subject = out->subject,
		.list_name = str_of(s->publication.name),
		.list_id = str_of(s->publication.list_id),
		.feedback_id = str_of(s->publication.feedback_id),
		.auto_generated = true,
		.text = out->text,
		.html = out->html };

	if (message_freeze(&m, a, &out->letter, e) < 0)
		return -1;
	letter_hash(&out->letter, out->hash);
	return 0;
}

int
note_compose(const struct publication *p, const char *kind, struct arena *a, struct note *out,
	struct err *e)
{
	struct words words;
	struct templates t = { .publication = p, .arena = a, .ending = ".html", .words = &words };

	*out = (struct note){ 0 };
	if (words_load(p->dir, p->settings.publication.language, a, &words, e) < 0 ||
		render(&t, kind, out, e) < 0 || freeze(&p->settings, a, out, e) < 0)
		return err_wrap(e, "the note '%s'", kind);
	return 0;
}
