#include "cmd/preview_page.h"

#include <assert.h>

#include "base/asset.h"
#include "base/sign.h"
#include "base/template.h"

enum { PAGE = 8 << 20, STYLE = 64 * 1024, CLIPPED = 102000 };

static void
put(struct arena *a, struct value *o, const char *name, struct str text)
{
	template_put(o, str_of(name), text.n ? template_text(a, text) : template_null(a));
}

static void
put_number(struct arena *a, struct value *o, const char *name, size_t n)
{
	template_put(o, str_of(name), template_number(a, str_of(arena_printf(a, "%zu", n))));
}

/* -- the parts of the page ---------------------------------------------------------------------- */

static struct value *
findings_value(const struct proof *proof, struct arena *a, size_t *fails)
{
	struct value *list = template_list(a);

	*fails = 0;
	for (size_t i = 0; i < proof->finding_count; i++) {
		const struct check_finding *f = &proof->findings[i];
		struct value *o = template_object(a);

		*fails += f->level == CHECK_FAIL;
		put(a, o, "level", f->level == CHECK_FAIL ? STR("fail") : STR("warn"));
		put(a, o, "code", str_of(f->code));
		put(a, o, "where", f->where);
		put(a, o, "what", f->what);
		put(a, o, "remedy", str_of(f->remedy));
		template_append(list, o);
	}
	return list;
}

static void
put_findings(const struct proof *proof, struct arena *a, struct value *data)
{
	size_t fails;
	struct value *list = findings_value(proof, a, &fails);

	template_put(data, STR("findings"), list);
	put_number(a, data, "fails", fails);
	put_number(a, data, "warns", proof->finding_count - fails);
	template_put(data, STR("failing"), template_bool(a, fails > 0 || proof->trouble));
	template_put(
		data, STR("clean"), template_bool(a, proof->finding_count == 0 && !proof->trouble));
}

/* "24,310": sizes are compared with limits that are written so. */
static struct str
grouped(size_t n, struct arena *a)
{
	return str_of(n < 1000      ? arena_printf(a, "%zu", n)
		      : n < 1000000 ? arena_printf(a, "%zu,%03zu", n / 1000, n % 1000)
				    : arena_printf(a, "%zu,%03zu,%03zu", n / 1000000,
					      n / 1000 % 1000, n % 1000));
}

static void
put_sizes(const struct proof *proof, struct arena *a, struct value *data)
{
	size_t html = inspect_body(&proof->read, "text/html").n, share = html * 100 / CLIPPED;
	struct value *o = template_object(a);

	put(a, o, "message", grouped(proof->message.n, a));
	put(a, o, "html", grouped(html, a));
	put(a, o, "text", grouped(inspect_body(&proof->read, "text/plain").n, a));
	put_number(a, o, "share", share);
	put_number(a, o, "bar", share < 100 ? share : 100);
	put_number(a, o, "longest", proof->read.longest_line);
	put_number(a, o, "pictures", proof->read.part_count > 2 ? proof->read.part_count - 2 : 0);
	template_put(data, STR("size"), o);
}

static void
put_approval(const struct proof *proof, struct arena *a, struct value *data)
{
	const struct approving *f = &proof->approving;
	const char *text = approving_name(f->state);
	char when[24];

	if (f->state != APPROVING_NONE) {
		clock_rfc3339(f->approval.at, when);
		text = arena_printf(a, "%s: %.*s let %.12s go at %s", text, STR_ARG(f->approval.by),
			f->approval.hash.p, when);
	}
	put(a, data, "approval", str_of(text));
	template_put(data, STR("approved"),
		template_bool(a, f->state == APPROVING_SAME || f->state == APPROVING_FIGURES));
}

/* A frame for each width and look. The lower two rows are only looked at after scrolling. */
static struct value *
frames_value(struct arena *a)
{
	static const struct {
		const char *id, *title, *note, *path;
	} looks[] = {
		{ "light", "Light", "as most see it", "frame/light" },
		{ "dark", "Dark", "where the reader's program asks for it", "frame/dark" },
		{ "inverted", "Inverted", "as programs do that turn colours by force",
			"frame/light" },
	};
	struct value *list = template_list(a);

	for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
		struct value *o = template_object(a);

		put(a, o, "look", str_of(looks[i].id));
		put(a, o, "look_title", str_of(looks[i].title));
		put(a, o, "note", str_of(looks[i].note));
		put(a, o, "path", str_of(looks[i].path));
		template_append(list, o);
	}
	return list;
}

static void
put_message(const struct proof *proof, struct arena *a, struct value *data)
{
	put(a, data, "subject", proof->read.subject);
	put(a, data, "preheader", proof->composed.front.preheader);
	put(a, data, "hash", str_of(proof->composed.hash));
	put(a, data, "short_hash", str_sub(str_of(proof->composed.hash), 0, 12));
	put(a, data, "text", inspect_body(&proof->read, "text/plain"));
	put(a, data, "headers", proof->read.header);
	template_put(data, STR("frames"), frames_value(a));
	put_sizes(proof, a, data);
	put_approval(proof, a, data);
}

/* -- the page ----------------------------------------------------------------------------------- */

static struct str
asset(const char *name)
{
	const struct asset *found = asset_find(name);

	assert(found);
	return found->bytes;
}

int
preview_page(const struct preview *v, struct arena *a, struct str *out, struct err *e)
{
	const struct template_options options = { .escape = TEMPLATE_HTML, .strict = true };
	const struct proof *proof = &v->proof;
	struct value *data = template_object(a);
	char day[11];
	struct buf b;
	int status;

	clock_print_day(v->day, day);
	put(a, data, "day", arena_str(a, str_of(day)));
	put(a, data, "publication", str_of(v->publication.settings.publication.name));
	put(a, data, "id", str_of(proof->id));
	put(a, data, "trouble", str_of(proof->trouble));
	template_put(data, STR("whole"), template_bool(a, !proof->trouble));
	template_put(data, STR("style"), template_raw(a, v->style));
	template_put(data, STR("script"), template_raw(a, v->script));
	put_findings(proof, a, data);
	put_message(proof, a, data);
	buf_init(&b, PAGE);
	status = template_render(
		asset("templates/preview.html"), "preview.html", data, &options, &b, e);
	if (status == 0)
		*out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return status;
}

/* -- the style and the script ------------------------------------------------------------------- */

static const char *
hash_of(struct str text, struct arena *a)
{
	uint8_t hash[SIGN_SHA256];
	const char *word;
	struct buf b;

	sign_sha256(text, hash);
	buf_init(&b, 64);
	sign_base64((struct str){ (const char *)hash, sizeof hash }, &b);
	word = arena_printf(a, "sha256-%s", buf_z(&b));
	buf_free(&b);
	return word;
}

void
preview_page_load(struct preview *v)
{
	v->style = asset("templates/preview.css");
	v->script = asset("templates/preview.js");
	v->policy = arena_printf(&v->arena,
		"default-src 'none'; style-src '%s'; script-src '%s'; connect-src 'self'; "
		"frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		hash_of(v->style, &v->arena), hash_of(v->script, &v->arena));
}
