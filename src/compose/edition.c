#include "compose/edition.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/asset.h"
#include "base/file.h"
#include "base/sign.h"
#include "base/text.h"
#include "compose/album.h"
#include "compose/amount.h"
#include "compose/blocks.h"
#include "compose/lead.h"
#include "compose/templates.h"
#include "mail/message.h"

/*
 * The text part has fixed lines of so many columns. format=flowed (RFC 3676) was tried: its blanks
 * at the ends of lines survive quoted-printable, as =20, but mutt, which flows again, moves what
 * hangs under a list's mark or a table's column to the left edge, and shows a blank the less before a
 * line that begins with one, so that columns no longer stand below each other.
 */
enum { COLUMNS = 72 };

enum { ISSUE = 4 << 20, TEMPLATE = 1 << 20, PART = 16 << 20 };

/* All that one composition needs at hand. */
struct press {
	struct templates t;
	const struct publication *p;
	struct day day;
	struct arena *a;
	const struct figures *figures;
	struct album album;
	char file[32]; /* the issue's */
	bool no_prompts;
	struct troubles *troubles; /* NULL: the first ends it */
};

/* 0 went well; 1 it did not, which was noted: what depends on it has to be left; -1. */
static int
noted(struct press *press, int status, struct err *e)
{
	if (status == 0)
		return 0;
	return trouble_note(press->troubles, e) < 0 ? -1 : 1;
}

/* -- what the templates are given ------------------------------------------------------------- */

static struct str
long_date(struct press *press)
{
	static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday",
		"Friday", "Saturday" };
	static const char *const months[] = { "January", "February", "March", "April", "May",
		"June", "July", "August", "September", "October", "November", "December" };
	struct day d = press->day;

	return str_of(arena_printf(press->a, "%s, %d %s %d", days[clock_weekday(d)], d.day,
		months[d.month - 1], d.year));
}

static struct str
issue_url(struct press *press)
{
	char day[11];

	clock_print_day(press->day, day);
	return str_of(
		arena_printf(press->a, "%s/issues/%s", press->p->settings.publication.url, day));
}

static void
put_person(struct press *press, struct value *data)
{
	struct value *link = template_object(press->a), *who = template_object(press->a);
	bool html = strcmp(press->t.ending, ".html") == 0;

	templates_put_link(&press->t, link, "unsubscribe", "u", LETTER_TOKEN);
	templates_put_link(&press->t, link, "preferences", "p", LETTER_TOKEN);
	template_put(link, STR("browser"), template_slot(press->a, issue_url(press)));
	template_put(data, STR("link"), link);
	template_put(who, STR("name"),
		template_slot(press->a, letter_mark(html ? LETTER_NAME_HTML : LETTER_NAME)));
	template_put(who, STR("email"),
		template_slot(press->a, letter_mark(html ? LETTER_EMAIL_HTML : LETTER_EMAIL)));
	template_put(data, STR("subscriber"), who);
}

/* Where a line is read from right to left, its template says so: "rtl", else null. */
static void
put_direction(struct press *press, struct value *o, const char *name, struct str words)
{
	templates_put(
		&press->t, o, name, text_is_right_to_left(words) ? STR("rtl") : (struct str){ 0 });
}

static void
put_front(struct press *press, struct value *data, const struct composed *c)
{
	templates_put(&press->t, data, "title", amount_keep_whole(c->front.title, press->a));
	templates_put(&press->t, data, "summary", amount_keep_whole(c->front.summary, press->a));
	put_direction(press, data, "title_direction", c->front.title);
	put_direction(press, data, "summary_direction", c->front.summary);
	templates_put(&press->t, data, "author", c->front.author);
	templates_put(&press->t, data, "number", c->front.number);
	templates_put(&press->t, data, "preheader", c->front.preheader);
	templates_put(&press->t, data, "date", long_date(press));
	template_put(data, STR("theme"), press->t.theme.values);
}

static void
heading(struct str title, char rule, struct buf *out)
{
	size_t width = text_width(title);

	text_wrap(title, COLUMNS, (struct str){ 0 }, (struct str){ 0 }, out);
	buf_fill(out, rule, width < COLUMNS ? width : COLUMNS);
}

static void
wrap(struct str s, struct buf *out)
{
	text_wrap(s, COLUMNS, (struct str){ 0 }, (struct str){ 0 }, out);
}

