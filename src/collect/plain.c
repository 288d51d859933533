#include "collect/plain.h"

#include "base/buf.h"
#include "base/text.h"

struct plain {
	struct str rest;
	struct buf out;
	bool no_more_tags; /* no '>' is left: looking for it again and again would take too long */
};

bool
plain_breaks(struct str name)
{
	static const struct str names[] = { STR_INIT("br"), STR_INIT("p"), STR_INIT("div"),
		STR_INIT("li"), STR_INIT("ul"), STR_INIT("ol"), STR_INIT("hr"), STR_INIT("tr"),
		STR_INIT("td"), STR_INIT("th"), STR_INIT("table"), STR_INIT("h1"), STR_INIT("h2"),
		STR_INIT("h3"), STR_INIT("h4"), STR_INIT("h5"), STR_INIT("h6"), STR_INIT("pre"),
		STR_INIT("blockquote"), STR_INIT("section"), STR_INIT("article"),
		STR_INIT("figure"), STR_INIT("img") };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_ieq(name, names[i]))
			return true;
	return false;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_name_character(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

static struct str
name_of(struct str s)
{
	size_t n = 0;

	while (n < s.n && is_name_character(s.p[n]))
		n++;
	return str_sub(s, 0, n);
}

/* Behind the next `end`, without case; all of it is gone when there is none. */
static void
skip_past(struct plain *p, struct str end)
{
	while (p->rest.n && !str_ieq(str_sub(p->rest, 0, end.n), end))
		p->rest = str_from(p->rest, 1);
	p->rest = str_from(p->rest, end.n);
}

/* The rest begins with '<': true when that was a tag or a comment, which is then behind us. */
static bool
take_tag(struct plain *p)
{
	char first = p->rest.n > 1 ? p->rest.p[1] : ' ';
	struct str name = name_of(str_from(p->rest, first == '/' ? 2 : 1));
	ptrdiff_t end;

	if (str_starts(p->rest, STR("<!--"))) {
		skip_past(p, STR("-->"));
		return true;
	}
	if (p->no_more_tags || (!is_letter(first) && first != '/' && first != '!' && first != '?'))
		return false;
	end = str_find(p->rest, '>');
	p->no_more_tags = end < 0;
	if (end < 0)
		return false;
	p->rest = str_from(p->rest, (size_t)end + 1);
	if (plain_breaks(name))
		buf_addc(&p->out, ' ');
	if (first != '/' && str_ieq(name, STR("script")))
		skip_past(p, STR("</script>"));
	if (first != '/' && str_ieq(name, STR("style")))
		skip_past(p, STR("</style>"));
	return true;
}

/* What Windows-1252 has there is meant by &#128; to &#159;, as browsers know (HTML 13.2.5.80). */
static uint32_t
meant(uint32_t c)
{
	static const uint16_t windows[32] = { 0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020,
		0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d, 0x8f, 0x90, 0x2018,
		0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
		0x0153, 0x9d, 0x017e, 0x0178 };

	if (c >= 0x80 && c <= 0x9f)
		return windows[c - 0x80];
	return c == 0 || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff ? 0xfffd : c;
}

/* "#8217" or "#x2019". */
static bool
number(struct str s, uint32_t *c)
{
	int base = s.n > 1 && (s.p[1] | 32) == 'x' ? 16 : 10;
	struct str digits = str_from(s, base == 16 ? 2 : 1);
	uint64_t n = 0;

	if (digits.n == 0 || digits.n > 8)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		int digit = str_hex_digit(digits.p[i]);

		if (digit < 0 || digit >= base)
			return false;
		n = n * (uint64_t)base + (uint64_t)digit;
	}
	*c = meant(n > 0x10ffff ? 0 : (uint32_t)n);
	return true;
}

/* Those that titles have; HTML has 2,231. */
static const struct {
	struct str name;
	uint32_t c;
} references[] = {
	{ STR_INIT("amp"), '&' },
	{ STR_INIT("lt"), '<' },
	{ STR_INIT("gt"), '>' },
	{ STR_INIT("quot"), '"' },
	{ STR_INIT("apos"), '\'' },
	{ STR_INIT("nbsp"), 0xa0 },
	{ STR_INIT("ndash"), 0x2013 },
	{ STR_INIT("mdash"), 0x2014 },
	{ STR_INIT("lsquo"), 0x2018 },
	{ STR_INIT("rsquo"), 0x2019 },
	{ STR_INIT("ldquo"), 0x201c },
	{ STR_INIT("rdquo"), 0x201d },
	{ STR_INIT("hellip"), 0x2026 },
	{ STR_INIT("bull"), 0x2022 },
	{ STR_INIT("middot"), 0xb7 },
	{ STR_INIT("copy"), 0xa9 },
	{ STR_INIT("reg"), 0xae },
	{ STR_INIT("trade"), 0x2122 },
	{ STR_INIT("euro"), 0x20ac },
	{ STR_INIT("pound"), 0xa3 },
	{ STR_INIT("deg"), 0xb0 },
	{ STR_INIT("times"), 0xd7 },
	{ STR_INIT("laquo"), 0xab },
	{ STR_INIT("raquo"), 0xbb },
	{ STR_INIT("auml"), 0xe4 },
	{ STR_INIT("ouml"), 0xf6 },
	{ STR_INIT("uuml"), 0xfc },
	{ STR_INIT("Auml"), 0xc4 },
	{ STR_INIT("Ouml"), 0xd6 },
	{ STR_INIT("Uuml"), 0xdc },
	{ STR_INIT("szlig"), 0xdf },
	{ STR_INIT("eacute"), 0xe9 },
	{ STR_INIT("egrave"), 0xe8 },
	{ STR_INIT("agrave"), 0xe0 },
	{ STR_INIT("ccedil"), 0xe7 },
	{ STR_INIT("ntilde"), 0xf1 },
};

static bool
named(struct str s, uint32_t *c)
{
	for (size_t i = 0; i < sizeof references / sizeof references[0]; i++)
		if (str_eq(s, references[i].name)) {
			*c = references[i].c;
			return true;
		}
	return false;
}

static bool
take_reference(struct plain *p)
{
	struct str inside = str_sub(p->rest, 1, 12);
	ptrdiff_t end = str_find(inside, ';');
	uint32_t c = 0;

	if (end < 1)
		return false;
	inside = str_sub(inside, 0, (size_t)end);
	if (inside.p[0] == '#' ? !number(inside, &c) : !named(inside, &c))
		return false;
	text_put(c, &p->out);
	p->rest = str_from(p->rest, inside.n + 2);
	return true;
}

struct str
plain_text(struct str html, struct arena *a)
{
	struct plain p = { .rest = html };
	struct str out;

	buf_init(&p.out, html.n + 16);
	while (p.rest.n) {
		char c = p.rest.p[0];

		if ((c == '<' && take_tag(&p)) || (c == '&' && take_reference(&p)))
			continue;
		buf_addc(&p.out, c);
		p.rest = str_from(p.rest, 1);
	}
	out = text_clean(buf_str(&p.out), a);
	buf_free(&p.out);
	return out;
}
