/* arena.h: memory for one unit of work, freed whole. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/str.h"

struct arena_block;

/* Zeroed is ready: `struct arena a = { 0 };`. Whoever owns the work frees it. */
struct arena {
	struct arena_block *newest;
};

/*
 * Memory from the arena, aligned for anything, zeroed. Never NULL: when memory is out the program
 * says so and ends with exit code 70 in here, the one place (the database is as good as after a
 * kill).
 */
void *arena_alloc(struct arena *a, size_t size);

/* The same for an array; count times size must not overflow (asserted). */
void *arena_array(struct arena *a, size_t count, size_t size);

/* Room for one thing, or for n things, of a type. */
#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_many(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))

/*
 * Room for one thing more behind the n of a list that grows by and by: the list itself, or, when
 * *room is used up, a copy with twice the room (16 at first). The old one stays in the arena.
 */
void *arena_grow(struct arena *a, void *list, size_t n, size_t *room, size_t size);

/* A copy of s; it is NUL-terminated behind its n bytes, so that .p may be used as a C string. */
struct str arena_str(struct arena *a, struct str s);
char *arena_strz(struct arena *a, struct str s);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* All of from's memory is to's from now on; from is empty. */
void arena_join(struct arena *to, struct arena *from);

/* Free all of it; the arena is ready for use again. */
void arena_free(struct arena *a);

/* malloc, realloc, calloc and strdup that end the program as above; for what has no arena, and for
 * libraries that take such functions. The caller frees. */
void *mem_alloc(size_t size);
void *mem_grow(void *old, size_t size);
void *mem_zeroed(size_t count, size_t size);
char *mem_copy(const char *z);

/* Memory is out: for when a library says so. */
_Noreturn void mem_out(void);

#endif