static struct str
masthead_text(struct press *press, const struct composed *c)
{
	const struct settings_publication *s = &press->p->settings.publication;
	struct buf b;

	buf_init(&b, TEMPLATE);
	heading(str_of(s->name), '=', &b);
	buf_addc(&b, '\n');
	if (*s->tagline)
		wrap(str_of(s->tagline), &b);
	buf_printf(&b, "%.*s%s%.*s\n\n", STR_ARG(long_date(press)),
		c->front.number.n ? ", No. " : "", STR_ARG(c->front.number));
	buf_printf(&b, "Read this issue in your browser:\n%.*s\n\n\n", STR_ARG(issue_url(press)));
	heading(c->front.title, '=', &b);
	buf_addz(&b, "\n\n");
	wrap(c->front.summary, &b);
	if (c->front.author.n) {
		buf_addc(&b, '\n');
		wrap(str_of(arena_printf(press->a, "By %.*s", STR_ARG(c->front.author))), &b);
	}
	return buf_keep(&b, press->a);
}

static void
put_texts(struct press *press, struct value *data, const struct composed *c)
{
	const struct settings_publication *s = &press->p->settings.publication;
	struct buf b;

	templates_put(&press->t, data, "masthead_text", masthead_text(press, c));
	buf_init(&b, TEMPLATE);
	wrap(str_of(arena_printf(
		     press->a, "You get this because you subscribed to %s as", s->name)),
		&b);
	/* An address may be longer than a line. */
	buf_printf(&b, "%.*s.\n", STR_ARG(letter_mark(LETTER_EMAIL)));
	templates_put(&press->t, data, "footer_text", buf_keep(&b, press->a));
	buf_init(&b, TEMPLATE);
	wrap(templates_one_line(press->a, s->postal_address), &b);
	templates_put(&press->t, data, "address_text", buf_keep(&b, press->a));
}

static struct value *
department_value(struct press *press, const struct department *d)
{
	struct value *o = template_object(press->a);
	struct buf b;

	templates_put(&press->t, o, "title", d->title);
	put_direction(press, o, "heading_direction", d->title);
	template_put(o, STR("html"), template_raw(press->a, d->html));
	template_put(o, STR("text"), template_raw(press->a, d->text));
	buf_init(&b, TEMPLATE);
	heading(d->title, '=', &b);
	buf_addc(&b, '\n');
	templates_put(&press->t, o, "heading_text", buf_keep(&b, press->a));
	return o;
}

static struct value *
data_of(struct press *press, const struct composed *c)
{
	struct value *data = template_object(press->a), *list = template_list(press->a);

	templates_put_publication(&press->t, data);
	put_person(press, data);
	put_front(press, data, c);
	put_texts(press, data, c);
	template_put(data, STR("lead"), department_value(press, &c->markdown.departments[0]));
	for (size_t i = 1; i < c->markdown.count; i++)
		if (!c->markdown.departments[i].empty)
			template_append(list, department_value(press, &c->markdown.departments[i]));
	template_put(data, STR("departments"), list);
	return data;
}

/* -- the road --------------------------------------------------------------------------------- */

static int
read_issue(struct press *press, struct composed *out, struct err *e)
{
	struct str text;

	publication_issue_path(press->day, press->file);
	if (file_read(press->p->dir, press->file, ISSUE, press->a, &text, e) < 0) {
		if (e->code == ERR_NOINPUT)
			return err_set(e, ERR_NOINPUT,
				"%s/%s: there is no such issue; write it, or name another day with "
				"--date",
				press->p->path, press->file);
		return -1;
	}
	if (front_read(text, press->file, press->troubles, press->a, &out->front, e) < 0)
		return -1;
	out->has_front = out->front.title.n && out->front.summary.n;
	return 0;
}

/* The publication's, or, where that is of no use, the built-in one. */
static int
read_theme(struct press *press, struct err *e)
{
	static const char path[] = "templates/theme.yaml";
	int got = noted(press, templates_load_theme(&press->t, e), e);

	return got <= 0 ? got
			: theme_parse(asset_find(path)->bytes, path, press->a, &press->t.theme, e);
}

struct looking {
	struct press *press;
	struct blocks *blocks;
};

/* A markdown_block_fn. In the place of a block that cannot be used stands its name: its department is
 * not an empty one. */
static int
render_block(void *context, struct str name, struct str body, int line, struct buf *html,
	struct buf *text, struct err *e)
{
	struct looking *l = context;
	size_t html_before = html->n, text_before = text->n;
	int got = blocks_render(l->blocks, name, body, line, html, text, e);

