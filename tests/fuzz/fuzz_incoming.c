/* Whatever comes back: a report whose lines do no harm, in which nobody is removed by what is no
 * bounce; the same when it is read twice; and what the child says of it is believed only as far. */
#include "mail/reading.h"
#include "report.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct report *once = arena_new(&a, struct report), *twice = arena_new(&a, struct report);

	reading_report(input_of(data, size), &a, once);
	check_report(once);
	check_packing(once);
	reading_report(input_of(data, size), &a, twice);
	assert(once->sort == twice->sort && once->recipient_count == twice->recipient_count);
	for (size_t i = 0; i < once->recipient_count; i++)
		assert(once->recipients[i].kind == twice->recipients[i].kind);
	report_unpack(input_of(data, size), &a, twice);
	assert(twice->recipient_count <= REPORT_RECIPIENTS);
	arena_free(&a);
	return 0;
}
