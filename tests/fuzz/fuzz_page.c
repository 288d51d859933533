/* Whatever a template or a page holds, reading it back ends: every node has a parent before it, words
 * are folded, and each has a look. And whatever a spelling program says, it is read or refused. */
#include "compose/looks.h"
#include "compose/spelling.h"
#include "input.h"

static void
check_nodes(const struct page *p)
{
	for (size_t i = 0; i < p->count; i++) {
		assert(p->nodes[i].parent >= -1 && p->nodes[i].parent < (int)i);
		assert(p->nodes[i].parent < 0 || p->nodes[p->nodes[i].parent].name.n);
		assert(p->nodes[i].name.n || p->nodes[i].text.n);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size), value;
	struct spelling_word words[2] = { { .word = STR("a") }, { .word = STR("b") } };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct page p;
	struct buf b;

	page_read(in, &a, &p);
	check_nodes(&p);
	buf_init(&b, size + 1);
	page_words(&p, -1, &b);
	assert(!b.over && str_find_str(buf_str(&b), STR("  ")) < 0);
	assert(b.n == 0 || (b.p[0] != ' ' && b.p[b.n - 1] != ' '));
	for (int dark = 0; dark <= 1; dark++) {
		struct look *looks = looks_of(&p, dark, &a);

		for (size_t i = 0; i < p.count; i++)
			assert(!looks[i].known ||
				colour_contrast(looks[i].ink, looks[i].ground) >= 1);
	}
	for (size_t i = 0; i < p.count && i < 50; i++)
		if (page_attribute(&p.nodes[i], "href", &a, &value))
			assert(value.n <= size);
	assert(spelling_read(in, words, 2, &a, &e) == 0 || e.code == ERR_DATA);
	buf_free(&b);
	arena_free(&a);
	return 0;
}