	if (got >= 0)
		return got;
	if (noted(l->press, got, e) < 0)
		return -1;
	buf_cut(html, html_before);
	buf_cut(text, text_before);
	buf_add(html, name);
	buf_printf(text, "%.*s\n", STR_ARG(name));
	return 1;
}

static int
render_departments(struct press *press, struct composed *out, struct err *e)
{
	struct blocks_record record = { 0 };
	struct blocks blocks = { .settings = &press->p->settings,
		.theme = &press->t.theme,
		.file = press->file,
		.columns = COLUMNS,
		.arena = press->a,
		.find = templates_find,
		.context = &press->t,
		.day = press->day,
		.figures = press->figures,
		.album = &press->album,
		.record = &record };
	struct looking looking = { press, &blocks };
	const struct markdown_options o = { .theme = &press->t.theme,
		.block = render_block,
		.context = &looking,
		.columns = COLUMNS,
		.no_prompts = press->no_prompts,
		.album = &press->album };
	int status = markdown_render(out->front.body, press->file, out->front.body_line, &o,
		press->a, &out->markdown, e);

	out->shown = record.shown;
	out->shown_count = record.shown_count;
	out->notes = record.notes;
	out->note_count = record.note_count;
	out->pictures = press->album.pictures;
	out->picture_count = press->album.count;
	out->picture_bytes = press->album.bytes;
	return status;
}

/* Blanks that break no line keep figures together until here; in a terminal they are none
 * (EMAIL.md 7). */
static struct str
plain_blanks(struct press *press, struct str s)
{
	static const struct str narrow = STR_INIT("\xe2\x80\xaf"), wide = STR_INIT("\xc2\xa0");
	struct buf b;

	buf_init(&b, PART);
	while (s.n) {
		size_t n = str_starts(s, narrow) ? narrow.n : str_starts(s, wide) ? wide.n : 0;

		buf_addc(&b, n ? ' ' : s.p[0]);
		s = str_from(s, n ? n : 1);
	}
	return buf_keep(&b, press->a);
}

/* No line of the text part ends in blanks, and never are there more than two empty ones
 * together. */
