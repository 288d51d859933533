#include "collect/feed.h"

#include <assert.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/uri.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/out.h"
#include "base/text.h"
#include "collect/plain.h"

/* What an element within an item is to us. */
enum field {
	NOTHING,
	TITLE,
	LINK,
	ID,
	NOTE,
	DATE,
	UPDATED,
	SOURCE,
	CATEGORY,
	AUTHOR, /* Atom has the name inside, RSS 1.0 is the name */
	NAME,
	FIELDS,
};

/* One reading. What is in an item is told by how deep it stands: one below it a field, two below
 * it an author's name. */
struct reading {
	struct arena *a;
	struct feed *feed;
	xmlParserCtxt *parser;
	struct str base, item_base;
	struct feed_item item;
	struct str raw[FIELDS]; /* of the item, as it stood there */
	bool html[FIELDS];      /* it is HTML */
	bool permalink;         /* the id may stand for the link */
	struct buf text;        /* of the field that we are in */
	enum field field;
	int depth, item_depth, field_depth; /* 0: we are in none */
	int nodes;
	bool atom, in_author, is_feed;
	const char *refused;
};

/* -- links ------------------------------------------------------------------------------------ */

static bool
has_blank(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

/* "//host:port" and then a path; and none of what makes a link look like another: a user, an
 * escape in the host. */
static bool
is_host(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '/' && s.p[n] != '?' && s.p[n] != '#') {
		char c = s.p[n++];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '.' || c == '-' || c == ':' || c == '[' || c == ']'))
			return false;
	}
	return n > 0 && n <= 255 && s.p[0] != '.' && s.p[0] != '-' && s.p[0] != ':';
}

struct str
feed_link(struct str base, struct str link, struct arena *a)
{
	struct str none = { 0 }, s = str_trim(link), host;
	xmlChar *made;
	size_t scheme;

	if (s.n == 0 || s.n > FEED_URL || has_blank(s))
		return none;
	s = text_tidy_url(s, a);
	made = xmlBuildURI((const xmlChar *)arena_strz(a, s), (const xmlChar *)arena_strz(a, base));
	if (!made)
		return none;
	s = arena_str(a, str_of((const char *)made));
	xmlFree(made);
	scheme = text_web_scheme(s);
	host = str_from(s, scheme);
	if (scheme == 0 || s.n > FEED_URL || !is_host(host) || !text_is_ascii(s))
		return none;
	return str_of(
		arena_printf(a, "%s%.*s", scheme == 8 ? "https://" : "http://", STR_ARG(host)));
}

/* -- items ------------------------------------------------------------------------------------ */

static struct str
cleaned(const struct reading *r, enum field f, size_t columns)
{
	struct str s = r->html[f] ? plain_text(r->raw[f], r->a) : text_clean(r->raw[f], r->a);

	return text_cut(s, columns, r->a);
}

static int64_t
moment(struct str s)
{
	int64_t when = 0;

	if (!date_parse_rfc3339(s, &when) && !date_parse_rfc5322(str_trim(s), &when))
		return 0;
	return when;
}

static void
finish_item(struct reading *r)
{
	struct feed_item *item = &r->item;
	struct str base = r->item_base.n ? r->item_base : r->base;

	item->title = cleaned(r, TITLE, FEED_TITLE);
	item->note = cleaned(r, NOTE, FEED_NOTE);
	item->source = cleaned(r, SOURCE, 100);
	item->at = moment(r->raw[DATE].n ? r->raw[DATE] : r->raw[UPDATED]);
	item->url = feed_link(base, r->raw[LINK], r->a);
	if (r->raw[LINK].n == 0 && r->permalink)
		item->url = feed_link(base, r->raw[ID], r->a);
	item->id = text_cut(text_clean(r->raw[ID], r->a), FEED_TITLE, r->a);
	if (item->id.n == 0)
		item->id = item->url;
	if (r->feed->count < FEED_ITEMS)
		r->feed->items[r->feed->count++] = *item;
	else
		r->feed->cut = true;
}

static void
begin_item(struct reading *r, bool atom)
{
	r->item = (struct feed_item){ 0 };
	memset(r->raw, 0, sizeof r->raw);
	memset(r->html, 0, sizeof r->html);
	r->item_base = (struct str){ 0 };
	r->item_depth = r->depth;
	r->atom = atom;
	r->in_author = r->permalink = false;
}

static void
end_field(struct reading *r)
{
	struct str text = arena_str(r->a, buf_str(&r->text));

	if ((r->field == AUTHOR || r->field == NAME) && r->item.author_count < FEED_AUTHORS) {
		text = text_cut(text_clean(text, r->a), 100, r->a);
		if (text.n)
			r->item.authors[r->item.author_count++] = text;
	} else if (r->raw[r->field].n == 0) {
		r->raw[r->field] = text; /* the first one counts */
	}
	r->field = NOTHING;
	r->field_depth = 0;
}

