#include "web/exhibit.h"

#include "mail/inspect.h"
#include "mail/letter.h"
#include "store/edition.h"
#include "web/reprint.h"

enum { MESSAGE = 32 << 20, HTML = 4 << 20, NAME = 64 };

/* Stands where a reader's token would, for reprint to know those links by. */
#define NOBODY "0-nobodys-link-0"

const char *
exhibit_path(const struct site *site, struct day day, struct arena *a)
{
	char text[11];

	clock_print_day(day, text);
	return arena_printf(a, "%.*s/issues/%s", STR_ARG(site->prefix), text);
}

/* As the letter has it. */
static const char *
issue_url(const struct site *site, struct day day, struct arena *a)
{
	char text[11];

	clock_print_day(day, text);
	return arena_printf(a, "%s/issues/%s", site->publication->settings.publication.url, text);
}

/* -- pictures --------------------------------------------------------------------------------- */

static const struct {
	const char *type, *ending;
} pictures[] = {
	{ "image/png", ".png" },
	{ "image/jpeg", ".jpg" },
	{ "image/gif", ".gif" },
};

/* A Content-ID of ours is the digits of a hash and a domain; what is written otherwise gets no path. */
static bool
is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return s.n > 0 && s.n <= NAME;
}

static bool
take_picture(const struct inspect_part *part, struct arena *a, struct exhibit_picture *out)
{
	struct str rest = part->content_id, digits;

	for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) {
		if (!str_eqz(part->type, pictures[i].type) || !str_split(&rest, '@', &digits) ||
			!is_name(digits))
			continue;
		*out = (struct exhibit_picture){ .type = pictures[i].type, .bytes = part->body };
		out->name = str_of(arena_printf(a, "%.*s%s", STR_ARG(digits), pictures[i].ending));
		return true;
	}
	return false;
}

/* -- the text --------------------------------------------------------------------------------- */

static int
fill(const struct site *site, const struct letter *letter, const struct headline *h,
	struct arena *a, struct str *out, struct err *e)
{
	char date[40];
	struct letter_values nobody = { .name = words_get(&site->words, "archive_reader"),
		.email = STR("reader@invalid"),
		.email_shown = words_get(&site->words, "archive_address"),
		.message_id = STR("<archive@invalid>"),
		.token = STR(NOBODY),
		.confirm = STR(NOBODY) };
	struct buf b;
	int status;

	clock_rfc5322(h->published_at, site->publication->settings.publication.timezone, date);
	nobody.date = str_of(date);
	buf_init(&b, MESSAGE);
	status = letter_fill(letter, &nobody, &b, e);
	*out = buf_keep(&b, a);
	return status;
}

static void
print(const struct site *site, const struct headline *h, const struct inspected *message,
	bool plain, struct arena *a, struct exhibit *out)
{
	const char *url = issue_url(site, h->day, a),
		   *path = plain ? url : exhibit_path(site, h->day, a);
	struct reprint_picture *names = arena_many(a, message->part_count, struct reprint_picture);
	struct reprint_source from = { .html = inspect_body(message, "text/html"),
		.nobody = STR(NOBODY),
		.here = str_of(url),
		.plain = plain,
		.pictures = names,
		.picture_word = words_get(&site->words, "archive_picture") };
	struct buf style, body;
	char day[11];

	clock_print_day(h->day, day);
	from.here = str_of(
		arena_printf(a, "%s/issues/%s", site->publication->settings.publication.url, day));
	out->pictures = arena_many(a, message->part_count, struct exhibit_picture);
	for (size_t i = 0; i < message->part_count; i++) {
		struct exhibit_picture *p = &out->pictures[out->picture_count];

		if (!take_picture(&message->parts[i], a, p))
			continue;
		names[out->picture_count++] = (struct reprint_picture){
			.content_id = message->parts[i].content_id,
			.path = str_of(arena_printf(a, "%s/%.*s", path, STR_ARG(p->name)))
		};
	}
	from.picture_count = out->picture_count;
	buf_init(&style, HTML);
	buf_init(&body, HTML);
	reprint(&from, &style, &body);
	out->style = buf_keep(&style, a);
	out->body = buf_keep(&body, a);
}

static int
freeze(const struct headline *h, struct str bytes, struct arena *a, struct letter *out,
	struct err *e)
{
	char hash[SIGN_HEX];

	if (letter_freeze(bytes, a, out, e) < 0)
		return -1;
	letter_hash(out, hash);
	return str_eqz(h->hash, hash) ? 0
				      : err_set(e, ERR_DATA, "its bytes are not those of its hash");
}

static int
make(const struct site *site, struct db *db, const struct headline *h, bool plain, struct arena *a,
	struct exhibit *out, struct err *e)
{
	struct inspected message;
	struct letter letter;
	struct edition ed;
	struct str bytes;
	int got = edition_get(db, h->edition_id, a, &ed, e);

	*out = (struct exhibit){ 0 };
	if (got <= 0)
		return got < 0 ? -1 : err_set(e, ERR_DATA, "edition %.12s is gone", h->hash.p);
	if (freeze(h, ed.bytes, a, &letter, e) < 0 || fill(site, &letter, h, a, &bytes, e) < 0 ||
		inspect_read(bytes, false, a, &message, e) < 0)
		return err_wrap(e, "edition %.12s", h->hash.p);
	print(site, h, &message, plain, a, out);
	return 0;
}

int
exhibit_make(const struct site *site, struct db *db, const struct headline *h, struct arena *a,
	struct exhibit *out, struct err *e)
{
	return make(site, db, h, false, a, out, e);
}

int
exhibit_plain(const struct site *site, struct db *db, const struct headline *h, struct arena *a,
	struct str *out, struct err *e)
{
	struct exhibit ex;

	if (make(site, db, h, true, a, &ex, e) < 0)
		return -1;
	*out = ex.body;
	return 0;
}
