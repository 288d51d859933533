/* However a connection's bytes are cut, the same requests come out, each with one reading and
 * within its limits (RELIABILITY W11, W12, W14). */
#include "input.h"
#include "web/request.h"

static void
check_clean(struct str s)
{
	assert(s.p || s.n == 0);
	for (size_t i = 0; i < s.n; i++)
		assert((unsigned char)s.p[i] > 0x20 && s.p[i] != 0x7f && (signed char)s.p[i] > 0);
}

static void
check(const struct request *r)
{
	assert(r->body.n <= REQUEST_BODY_LIMIT && !r->body.over);
	assert(!r->fields[REQUEST_CONTENT_LENGTH].p || !r->fields[REQUEST_TRANSFER_ENCODING].p);
	assert(r->fields[REQUEST_HOST].p || r->old);
	check_clean(r->fields[REQUEST_HOST]);
	if (r->method == REQUEST_OTHER)
		return;
	assert(r->path.n && r->path.p[0] == '/');
	assert(r->path.n + r->query.n <= REQUEST_TARGET_LIMIT);
	check_clean(r->path);
	check_clean(r->query);
	assert(str_find_str(r->path, STR("%00")) < 0);
}

static void
note(const struct request *r, struct buf *out)
{
	buf_printf(out, "%d %d %d %d\n", r->method, r->keep, r->expects, r->status);
	buf_add(out, r->path);
	buf_add(out, r->query);
	for (size_t i = 0; i < REQUEST_FIELDS; i++)
		buf_add(out, r->fields[i]);
	buf_add(out, buf_str(&r->body));
}

/* All requests of a connection; a seed of 0 does not cut. */
static void
read_all(struct str in, uint32_t seed, struct buf *out)
{
	enum request_step got = REQUEST_DONE;

	while (in.n && got != REQUEST_REFUSED) {
		struct request r;

		request_init(&r);
		for (got = REQUEST_MORE; in.n && got == REQUEST_MORE;) {
			size_t used = 0, n = seed ? input_piece(&seed, in.n) : in.n;

			got = request_read(&r, str_sub(in, 0, n), &used);
			assert(used <= n && (got != REQUEST_MORE || used == n));
			in = str_from(in, used);
		}
		if (got == REQUEST_DONE)
			check(&r);
		if (got == REQUEST_REFUSED)
			assert(r.status >= 400 && r.status < 600 && r.why && !r.keep);
		if (got != REQUEST_MORE)
			note(&r, out);
		request_free(&r);
	}
	buf_printf(out, "%d", got);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);
	uint32_t seed = 1 + input_byte(&in);
	struct buf whole, pieces;

	buf_init(&whole, 1 << 26);
	buf_init(&pieces, 1 << 26);
	read_all(in, 0, &whole);
	read_all(in, seed, &pieces);
	assert(str_eq(buf_str(&whole), buf_str(&pieces)));
	buf_free(&whole);
	buf_free(&pieces);
	return 0;
}
