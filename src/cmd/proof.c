#include "cmd/proof.h"

#include <string.h>

#include "cmd/example.h"

enum { MESSAGE = 32 << 20, FINGERPRINT = 33 << 20 };

static int
fill(const struct publication *p, struct day day, struct proof *proof, struct err *e)
{
	struct letter_values v;
	struct buf b;
	int status;

	if (example_values(p, day, "reader@example.org", &proof->arena, &v, e) < 0)
		return -1;
	v.name = STR("Ada Reader");
	buf_init(&b, MESSAGE);
	status = letter_fill(&proof->composed.letter, &v, &b, e);
	if (status == 0)
		proof->message = arena_str(&proof->arena, buf_str(&b));
	buf_free(&b);
	return status < 0 ? -1
			  : inspect_read(proof->message, false, &proof->arena, &proof->read, e);
}

/* What was approved is told where there is a database. */
static int
ask_approval(const struct publication *p, struct day day, struct proof *proof, struct err *e)
{
	struct composed *c = &proof->composed;
	struct db *db;
	char bare[SIGN_HEX];
	int status = db_open(p->dir, DB_PATH, DB_READ, &db, e);

	if (status < 0) {
		if (e->code != ERR_NOINPUT)
			return -1;
		*e = (struct err){ 0 };
		return 0;
	}
	status = edition_bare_hash(p, day, &proof->known.options, &proof->arena, bare, e);
	if (status == 0)
		status = approving_look(db, day, str_of(c->hash), str_of(bare), &proof->arena,
			&proof->approving, e);
	db_close(db);
	return status;
}

/* The first that stops its composition; of so much else it may have found no place. */
static int
tell_why(const struct proof *proof, struct err *e)
{
	const struct check_finding *f = proof->findings, *end = f + proof->finding_count;

	while (f < end && strcmp(f->code, "composition") != 0)
		f++;
	if (f == end)
		return err_set(e, ERR_DATA, "it cannot be composed; see 'morningpost check'");
	return err_set(e, ERR_DATA, "%.*s: %.*s", STR_ARG(f->where), STR_ARG(f->what));
}

static int
make(const struct publication *p, struct day day, struct proof *proof, struct err *e)
{
	if (known_read(p, NULL, day, &proof->arena, &proof->known, e) < 0 ||
		check_run(p, day, &proof->known.options, &proof->arena, &proof->composed,
			&proof->findings, &proof->finding_count, e) < 0)
		return -1;
	if (proof->composed.letter.count == 0)
		return tell_why(proof, e);
	return fill(p, day, proof, e) < 0 ? -1 : ask_approval(p, day, proof, e);
}

static void
identify(struct proof *proof)
{
	struct buf b;

	buf_init(&b, FINGERPRINT);
	buf_printf(&b, "%s\n%d %.*s %lld\n", proof->trouble ? proof->trouble : "",
		proof->approving.state, STR_ARG(proof->approving.approval.by),
		(long long)proof->approving.approval.at);
	for (size_t i = 0; i < proof->finding_count; i++)
		buf_printf(&b, "%d %s %.*s %.*s\n", proof->findings[i].level,
			proof->findings[i].code, STR_ARG(proof->findings[i].where),
			STR_ARG(proof->findings[i].what));
	buf_add(&b, proof->message);
	sign_hash_hex(buf_str(&b), proof->id);
	buf_free(&b);
}

void
proof_make(const struct publication *p, struct day day, struct proof *out)
{
	struct err e = { 0 };

	*out = (struct proof){ 0 };
	if (make(p, day, out, &e) < 0)
		out->trouble = arena_printf(&out->arena, "%s", e.text);
	identify(out);
}

void
proof_tell(const char *trouble, struct proof *out)
{
	*out = (struct proof){ 0 };
	out->trouble = arena_printf(&out->arena, "%s", trouble);
	identify(out);
}

void
proof_free(struct proof *proof)
{
	arena_free(&proof->arena);
	*proof = (struct proof){ 0 };
}
