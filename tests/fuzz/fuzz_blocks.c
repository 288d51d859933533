/* The data blocks of an issue: whatever the YAML in them says is text in tags of ours. The first
 * byte chooses the block. */
#include <stdio.h>

#include "base/asset.h"
#include "compose/blocks.h"
#include "html.h"
#include "input.h"

static int
find(void *context, struct str name, struct str *text, struct err *e)
{
	char path[100];
	const struct asset *asset;

	(void)context, (void)e;
	snprintf(path, sizeof path, "templates/%.*s", STR_ARG(name));
	asset = asset_find(path);
	if (asset)
		*text = asset->bytes;
	return asset != NULL;
}

static void
make(struct arena *a, struct settings *s, struct theme *t)
{
	struct err e;

	assert(settings_parse(STR("publication:\n  name: The <Post>\n  url: https://post.example\n"
				  "  postal_address: x\nsender:\n  from: news@post.example\n"
				  "telegram: {url: https://t.me/post}\n"),
		       "f.yaml", a, s, &e) == 0);
	assert(theme_parse(asset_find("templates/theme.yaml")->bytes, "theme.yaml", a, t, &e) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "numbers", "tools", "reading", "subscribe", "movers",
		"trending" };
	static struct arena house;
	static struct settings settings;
	static struct theme theme;
	struct str in = input_of(data, size), name = str_of(names[input_byte(&in) % 6]);
	struct arena a = { 0 };
	struct blocks_record record = { 0 };
	struct blocks b = { &settings, &theme, "fuzz.md", 72, &a, find, NULL, { 2026, 8, 14 },
		NULL, &record };
	struct buf html, text;
	struct err e = { 0 };
	int got;

	if (!theme.values)
		make(&house, &settings, &theme);
	buf_init(&html, 1 << 20);
	buf_init(&text, 1 << 20);
	got = blocks_render(&b, name, in, 3, &html, &text, &e);
	if (got == 1) {
		html_check(buf_str(&html));
		html_check_text(buf_str(&html), "\n\t");
		html_check_text(buf_str(&text), "\n");
	} else {
		assert(got == -1 && e.code == ERR_DATA && e.text[0]);
	}
	buf_free(&html);
	buf_free(&text);
	arena_free(&a);
	return 0;
}
