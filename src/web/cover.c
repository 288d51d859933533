#include "web/cover.h"

#include <limits.h>

#include "base/html.h"

static bool
is_wide(struct str width)
{
	uint64_t pixels;

	return str_u64(width, INT_MAX, &pixels) && pixels >= COVER_WIDTH;
}

static bool
is_cover(struct str attributes, struct str folder, struct arena *a, struct cover *out)
{
	struct str name, value, src = { 0 }, width = { 0 };

	*out = (struct cover){ 0 };
	while (html_attribute(&attributes, &name, &value)) {
		if (str_ieq(name, STR("src")))
			src = html_decode(value, a);
		else if (str_ieq(name, STR("width")))
			width = value;
		else if (str_ieq(name, STR("alt")))
			out->words = html_decode(value, a);
	}
	out->name = str_from(src, folder.n);
	return str_starts(src, folder) && out->name.n && is_wide(width);
}

bool
cover_find(struct str html, struct str folder, struct arena *a, struct cover *out)
{
	struct html_piece piece;

	while (html_next(&html, &piece))
		if (piece.kind == HTML_OPEN && str_ieq(piece.name, STR("img")) &&
			is_cover(piece.attributes, folder, a, out))
			return true;
	return false;
}
