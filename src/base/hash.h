/* hash.h: quick hashes for tables and for telling whether something changed. Whoever wants a
 * hash that nobody can aim at takes sign.h's. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "base/str.h"

/* FNV-1a of 64 bits: begin with HASH_SEED, and add. Its values are in databases
 * (store/entity.c), so they stay as they are. */
#define HASH_SEED UINT64_C(0xcbf29ce484222325)
uint64_t hash_add(uint64_t h, struct str s);
/* One number as one step. */
uint64_t hash_add_number(uint64_t h, uint64_t n);

/* Where to look first for a row's number in an open table; `room` is a power of two. */
size_t hash_place(int64_t id, size_t room);

#endif
