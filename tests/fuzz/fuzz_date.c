/* A date that is taken is a moment that the calendar has, and reads as itself when we write it. */
#include "base/clock.h"
#include "base/date.h"
#include "input.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);
	int64_t when = -1, again = -1;
	char text[40];

	if (date_parse_rfc5322(in, &when)) {
		assert(when >= 0 && when % CLOCK_SECOND == 0);
		clock_rfc5322(when, "UTC", text);
		assert(date_parse_rfc5322(str_of(text), &again) && again == when);
	}
	if (date_parse_rfc3339(in, &when)) {
		assert(when >= 0 && when % CLOCK_SECOND == 0);
		clock_rfc3339(when, text);
		assert(date_parse_rfc3339(str_of(text), &again) && again == when);
	}
	return 0;
}
