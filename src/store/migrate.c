#include "store/migrate.h"

#include <assert.h>
#include <string.h>

#include "base/asset.h"
#include "store/chain.h"
#include "store/observation.h"

/* The migration's number, from "migrations/0007_why.sql"; 0 when it is none. */
static int
number_of(const struct asset *asset)
{
	struct str name = str_of(asset->name);
	uint64_t n = 0;
	bool named_well;

	if (!str_starts(name, STR("migrations/")) || !str_ends(name, STR(".sql")))
		return 0;
	named_well = str_u64(str_sub(name, sizeof "migrations/" - 1, 4), 9999, &n);
	assert(named_well);
	return (int)n;
}

/* The one with that number. They are counted from 1 without a gap. */
static const struct asset *
migration(int number)
{
	size_t n;
	const struct asset *all = asset_all(&n);

	for (size_t i = 0; i < n; i++)
		if (number_of(&all[i]) == number)
			return &all[i];
	return NULL;
}

int
migrate_newest(void)
{
	int n = 0;

	while (migration(n + 1))
		n++;
	return n;
}

int
migrate_current(struct db *db, int *version, struct err *e)
{
	struct stmt *s = db_prepare(db, "PRAGMA user_version", e);

	if (!s || stmt_step(s, e) < 0)
		return -1;
	*version = (int)stmt_get_int(s, 0);
	stmt_reset(s);
	return 0;
}

static int
check_keys(struct db *db, struct err *e)
{
	struct stmt *s = db_prepare(db, "PRAGMA foreign_key_check", e);
	int status = s ? stmt_step(s, e) : -1;

	if (status <= 0)
		return status;
	err_fill(e, ERR_INTERNAL, "it would leave rows in %.*s that belong to nobody",
		STR_ARG(stmt_get_text(s, 0)));
	stmt_reset(s);
	return -1;
}

/* What SQL cannot do, behind the migration of that name and in its transaction. */
static const struct {
	const char *name;
	int (*run)(struct db *db, struct err *e);
} second_halves[] = {
	{ "_log.sql", chain_begin },
	{ "_packed.sql", observation_pack_all },
};

static int
run_second_half(struct db *db, const struct asset *m, struct err *e)
{
	for (size_t i = 0; i < sizeof second_halves / sizeof second_halves[0]; i++)
		if (str_ends(str_of(m->name), str_of(second_halves[i].name)))
			return second_halves[i].run(db, e);
	return 0;
}

/* The next one, in the caller's transaction. */
static int
apply(struct db *db, int number, struct err *e)
{
	const struct asset *m = migration(number);
	int version;

	assert(m && "every number up to the newest has a file");
	if (db_exec(db, m->bytes.p, e) < 0 || run_second_half(db, m, e) < 0 ||
		migrate_current(db, &version, e) < 0 || check_keys(db, e) < 0)
		return err_wrap(e, "%s", m->name);
	/* It sets its number itself, so that no SQL text is ever put together. */
	assert(version == number);
	return 0;
}

/* 1 one was applied, 0 there was none left. The number is asked again inside: another program may
 * have been faster. */
static int
step(struct db *db, struct err *e)
{
	int version, status;

	if (db_begin(db, e) < 0)
		return -1;
	status = migrate_current(db, &version, e);
	if (status == 0 && version < migrate_newest()) {
		status = apply(db, version + 1, e);
		if (status == 0)
			status = db_commit(db, e) == 0 ? 1 : -1;
	}
	db_rollback(db);
	return status;
}

int
migrate_up(struct db *db, struct err *e)
{
	struct err ignored;
	int version, status;

	if (migrate_current(db, &version, e) < 0)
		return -1;
	if (version >= migrate_newest())
		return version == migrate_newest() ? 0 : db_check_identity(db, &version, e);
	/* A migration that rebuilds a table must not cascade; keys are checked at its end. */
	if (db_exec(db, "PRAGMA foreign_keys = OFF", e) < 0)
		return -1;
	while ((status = step(db, e)) > 0)
		;
	if (db_exec(db, "PRAGMA foreign_keys = ON", status < 0 ? &ignored : e) < 0)
		return -1;
	return status;
}
