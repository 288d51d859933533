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

/* {text, url, telegram: true}; the page of the publication where url is not given. */
int
block_subscribe(struct block *k, struct err *e)
{
	const struct settings *s = k->b->settings;
	const struct yaml *with = yaml_get(k->doc, "telegram");
	struct str words = block_word(k, k->doc, "text"), url = block_word(k, k->doc, "url"),
		   telegram = str_of(with && str_eqz(with->text, "false") ? NULL : s->telegram_url);
	struct value *data = template_object(k->b->arena);

	if (check(k, e) < 0)
		return -1;
	if (words.n == 0)
		words = STR("Somebody sent you this? Have it in your own inbox every morning.");
	if (url.n == 0)
		url = str_of(arena_printf(k->b->arena, "%s/subscribe", s->publication.url));
	block_put(k, data, "words", words);
	block_put(k, data, "url", url);
	block_put(k, data, "name", str_of(s->publication.name));
	block_put(k, data, "telegram", telegram);
	write_text(k, words, url, telegram);
	return block_html(k, data, e);
}
