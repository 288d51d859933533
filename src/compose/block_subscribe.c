#include "base/qr.h"
#include "compose/album.h"
#include "compose/block.h"

static int
check(const struct block *k, struct err *e)
{
	const struct yaml *url = yaml_get(k->doc, "url"), *telegram = yaml_get(k->doc, "telegram");

	if (telegram && !str_eqz(telegram->text, "true") && !str_eqz(telegram->text, "false"))
		return err_set(e, ERR_DATA, "%s:%d: subscribe.telegram is true or false",
			k->b->file, telegram->line);
	return url ? block_check_url(k, url, e) : 0;
}

static void
write_text(struct block *k, struct str words, struct str url, struct str telegram)
{
	block_wrap(k, 0, words);
	buf_addc(k->text, '\n');
	block_wrap(k, 0,
		str_of(arena_printf(
			k->b->arena, "Subscribe to %s:", k->b->settings->publication.name)));
	buf_printf(k->text, "%.*s\n", STR_ARG(url));
	if (telegram.n)
		buf_printf(k->text, "\nJoin the Telegram channel:\n%.*s\n", STR_ARG(telegram));
}

/*
 * A code that a telephone reads off a screen: modules of 3 to 5 pixels, 123 to 159 in all, drawn twice
 * as fine. What is longer than an address of a channel ever is would need finer ones, and has none.
 */
static int
draw_code(struct block *k, struct str url, struct album_picture *out, struct err *e)
{
	enum { LONGEST = 122, WIDEST = 160 };
	struct arena *a = k->b->arena;
	struct buf png;
	struct qr code;
	int status;

	if (!k->b->album || url.n == 0 || url.n > LONGEST)
		return 0;
	if (qr_make(url, a, &code, e) < 0)
		return -1;
	buf_init(&png, ALBUM_ONE);
	status = qr_png(&code, WIDEST / code.side * 2, &png, e);
	if (status == 0 && album_take(k->b->album, arena_str(a, buf_str(&png)), STR("telegram"),
				   WIDEST / code.side * code.side, out))
		status = 1;
	else if (status == 0)
		block_note(k, out->fault, "make the pictures of the issue smaller",
			"no room for the QR code: %.*s", STR_ARG(out->detail));
	buf_free(&png);
	return status;
}

/* Column of the words and column of the code, side by side where there is room for both. */
static struct value *
code_value(struct block *k, const struct album_picture *p, struct str url)
{
	enum { WIDE = 536, FRAME = 6, GAP = 20 };
	struct value *o = template_object(k->b->arena);
	ptrdiff_t scheme = str_find_str(url, STR("://"));

	block_put(k, o, "src", p->src);
	block_put(k, o, "alt",
		str_of(arena_printf(k->b->arena, "QR code: join the Telegram channel at %.*s",
			STR_ARG(str_from(url, scheme < 0 ? 0 : (size_t)scheme + 3)))));
	block_put_int(k, o, "width", p->width);
	block_put_int(k, o, "height", p->height);
	block_put_int(k, o, "frame", FRAME);
	block_put_int(k, o, "tile", p->width + 2 * FRAME);
	block_put_int(k, o, "gap", GAP);
	block_put_int(k, o, "rest", WIDE - p->width - 2 * FRAME);
	return o;
}

/* {text, url, telegram: true}; the page of the publication where url is not given. */
int
block_subscribe(struct block *k, struct err *e)
{
	const struct settings *s = k->b->settings;
	const struct yaml *with = yaml_get(k->doc, "telegram");
	struct str words = block_word(k, k->doc, "text"), url = block_word(k, k->doc, "url"),
		   telegram = str_of(with && str_eqz(with->text, "false") ? NULL : s->telegram_url);
	struct value *data = template_object(k->b->arena);
	struct album_picture code = { 0 };
	int drawn;

	if (check(k, e) < 0 || (drawn = draw_code(k, telegram, &code, e)) < 0)
		return -1;
	if (words.n == 0)
		words = STR("Somebody sent you this? Have it in your own inbox every morning.");
	if (url.n == 0)
		url = str_of(arena_printf(k->b->arena, "%s/subscribe", s->publication.url));
	block_put(k, data, "words", words);
	block_put(k, data, "url", url);
	block_put(k, data, "name", str_of(s->publication.name));
	block_put(k, data, "telegram", telegram);
	template_put(data, STR("code"),
		drawn ? code_value(k, &code, telegram) : template_null(k->b->arena));
	write_text(k, words, url, telegram);
	return block_html(k, data, e);
}
