/* Whatever an issue's Markdown holds, its HTML is made of our own tags, each closed, with links
 * that are safe, and neither part has a control character that could be a letter's mark
 * (RELIABILITY H1, T2, W8). */
#include <string.h>

#include "base/asset.h"
#include "base/text.h"
#include "compose/markdown.h"
#include "html.h"
#include "input.h"

static int
block(void *context, struct str name, struct str body, int line, struct buf *html, struct buf *text,
	struct err *e)
{
	(void)context, (void)body, (void)html, (void)text;
	assert(line > 0);
	if (str_eqz(name, "bad"))
		return err_set(e, ERR_DATA, "bad block");
	return str_eqz(name, "data");
}

static const struct theme *
house_theme(void)
{
	static struct arena a;
	static struct theme theme;
	struct err e;

	if (!theme.values)
		assert(theme_parse(asset_find("templates/theme.yaml")->bytes, "theme.yaml", &a,
			       &theme, &e) == 0);
	return &theme;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct markdown_options o = { house_theme(), block, NULL, 72 };
	struct arena a = { 0 };
	struct markdown m;
	struct err e = { 0 };
	int status;

	status = markdown_render(input_of(data, size), "fuzz.md", 3, &o, &a, &m, &e);
	assert(status == 0 || (status == -1 && e.code == ERR_DATA && e.text[0]));
	for (size_t i = 0; i < m.count && status == 0; i++) {
		html_check_text(m.departments[i].title, "");
		html_check_text(m.departments[i].html, "\n\t");
		html_check_text(m.departments[i].text, "\n\t");
		html_check(m.departments[i].html);
	}
	for (size_t i = 0; i < m.fault_count; i++) {
		html_check_text(m.faults[i].detail, "");
		assert(m.faults[i].line > 3);
	}
	arena_free(&a);
	return 0;
}
