#include "base/hash.h"

#define PRIME UINT64_C(0x100000001b3)
/* 2^64 by the golden ratio (Knuth 6.4): numbers that follow each other come to lie far apart. */
#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

uint64_t
hash_add(uint64_t h, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * PRIME;
	return h;
}

uint64_t
hash_add_number(uint64_t h, uint64_t n)
{
	return (h ^ n) * PRIME;
}

size_t
hash_place(int64_t id, size_t room)
{
	return (size_t)((uint64_t)id * GOLDEN >> 32) & (room - 1);
}
