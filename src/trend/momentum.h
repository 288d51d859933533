/* momentum.h: what gains momentum and what moves most, from daily snapshots of counters. Pure. */
#ifndef TREND_MOMENTUM_H
#define TREND_MOMENTUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/*
 * A counter is stars on GitHub and likes on HuggingFace, read once a UTC day. Days are numbers,
 * 1970-01-01 is 0. The report's day ("asof") is the newest snapshot of at most two days ago; an
 * entity's base is its counter 5 to 9 days before that, as near to 7 as there is one.
 *
 *	gain7     (now - base) * 7 / span: stars or likes a week
 *	momentum  gain7; of who is younger than a week all of it; else HuggingFace's trendingScore
 *	mu        what all of the source gained in the week, as a share of what it had
 *	growth    (gain7 + k*mu) / (base + k): small bases are drawn towards mu
 *	accel     gain7 beside the mean of the three weeks before
 */
enum trend_kind { TREND_GITHUB, TREND_MODELS, TREND_DATASETS, TREND_SPACES };

enum { TREND_NO_DAY = INT32_MIN };

/* What one day says of a counter. More than a hundred thousand are read every morning. */
struct trend_count {
	int64_t value;
	double score; /* trendingScore; below 0: unknown */
	int day;
	int order; /* among all rows of the day: the first wins */
};

/*
 * One row of one day's snapshot, in the order it came. Strings are borrowed from the caller. What is
 * unknown has its has_ false, or is empty. Thousands are read every morning, so small members stand
 * together.
 */
struct trend_row {
	int day;
	int created; /* day, or TREND_NO_DAY */
	int64_t id;  /* a number that no rename changes; 0: none */
	struct str name;
	int64_t value;
	double score;      /* HuggingFace's trendingScore */
	int64_t downloads; /* of the last 30 days */
	int64_t forks;
	bool has_value; /* false: the counter was no integer from 0 to 2^53-1 */
	bool has_score, has_downloads, has_forks;
	bool fork, archived;
	struct str task;
	struct str quantized; /* the model it is a quantized copy of */
	/* What it says of itself; no formula reads it. */
	struct str description, language, library;
	/* What was counted of it on all days, one a day, ascending, and this one the last. NULL:
	 * it is a row of its day alone. */
	const struct trend_count *days;
	size_t day_count;
};

enum trend_status {
	TREND_OK,       /* has a base */
	TREND_NEW,      /* the source was read before, the entity not seen */
	TREND_COLD,     /* the source was not read before */
	TREND_SHORT,    /* seen for less than 5 days */
	TREND_RETURNED, /* seen, but more than 9 days ago */
	TREND_RESET,    /* its counter fell to less than half: what was before is forgotten */
};
enum { TREND_STATUSES = 6 };
const char *trend_status_name(enum trend_status s);

enum trend_how { TREND_UNRANKED, TREND_GAIN, TREND_BORN, TREND_SCORE };
const char *trend_how_name(enum trend_how h);

/* One entity as it stands on the day of the report. What is unknown has its has_ false. */
struct trend_entity {
	struct str key, name;
	int64_t value;
	enum trend_status status;
	enum trend_how how;
	double momentum;
	int rank, prev_rank; /* 0: not ranked */
	bool has_base;
	int64_t base;
	int base_day;
	double gain7;
	bool has_growth;
	double growth;
	bool has_raw_growth;
	double raw_growth;
	bool has_accel;
	double accel;
	struct trend_row info; /* the day's row, missing fields filled from later ones of the day */
	const struct trend_count *days; /* one a day, up to this one and since its last reset */
	size_t day_count;
};

/* A name that changed within the last 9 days. */
struct trend_rename {
	struct str name, was;
};

struct trend_gone {
	struct str name;
	int prev_rank; /* 0: it was not ranked */
};

struct trend_report {
	bool stale; /* no snapshot on the day or the two before it: nothing else is filled in */
	enum trend_kind kind;
	int asof;
	int base_day; /* TREND_NO_DAY: none */
	int rejected; /* rows of the asof day that were not taken */
	bool has_mu;
	double mu;
	struct trend_entity *entities; /* all that are tracked on the asof day */
	size_t count;
	struct trend_entity **momentum; /* ranked, the strongest first */
	size_t momentum_count;
	struct trend_entity **movers;
	size_t mover_count;
	struct str *previous; /* names of the base day's chart, in rank order */
	size_t previous_count;
	struct trend_gone
		*dropped; /* in the base day's snapshot, not in this one; by rank, unranked last */
	size_t dropped_count;
	struct trend_rename *renamed;
	size_t renamed_count;
};

/*
 * Report on `day` from the rows of the days day-40 to day; `days` are those that have a snapshot at
 * all, ascending. Rows without days of their own stand by day, and those of one day in the order
 * they were read. The report goes on looking at the rows; the rest lives in the arena.
 */
void trend_report(enum trend_kind kind, const struct trend_row *rows, size_t n, const int *days,
	size_t day_count, int day, struct arena *a, struct trend_report *out);

/* Is it a name that a link may be built from: parts of [A-Za-z0-9._-], GitHub with one slash,
 * others at most one? */
bool trend_name_ok(enum trend_kind kind, struct str name);

#endif
