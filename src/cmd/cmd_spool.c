/* cmd_spool.c: `morningpost spool`: what a host without a database has written down. */
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "cmd/desk.h"
#include "people/spool.h"

const char cmd_spool_help[] =
	"  take          grant what a public-only host has spooled, oldest first, each once\n"
	"  --from DIR    from there (default: web.spool)\n"
	"\n"
	"The links are checked again here, and no more people asked to confirm in an hour than\n"
	"web.subscribe_limit: the others wait for the next run. What is no wish of ours is kept "
	"in\n"
	"bad/ below the spool, and told. Run it as often as you like; 75: another run is at it, "
	"or\n"
	"the database is busy.\n";

/* -- what is told ----------------------------------------------------------------------------- */

static void
tell(void *context, const char *name, enum spool_fate fate, const char *why)
{
	(void)context;
	if (fate == SPOOL_ASIDE)
		log_warn("%s: %s; it is kept in bad/ below the spool", name, why);
}

static void
report(struct out *o, const int64_t counts[static SPOOL_FATES])
{
	static const struct {
		const char *key, *words;
	} fates[SPOOL_FATES] = {
		[SPOOL_GRANTED] = { "granted", "granted" },
		[SPOOL_HAD_BEEN] = { "had_been", "so already" },
		[SPOOL_REFUSED] = { "refused", "refused: the link is forged, old or revoked" },
		[SPOOL_AGAIN] = { "again", "taken before" },
		[SPOOL_WAITS] = { "waiting", "waiting: web.subscribe_limit is reached" },
		[SPOOL_ASIDE] = { "aside", "set aside: no wishes of ours" },
	};

	out_object(o, NULL);
	for (size_t i = 0; i < SPOOL_FATES; i++)
		if (o->json)
			out_int(o, fates[i].key, counts[i]);
		else if (counts[i] || i == SPOOL_GRANTED)
			out_line(o, "%6" PRId64 "  %s", counts[i], fates[i].words);
	out_end(o);
}

/* -- the run ---------------------------------------------------------------------------------- */

static int
take_from(struct context *c, struct desk *d, int folder, struct err *e)
{
	int64_t counts[SPOOL_FATES];
	struct spool_pair pair;
	struct keys keys;
	int status = keys_load(d->publication.dir, true, &keys, e);

	if (status < 0)
		return -1;
	status = keys_spool_load(d->publication.dir, &pair, e);
	if (status == 0) {
		const struct wish_desk desk = { .db = d->db,
			.publication = &d->publication,
			.keys = &keys,
			.now = clock_now() };
		const struct spool_taking taking = {
			.desk = &desk, .pair = &pair, .folder = folder, .tell = tell
		};

		status = spool_take(&taking, counts, e);
	}
	if (status == 0)
		report(&c->out, counts);
	sign_wipe(&pair, sizeof pair);
	keys_free(&keys);
	return status;
}

static int
take(struct context *c, const char *from, struct err *e)
{
	struct desk d;
	int folder, status;

	if (desk_open(&d, c, DB_WRITE, e) < 0)
		return -1;
	folder = from ? spool_open_folder(AT_FDCWD, from, e)
		      : spool_open_folder(d.publication.dir, d.publication.settings.web.spool, e);
	status = folder < 0 ? -1 : take_from(c, &d, folder, e);
	if (folder >= 0)
		close(folder);
	desk_close(&d);
	return status;
}

int
cmd_spool(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = { { "from", required_argument, NULL, 'f' }, { 0 } };
	const char *from = NULL;
	int opt;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt != 'f')
			return command_bad_option("spool", opt, argv, e);
		from = optarg;
	}
	if (argc - optind != 1 || strcmp(argv[optind], "take") != 0)
		return command_usage("spool", e, "it takes one word: take");
	return take(c, from, e);
}
