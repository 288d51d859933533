/* A picture's header is read within its bytes, and what it says does not hang on what comes behind
 * it. */
#include <string.h>

#include "compose/picture.h"
#include "input.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);
	struct picture whole, part;

	if (!picture_measure(in, &whole))
		return 0;
	assert(whole.width > 0 && whole.width <= INT32_MAX);
	assert(whole.height > 0 && whole.height <= INT32_MAX);
	assert(strncmp(whole.type, "image/", 6) == 0 && whole.extension[0] == '.');
	for (size_t n = size; n > 0; n = n / 2)
		if (picture_measure(str_sub(in, 0, n), &part)) {
			assert(part.width == whole.width && part.height == whole.height);
			assert(strcmp(part.type, whole.type) == 0);
		}
	return 0;
}
