/* figures.h: all that is known on a day, read from the snapshots: what trending, the blocks, the
 * draft and the check speak of. */
#ifndef COMPOSE_FIGURES_H
#define COMPOSE_FIGURES_H

#include "base/clock.h"
#include "store/db.h"
#include "store/shown.h"
#include "trend/fold.h"
#include "trend/momentum.h"
#include "trend/numbers.h"

struct figures_chart {
	const char *source; /* "github", "hf_models", "hf_datasets", "hf_spaces" */
	enum trend_kind kind;
	/* The asof day's answers were incomplete: nothing is said to have dropped out. */
	bool partial;
	bool first; /* no snapshot before asof's */
	/* Tracked grew to more than 1.5 times within 7 days: no "new in the top 50". */
	bool flooded;
	struct trend_report report; /* report.stale: nothing else is valid */
	struct trend_numbers numbers;
	struct trend_folded *folded;
	size_t folded_count;
};

/* Worth reading: papers, feed items, stories. Texts are cleaned, urls are http or https. */
struct figures_link {
	const char *kind; /* "paper", "feed", "story" */
	struct str title, url, note;
	struct str source; /* whose it is: the feed's name */
	struct day day;    /* when it was published; unknown: when it was read */
	double weight;     /* upvotes, points; 0: unknown */
};

/* What OSS Insight counted of a repository's stars in the past week, in its order: counted.h. */
struct figures_gain {
	struct str name, description, language;
	int64_t stars;
};

enum { FIGURES_CHARTS = 4 };

struct figures {
	struct day day;
	struct figures_chart charts[FIGURES_CHARTS];
	struct figures_link *links;
	size_t link_count;
	struct figures_gain *gains;
	size_t gain_count;
	struct day gain_day; /* the last of that week */
	struct shown *shown; /* of the 40 days before */
	size_t shown_count;
};

/* Reads days D-40 to D. db NULL: nothing is known, all charts are stale. */
int figures_read(
	struct db *db, struct day day, struct arena *a, struct figures *out, struct err *e);

#endif