/* -- elements --------------------------------------------------------------------------------- */

#define ATOM "http://www.w3.org/2005/Atom"
#define RSS1 "http://purl.org/rss/1.0/"
#define DUBLIN_CORE "http://purl.org/dc/elements/1.1/"
#define ARXIV "http://arxiv.org/schemas/atom"

static bool
is_core(const char *space)
{
	return !space || strcmp(space, ATOM) == 0 || strcmp(space, RSS1) == 0 ||
	       strcmp(space, "http://my.netscape.com/rdf/simple/0.9/") == 0 ||
	       strcmp(space, "http://backend.userland.com/rss2") == 0;
}

static enum field
field_of(const char *space, const char *name)
{
	static const struct {
		const char *space, *name; /* NULL: RSS's own or Atom's */
		enum field field;
	} known[] = {
		{ NULL, "title", TITLE },
		{ NULL, "link", LINK },
		{ NULL, "guid", ID },
		{ NULL, "id", ID },
		{ NULL, "description", NOTE },
		{ NULL, "summary", NOTE },
		{ NULL, "pubDate", DATE },
		{ NULL, "published", DATE },
		{ NULL, "updated", UPDATED },
		{ NULL, "source", SOURCE },
		{ NULL, "author", AUTHOR },
		{ DUBLIN_CORE, "date", DATE },
		{ DUBLIN_CORE, "creator", AUTHOR },
		{ ARXIV, "primary_category", CATEGORY },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].name, name) == 0 &&
			(known[i].space ? space && strcmp(known[i].space, space) == 0
					: is_core(space)))
			return known[i].field;
	return NOTHING;
}

/* libxml2 gives attributes as five pointers each: name, prefix, namespace, value, its end. */
static struct str
attribute(const xmlChar **attributes, int count, const char *prefix, const char *name)
{
	for (int i = 0; i < count; i++) {
		const char *const *at = (const char *const *)(const void *)(attributes + 5 * i);

		if (strcmp(at[0], name) == 0 &&
			(at[1] ? prefix && strcmp(at[1], prefix) == 0 : !prefix))
			return (struct str){ .p = at[3], .n = (size_t)(at[4] - at[3]) };
	}
	return (struct str){ 0 };
}

/* The link of an entry is an attribute; the first that leads to the page itself counts. */
static void
take_atom_link(struct reading *r, const xmlChar **attributes, int count)
{
	struct str rel = attribute(attributes, count, NULL, "rel");
	struct str href = attribute(attributes, count, NULL, "href");

	if (r->raw[LINK].n == 0 && (rel.n == 0 || str_eqz(rel, "alternate")))
		r->raw[LINK] = arena_str(r->a, href);
}

static void
begin_field(struct reading *r, enum field field, const xmlChar **attributes, int count)
{
	struct str type = attribute(attributes, count, NULL, "type");

	if (field == LINK && r->atom) {
		take_atom_link(r, attributes, count);
		return;
	}
	if (field == CATEGORY && r->raw[CATEGORY].n == 0)
		r->item.category = text_cut(
			text_clean(attribute(attributes, count, NULL, "term"), r->a), 50, r->a);
	if (field == AUTHOR && r->atom)
		r->in_author = true;
	if (field == CATEGORY || (field == AUTHOR && r->atom) || (field == SOURCE && r->atom))
		return;
	if (field == ID && !r->atom &&
		!str_eqz(attribute(attributes, count, NULL, "isPermaLink"), "false"))
		r->permalink = r->raw[ID].n == 0;
	if (r->raw[field].n == 0)
		r->html[field] = !r->atom || str_eqz(type, "html");
	r->field = field;
	r->field_depth = r->depth;
	buf_clear(&r->text);
}

static void
stop(struct reading *r, const char *why)
{
	r->refused = why;
	xmlStopParser(r->parser);
}

static void
take_base(struct reading *r, const xmlChar **attributes, int count)
{
	struct str base = attribute(attributes, count, "xml", "base"), made;

	if (base.n == 0 || r->field)
		return;
	made = feed_link(r->item_base.n ? r->item_base : r->base, base, r->a);
	if (made.n && r->item_depth)
		r->item_base = made;
	else if (made.n)
		r->base = made;
}