static struct str
tidy_text(struct press *press, struct str s)
{
	struct str line;
	int empty = 0;
	struct buf b;

	s = plain_blanks(press, s);
	buf_init(&b, PART);
	while (str_line(&s, &line)) {
		while (line.n && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
			line.n--;
		empty = line.n ? 0 : empty + 1;
		if (empty > 2 || (empty && b.n == 0))
			continue;
		buf_add(&b, line);
		buf_addc(&b, '\n');
	}
	return buf_keep(&b, press->a);
}

static int
render_part(struct press *press, const char *name, const char *ending, enum template_escape escape,
	const struct composed *c, struct str *out, struct err *e)
{
	press->t.ending = ending;
	return noted(
		press, templates_render(&press->t, name, data_of(press, c), escape, out, e), e);
}

static int
render_parts(struct press *press, struct composed *out, struct err *e)
{
	int html = render_part(press, "issue.html", ".html", TEMPLATE_HTML, out, &out->html, e),
	    text = html < 0 ? -1
			    : render_part(press, "issue.txt", ".txt", TEMPLATE_PLAIN, out,
				      &out->text, e);

	if (text < 0)
		return -1;
	out->text = tidy_text(press, out->text);
	out->has_parts = !html && !text;
	return 0;
}

static int
freeze(struct press *press, struct str edition_hash, struct composed *out, struct err *e)
{
	const struct settings *s = &press->p->settings;
	struct message m = { .from_name = str_of(s->sender.from_name),
		.from_email = str_of(s->sender.from_email),
		.reply_to = str_of(s->sender.reply_to),
		.subject = out->subject,
		.list_name = str_of(s->publication.name),
		.list_id = str_of(s->publication.list_id),
		.unsubscribe_url = str_of(arena_printf(press->a, "%s/u/", s->publication.url)),
		.unsubscribe_mailto = str_of(s->bounce.mailbox.url ? s->sender.bounce : NULL),
		.archived_at = issue_url(press),
		.feedback_id = str_of(s->publication.feedback_id),
		.edition_hash = edition_hash,
		.one_click = true,
		.text = out->text,
		.html = out->html,
		.pictures = out->pictures,
		.picture_count = out->picture_count };

	if (message_freeze(&m, press->a, &out->letter, e) < 0)
		return err_wrap(e, "%s", press->file);
	letter_hash(&out->letter, out->hash);
	return 0;
}

/* Whom the lead is about is shown as well, behind what the blocks show. */
static void
show_lead(const struct edition_options *o, struct arena *a, struct composed *out)
{
	const struct department *d = &out->markdown.departments[0];
	struct shown *all;
	struct lead *leads;
	size_t n;

	if (!o->figures)
		return;
	lead_find(o->figures, out->front.title, d->text, a, &leads, &n);
	all = arena_many(a, out->shown_count + n + 1, struct shown);
	if (out->shown_count)
		memcpy(all, out->shown, out->shown_count * sizeof *all);
	for (size_t i = 0; i < n; i++)
		all[out->shown_count++] = lead_shown(&leads[i], o->figures->day);
	out->shown = all;
}

/* As far as it leads, a step after the other. */
static int
make(struct press *press, const struct edition_options *o, struct composed *out, struct err *e)
{
	int got = noted(press, read_issue(press, out, e), e);

	if (got || read_theme(press, e) < 0)
		return got > 0 ? 0 : -1;
	got = noted(press, render_departments(press, out, e), e);
	out->has_body = got == 0;
	if (got || !out->has_front)
		return got < 0 ? -1 : 0;
	show_lead(o, press->a, out);
	out->subject =
		o->test ? str_of(arena_printf(press->a, "[Test] %.*s", STR_ARG(out->front.subject)))
			: out->front.subject;
	if (render_parts(press, out, e) < 0)
		return -1;
	return out->has_parts && noted(press, freeze(press, o->edition_hash, out, e), e) < 0 ? -1
											     : 0;
}

int
edition_look(const struct publication *p, struct day day, const struct edition_options *o,
	struct troubles *t, struct arena *a, struct composed *out, struct err *e)
{
	struct press press = { .t = { .publication = p, .arena = a, .ending = ".html" },
		.p = p,
		.day = day,
		.a = a,
		.figures = o->figures,
		.no_prompts = o->unedited && p->settings.daily.send_unedited,
		.troubles = t };

	press.album = (struct album){
		.dir = p->dir, .domain = str_of(p->settings.publication.list_id), .arena = a
	};
	*out = (struct composed){ 0 };
	if (make(&press, o, out, e) < 0)
		return -1;
	/* What was passed over is not to be sent. */
	if (t && t->n) {
		out->letter = (struct letter){ 0 };
		out->hash[0] = '\0';
	}
	return 0;
}

int
edition_compose(const struct publication *p, struct day day, const struct edition_options *o,
	struct arena *a, struct composed *out, struct err *e)
{
	return edition_look(p, day, o, NULL, a, out, e);
}

/* The words of a department that has only data beside them are not in a letter without figures. */
static void
hash_words(const struct composed *bare, char out[static SIGN_HEX])
{
	struct buf all;

	buf_init(&all, ISSUE + 2 * sizeof bare->hash);
	buf_printf(&all, "%s\n", bare->hash);
	buf_add(&all, bare->front.body);
	sign_hash_hex(buf_str(&all), out);
	buf_free(&all);
}

int
edition_bare_hash(const struct publication *p, struct day day, const struct edition_options *o,
	struct arena *a, char out[static SIGN_HEX], struct err *e)
{
	struct edition_options options = *o;
	struct composed bare;

	options.figures = NULL;
	if (edition_compose(p, day, &options, a, &bare, e) < 0)
		return -1;
	hash_words(&bare, out);
	return 0;
}

static void
put_value(char mark, const struct letter_values *v, bool html, struct buf *out)
{
	struct str name = v->name.n ? v->name : STR("reader");
	struct str value = mark == LETTER_TOKEN                              ? v->token
			   : mark == LETTER_NAME || mark == LETTER_NAME_HTML ? name
									     : v->email_shown;

	if (html)
		text_html(value, out);
	else
		buf_add(out, value);
}

void
edition_put_values(struct str marked, const struct letter_values *v, bool html, struct buf *out)
{
	for (size_t i = 0; i < marked.n; i++) {
		if (marked.p[i] == '\1' && i + 1 < marked.n)
			put_value(marked.p[++i], v, html, out);
		else
			buf_addc(out, marked.p[i]);
	}
}
