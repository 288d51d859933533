#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <unilbrk.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

static const uint8_t *
octets(struct str s)
{
	return (const uint8_t *)(s.n ? s.p : "");
}

bool
text_is_utf8(struct str s)
{
	return u8_check(octets(s), s.n) == NULL;
}

bool
text_is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 0x7f)
			return false;
	return true;
}

size_t
text_char(struct str s, uint32_t *c)
{
	ucs4_t u;
	int n;

	*c = 0xfffd;
	if (s.n == 0)
		return 0;
	n = u8_mbtoucr(&u, octets(s), s.n);
	if (n <= 0)
		return 0;
	*c = u;
	return (size_t)n;
}

/*
 * The bytes of the grapheme cluster (UAX 29) that s begins with. The library looks at two
 * characters at a time, so what a joiner ties to the next picture is tied here.
 */
static size_t
cluster(struct str s)
{
	size_t n = 0;

	do {
		const uint8_t *at = octets(s) + n, *end = octets(s) + s.n;
		const uint8_t *next = u8_grapheme_next(at, end);

		n = next ? (size_t)(next - octets(s)) : s.n;
	} while (n < s.n && str_ends(str_sub(s, 0, n), STR("\xe2\x80\x8d")));
	return n;
}

/*
 * A terminal draws a cluster in one or two columns, whatever it is made of: an emoji with joiners,
 * skin and sex is one picture. The widest character decides; VARIATION SELECTOR-16 asks for a
 * picture.
 */
static size_t
cluster_width(struct str s)
{
	size_t width = 0;

	while (s.n) {
		uint32_t c;
		size_t n = text_char(s, &c);
		int w = n ? uc_width(c, "UTF-8") : 1;

		if (c == 0xfe0f && width == 1)
			w = 2;
		if (w > 0 && (size_t)w > width)
			width = (size_t)w;
		s = str_from(s, n ? n : 1);
	}
	return width;
}

size_t
text_width(struct str s)
{
	size_t width = 0;

	if (text_is_ascii(s)) {
		for (size_t i = 0; i < s.n; i++)
			width += s.p[i] >= 0x20 && s.p[i] < 0x7f;
		return width;
	}
	while (s.n) {
		size_t n = cluster(s);

		width += cluster_width(str_sub(s, 0, n));
		s = str_from(s, n);
	}
	return width;
}

static struct str
keep(uint8_t *made, size_t n, struct arena *a)
{
	struct str s = arena_str(a, (struct str){ .p = (const char *)made, .n = n });

	free(made);
	return s;
}

struct str
text_nfc(struct str s, struct arena *a)
{
	size_t n = 0;
	uint8_t *made;

	if (text_is_ascii(s))
		return arena_str(a, s);
	made = u8_normalize(UNINORM_NFC, octets(s), s.n, NULL, &n);
	if (!made)
		mem_out();
	return keep(made, n, a);
}

struct str
text_lower(struct str s, struct arena *a)
{
	char *p = arena_strz(a, s);

	for (size_t i = 0; i < s.n; i++)
		p[i] = str_lower(p[i]);
	return (struct str){ .p = p, .n = s.n };
}

struct str
text_fold(struct str s, struct arena *a)
{
	size_t n = 0;
	uint8_t *made;

	if (text_is_ascii(s))
		return text_lower(s, a);
	made = u8_tolower(octets(s), s.n, "", UNINORM_NFC, NULL, &n);
	if (!made)
		mem_out();
	return keep(made, n, a);
}

/* -- cleaning --------------------------------------------------------------------------------- */

enum kind { KEEP, SPACE, DROP, JOINER };

