/* An issue's front matter: what is taken is clean, short and the whole rest is the body. */
#include "base/text.h"
#include "compose/front.h"
#include "input.h"

static void
check_line(struct str s, size_t columns)
{
	assert(text_is_clean(s) && text_width(s) <= columns);
}

static void
check(struct str in, const struct front *f)
{
	int lines = 0;

	assert(f->title.n && f->summary.n && f->subject.n && f->preheader.n);
	check_line(f->title, 300);
	check_line(f->summary, 2000);
	check_line(f->subject, 400);
	check_line(f->preheader, 400);
	check_line(f->author, 200);
	check_line(f->number, 20);
	assert(str_ends(in, f->body));
	for (size_t i = 0; i < in.n - f->body.n; i++)
		lines += in.p[i] == '\n';
	assert(lines == f->body_line || (f->body.n == 0 && lines + 1 == f->body_line));
	assert(f->title_line > 1 && f->title_line < f->body_line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);
	struct arena a = { 0 };
	struct err e = { 0 };
	struct front f;

	if (front_parse(in, "fuzz.md", &a, &f, &e) == 0)
		check(in, &f);
	else
		assert(e.code == ERR_DATA && str_starts(str_of(e.text), STR("fuzz.md:")));
	arena_free(&a);
	return 0;
}
