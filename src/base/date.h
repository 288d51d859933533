/* date.h: moments as strangers write them: RFC 5322 (with RFC 822's years and zones) and
 * RFC 3339. Pure. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/*
 * "Sat, 22 Aug 2026 05:00:00 +0200", "22 Aug 26 03:00 GMT": what mail, HTTP and RSS have.
 * Microseconds since 1970; false when it is no such date, a day that the calendar does not have,
 * or before 1970.
 */
bool date_parse_rfc5322(struct str s, int64_t *out);

/* "2026-08-22T05:00:00.5+02:00", "2026-08-22T05:00:00Z", or a day alone: its first moment in
 * UTC. */
bool date_parse_rfc3339(struct str s, int64_t *out);

#endif