static enum kind
kind_of(uint32_t c)
{
	if (c == ' ' || c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 ||
		c == 0xa0)
		return SPACE;
	if (c == 0x200c || c == 0x200d)
		return JOINER;
	/* Bidi controls, zero-width, interlinear and invisible operators, tags, BOM, soft hyphen,
	 * non-characters. */
	if (c == 0x61c || c == 0x200b || c == 0x200e || c == 0x200f ||
		(c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
		c == 0xad || (c >= 0xfff9 && c <= 0xfffb) || c == 0x180e ||
		(c >= 0xe0000 && c <= 0xe0fff) || (c & 0xfffe) == 0xfffe ||
		(c >= 0xfdd0 && c <= 0xfdef))
		return DROP;
	if (uc_is_property_white_space(c))
		return SPACE;
	return KEEP;
}

/* A joiner means something in Indic and Arabic scripts and within emoji; elsewhere it hides. */
static bool
joins(uint32_t before, struct str rest)
{
	uint32_t after;

	if (before < 0x300 || text_char(rest, &after) == 0 || after < 0x300)
		return false;
	return kind_of(after) == KEEP;
}

static struct str
clean_once(struct str s, struct arena *a)
{
	struct buf b;
	struct str out;
	uint32_t before = 0;
	bool gap = false;

	buf_init(&b, s.n * 3 + 3);
	while (s.n) {
		uint32_t c;
		size_t n = text_char(s, &c);
		enum kind k = n ? kind_of(c) : KEEP;
		struct str whole = n ? str_sub(s, 0, n) : STR("\xef\xbf\xbd");

		s = str_from(s, n ? n : 1);
		if (k == SPACE) {
			gap = true;
			continue;
		}
		if (k == DROP || (k == JOINER && (gap || !joins(before, s))))
			continue;
		if (gap && b.n)
			buf_addc(&b, ' ');
		gap = false;
		buf_add(&b, whole);
		before = c;
	}
	out = text_nfc(buf_str(&b), a);
	buf_free(&b);
	return out;
}

/* What is put together by NFC may be another reason to drop a joiner, and what a dropped one parted
 * may go together: again, until nothing changes. */
struct str
text_clean(struct str s, struct arena *a)
{
	struct str out = clean_once(s, a), again;

	while (!text_is_ascii(out)) {
		again = clean_once(out, a);
		if (str_eq(again, out))
			break;
		out = again;
	}
	return out;
}

bool
text_is_clean(struct str s)
{
	struct arena a = { 0 };
	bool same = text_is_utf8(s) && str_eq(s, text_clean(s, &a));

	arena_free(&a);
	return same;
}

/* -- cutting and wrapping --------------------------------------------------------------------- */

/* Does it end in what points to words that were cut off, or in a full stop, which the ellipsis has?
 * A hyphen does when it is a dash. */
static bool
is_left_hanging(struct str s, size_t end)
{
	if (end == 0)
		return false;
	if (s.p[end - 1] == '-')
		return end > 1 && s.p[end - 2] == ' ';
	return s.p[end - 1] && strchr(" ,;:(.", s.p[end - 1]);
}

struct str
text_cut(struct str s, size_t columns, struct arena *a)
{
	size_t end = 0, word = 0, width = 0;

	if (text_width(s) <= columns)
		return arena_str(a, s);
	/* One column is the ellipsis's. */
	while (end < s.n) {
		size_t n = cluster(str_from(s, end));
		size_t w = cluster_width(str_sub(s, end, n));

		if (width + w + 1 > columns)
			break;
		if (s.p[end] == ' ')
			word = end;
		width += w;
		end += n;
	}
	if (end < s.n && s.p[end] == ' ')
		word = end;
	if (word > end / 2)
		end = word;
	while (is_left_hanging(s, end))
		end--;
	return str_of(arena_printf(a, "%.*s\xe2\x80\xa6", (int)end, s.p));
}

struct str
text_excerpt(struct str s, size_t most, size_t columns, struct arena *a)
{
	size_t n = s.n < most ? s.n : most;

	/* Not within a character: its other bytes are 10xxxxxx. */
	while (n && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return text_cut(text_clean(str_sub(s, 0, n), a), columns, a);
}

bool
text_mixes_scripts(struct str s)
{
	bool latin = false, other = false;

	while (s.n) {
		uint32_t c;
		size_t n = text_char(s, &c);

		if (n && uc_is_property_alphabetic(c)) {
			latin = latin || uc_is_script(c, uc_script_byname("Latin"));
			other = other || uc_is_script(c, uc_script_byname("Cyrillic")) ||
				uc_is_script(c, uc_script_byname("Greek"));
		}
		s = str_from(s, n ? n : 1);
	}
	return latin && other;
}

bool
text_has_script(struct str s, const char *script)
{
	const uc_script_t *wanted = uc_script_byname(script);

	while (s.n) {
		uint32_t c;
		size_t n = text_char(s, &c);

		if (n && uc_is_script(c, wanted))
			return true;
		s = str_from(s, n ? n : 1);
	}
	return false;
}

const char *
text_direction(const char *language)
{
	/* The living ones of two letters that are written from right to left. */
	static const char names[][3] = { "ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strncasecmp(language, names[i], 2) == 0 &&
			(language[2] == '\0' || language[2] == '-'))
			return "rtl";
	return "ltr";
}

bool
text_is_right_to_left(struct str s)
{
	uint32_t c;

	for (size_t n; (n = text_char(s, &c)) > 0; s = str_from(s, n)) {
		int category = uc_bidi_category(c);

		if (category == UC_BIDI_R || category == UC_BIDI_AL)
			return true;
		if (category == UC_BIDI_L)
			return false;
	}
	return false;
}

void
text_put(uint32_t c, struct buf *out)
{
	if (c < 0x80) {
		buf_addc(out, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_addc(out, (char)(0xc0 | c >> 6));
	} else if (c < 0x10000) {
		buf_addc(out, (char)(0xe0 | c >> 12));
		buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
	} else {
		buf_addc(out, (char)(0xf0 | c >> 18));
		buf_addc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_addc(out, (char)(0x80 | (c & 0x3f)));
}

void
text_html(struct str s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '&':
			buf_addz(out, "&amp;");
			break;
		case '<':
			buf_addz(out, "&lt;");
			break;
		case '>':
			buf_addz(out, "&gt;");
			break;
		case '"':
			buf_addz(out, "&quot;");
			break;
		case '\'':
			buf_addz(out, "&#39;");
			break;
		default:
			buf_addc(out, s.p[i]);
		}
	}
}

void
text_url(struct str s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			c == '-' || c == '.' || c == '_' || c == '~')
			buf_addc(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

size_t
text_web_scheme(struct str url)
{
	static const struct str schemes[] = { STR_INIT("https://"), STR_INIT("http://") };

	for (size_t i = 0; i < 2; i++)
		if (str_ieq(str_sub(url, 0, schemes[i].n), schemes[i]))
			return schemes[i].n;
	return 0;
}

struct str
text_tidy_url(struct str url, struct arena *a)
{
	struct buf b;

	buf_init(&b, url.n * 3 + 1);
	for (size_t i = 0; i < url.n; i++) {
		unsigned char c = (unsigned char)url.p[i];

		if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\^`{|}", c))
			buf_printf(&b, "%%%02X", c);
		else
			buf_addc(&b, (char)c);
	}
	return buf_keep(&b, a);
}

/* The next word of *rest: what stands between blanks and line ends. */
static bool
next_word(struct str *rest, struct str *word)
{
	size_t n = 0;

	while (rest->n && (rest->p[0] == ' ' || rest->p[0] == '\n' || rest->p[0] == '\t' ||
				  rest->p[0] == '\r'))
		*rest = str_from(*rest, 1);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\n' && rest->p[n] != '\t' &&
		rest->p[n] != '\r')
		n++;
	*word = str_sub(*rest, 0, n);
	*rest = str_from(*rest, n);
	return n > 0;
}

/* A line that is being filled. */
struct wrapping {
	struct buf *out;
	struct str rest; /* before each line but the first */
	size_t columns, width;
	bool empty; /* nothing but what stands before it */
};

static void
wrap_line(struct wrapping *w)
{
	buf_addc(w->out, '\n');
	buf_add(w->out, w->rest);
	w->width = text_width(w->rest);
	w->empty = true;
}

static void
wrap_add(struct wrapping *w, struct str piece, bool blank)
{
	if (blank)
		buf_addc(w->out, ' ');
	buf_add(w->out, piece);
	w->width += blank + text_width(piece);
	w->empty = false;
}

static bool
has_wide(struct str word)
{
	uint32_t c;

	for (size_t n; (n = text_char(word, &c)) > 0; word = str_from(word, n))
		if (uc_width(c, "UTF-8") > 1)
			return true;
	return false;
}

/* The most of a word that fits into the room and ends where UAX #14 lets a line end, beside a wide
 * character: between Chinese ones no blank stands. It would let an address end at every slash. */
static size_t
fitting_head(struct str word, size_t room)
{
	enum { LOOK = 512 }; /* a line holds less */
	struct str s = str_sub(word, 0, word.n < LOOK ? word.n : LOOK);
	char breaks[LOOK];
	size_t best = 0, width = 0, n;
	bool wide = false;
	uint32_t c;

	if (!has_wide(s))
		return 0;
	u8_possible_linebreaks((const uint8_t *)s.p, s.n, "UTF-8", breaks);
	for (size_t i = 0; i < s.n; i += n) {
		bool before = wide;

		n = text_char(str_from(s, i), &c);
		wide = uc_width(c, "UTF-8") > 1;
		if (i && breaks[i] == UC_BREAK_POSSIBLE && (before || wide))
			best = i;
		width += text_width(str_sub(s, i, n));
		if (width > room)
			break;
	}
	return best;
}

static void
wrap_word(struct wrapping *w, struct str word)
{
	size_t width = text_width(word);

	while (w->width + !w->empty + width > w->columns) {
		size_t used = w->width + !w->empty,
		       head = used < w->columns ? fitting_head(word, w->columns - used) : 0;

		if (head) {
			width -= text_width(str_sub(word, 0, head));
			wrap_add(w, str_sub(word, 0, head), !w->empty);
			word = str_from(word, head);
		} else if (w->empty) {
			break;
		}
		wrap_line(w);
	}
	wrap_add(w, word, !w->empty);
}

void
text_wrap(struct str s, size_t columns, struct str first, struct str rest, struct buf *out)
{
	struct wrapping w = { out, rest, columns, text_width(first), true };
	struct str word;

	buf_add(out, first);
	while (next_word(&s, &word))
		wrap_word(&w, word);
	buf_addc(out, '\n');
}
