/* input.h: the fuzzer's bytes, taken from the front: first the choices, then what is fed. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline struct str
input_of(const uint8_t *data, size_t size)
{
	return (struct str){ .p = (const char *)data, .n = size };
}

/* The next byte, 0 once they are used up. */
static inline unsigned
input_byte(struct str *in)
{
	unsigned c = in->n ? (unsigned char)in->p[0] : 0;

	*in = str_from(*in, 1);
	return c;
}

/* The next n bytes, or what is left. */
static inline struct str
input_bytes(struct str *in, size_t n)
{
	struct str s = str_sub(*in, 0, n);

	*in = str_from(*in, n);
	return s;
}

/* The size of the next piece of n bytes, from 1 to n: small ones mostly, and the same for the same
 * seed. */
static inline size_t
input_piece(uint32_t *seed, size_t n)
{
	size_t most;

	*seed = *seed * 1664525 + 1013904223;
	most = (*seed >> 28) ? 1 + (*seed >> 24) % 16 : 4096;
	return most < n ? most : n;
}

#endif
