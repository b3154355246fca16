/* Counts the heap of this program, whatever language asks for it: Rust's
 * allocator, libetpan and libc itself all come through the functions below,
 * because what the executable defines goes before what a library does.
 * Each thread counts for itself, so a server beside a client is not counted.
 * Counting is off while anything is timed: then each call costs one branch. */
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static _Thread_local int counting;
static _Thread_local uint64_t calls;
static _Thread_local int64_t live, peak;

void heap_begin(void) {
  calls = 0;
  live = 0;
  peak = 0;
  counting = 1;
}

void heap_end(void) { counting = 0; }
uint64_t heap_calls(void) { return calls; }
int64_t heap_peak(void) { return peak; }

static void *taken(void *place) {
  if (counting && place) {
    calls++;
    live += (int64_t)malloc_usable_size(place);
    if (live > peak) peak = live;
  }
  return place;
}

static void given_back(void *place) {
  if (counting && place) live -= (int64_t)malloc_usable_size(place);
}

void *malloc(size_t size) { return taken(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return taken(__libc_calloc(count, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return taken(__libc_memalign(alignment, size)); }

void *realloc(void *place, size_t size) {
  given_back(place);
  return taken(__libc_realloc(place, size));
}

void free(void *place) {
  given_back(place);
  __libc_free(place);
}

int posix_memalign(void **place, size_t alignment, size_t size) {
  *place = taken(__libc_memalign(alignment, size));
  return *place || !size ? 0 : ENOMEM;
}
