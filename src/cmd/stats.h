/* stats.h: a publication's figures, as `stats` tells them: text, JSON, a drawing. */
#ifndef CMD_STATS_H
#define CMD_STATS_H

#include "base/out.h"
#include "settings/publication.h"
#include "store/stats.h"

/* Said wherever people look for opens and clicks. */
#define STATS_NO_TRACKING "No opens, no clicks: we do not track."

/* Shares of those who were served. */
double stats_bounced(const struct stats_mail *m);
double stats_complained(const struct stats_mail *m);
/* Who left in thirty days, as a share of the readers there were in the mean: the same measure of a
 * week and of a year. */
double stats_churn(const struct stats *s);

void stats_text(struct out *o, const struct publication *p, const struct stats *s, struct arena *a);
void stats_json(struct out *o, const struct stats *s);

/*
 * An SVG of its own, for a browser or a report: readers, who came and left, what was sent, and what
 * came back, with their units and limits; light or dark as the one who looks has it. Nothing in it
 * is fetched from anywhere. Lives in the arena.
 */
struct str stats_svg(const struct publication *p, const struct stats *s, struct arena *a);

#endif