static void
begin_element(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
	int space_count, const xmlChar **spaces, int count, int defaulted,
	const xmlChar **attributes)
{
	struct reading *r = context;
	const char *name = (const char *)local, *space = (const char *)uri;
	bool item = is_core(space) && (strcmp(name, "item") == 0 || strcmp(name, "entry") == 0);

	(void)prefix, (void)space_count, (void)spaces, (void)defaulted;
	if (++r->depth > FEED_DEPTH || ++r->nodes > FEED_NODES) {
		stop(r, r->depth > FEED_DEPTH ? "elements nested too deep" : "too many elements");
		return;
	}
	if (r->depth == 1)
		r->is_feed = strcmp(name, "rss") == 0 || strcmp(name, "feed") == 0 ||
			     strcmp(name, "RDF") == 0;
	if (item && !r->item_depth)
		begin_item(r, strcmp(name, "entry") == 0);
	take_base(r, attributes, count);
	if (r->field && plain_breaks(str_of(name)))
		buf_addc(&r->text, ' ');
	if (r->field || !r->item_depth)
		return;
	if (r->depth == r->item_depth + 1)
		begin_field(r, field_of(space, name), attributes, count);
	else if (r->in_author && r->depth == r->item_depth + 2 && strcmp(name, "name") == 0)
		begin_field(r, NAME, attributes, count);
}

static void
end_element(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	struct reading *r = context;

	(void)local, (void)prefix, (void)uri;
	if (r->field && r->depth == r->field_depth)
		end_field(r);
	if (r->item_depth && r->depth == r->item_depth + 1)
		r->in_author = false;
	if (r->depth == r->item_depth) {
		finish_item(r);
		r->item_depth = 0;
	}
	r->depth--;
}

static void
take_text(void *context, const xmlChar *p, int n)
{
	struct reading *r = context;
	size_t room = FEED_FIELD - r->text.n;

	if (r->field)
		buf_add(&r->text,
			str_sub((struct str){ .p = (const char *)p, .n = (size_t)n }, 0, room));
}

/* Whatever a document type is for, no feed needs it: entities, files, addresses. */
static void
refuse_type(void *context, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
	(void)name, (void)id, (void)system;
	stop(context, "it has a document type, and none is read");
}

static int
explain(const struct reading *r, struct err *e)
{
	const xmlError *error = &r->parser->lastError;
	struct str words = str_trim(str_of(error->message));

	if (r->refused)
		return err_set(e, ERR_DATA, "%s", r->refused);
	if (!r->parser->wellFormed)
		return err_set(e, ERR_DATA, "no well-formed XML: line %d: %.*s", error->line,
			(int)(words.n < 200 ? words.n : 200), words.n ? words.p : "");
	if (!r->is_feed)
		return err_set(e, ERR_DATA, "XML, but no feed");
	return 0;
}

int
feed_parse(struct str bytes, struct str url, struct arena *a, struct feed *out, struct err *e)
{
	struct reading r = { .a = a, .feed = out, .base = url };
	int status;

	*out = (struct feed){ .items = arena_many(a, FEED_ITEMS, struct feed_item) };
	if (bytes.n == 0)
		return err_set(e, ERR_DATA, "an empty body");
	r.parser = bytes.n < INT32_MAX ? xmlCreateMemoryParserCtxt(bytes.p, (int)bytes.n) : NULL;
	if (!r.parser)
		return err_set(e, ERR_DATA, "no XML");
	buf_init(&r.text, FEED_FIELD + 1);
	/* Nothing of the library's own handlers is left: it builds no tree, declares no entity and
	 * opens nothing. */
	*r.parser->sax = (xmlSAXHandler){ .initialized = XML_SAX2_MAGIC,
		.internalSubset = refuse_type,
		.startElementNs = begin_element,
		.endElementNs = end_element,
		.characters = take_text,
		.cdataBlock = take_text };
	r.parser->sax2 = 1;
	r.parser->userData = &r;
	/* NOENT has &amp; in an attribute become &, as it does elsewhere; others there are none. */
	xmlCtxtUseOptions(r.parser,
		XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlParseDocument(r.parser);
	status = explain(&r, e);
	xmlFreeParserCtxt(r.parser);
	buf_free(&r.text);
	return status;
}

/* -- JSON ------------------------------------------------------------------------------------- */

static void
put_text(struct out *o, const char *key, struct str s)
{
	if (s.n)
		out_str(o, key, s);
	else
		out_null(o, key);
}

static void
put_item(struct out *o, const struct feed_item *item, struct str source)
{
	out_object(o, NULL);
	put_text(o, "id", item->id);
	put_text(o, "title", item->title);
	put_text(o, "url", item->url);
	put_text(o, "note", item->note);
	out_time(o, "at", item->at);
	put_text(o, "source", item->source.n ? item->source : source);
	put_text(o, "category", item->category);
	out_array(o, "authors");
	for (size_t i = 0; i < item->author_count; i++)
		out_str(o, NULL, item->authors[i]);
	out_end(o);
	out_end(o);
}

struct str
feed_json(const struct feed *f, struct str source, struct arena *a)
{
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);
	struct str json;
	struct err e;
	struct out o;

	assert(to);
	out_init(&o, to, true);
	out_array(&o, NULL);
	for (size_t i = 0; i < f->count; i++)
		put_item(&o, &f->items[i], source);
	out_end(&o);
	out_finish(&o, &e);
	fclose(to);
	json = arena_str(a, (struct str){ .p = text, .n = n });
	free(text);
	return json;
}
