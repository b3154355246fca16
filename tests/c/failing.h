/* An allocator that runs out of memory where a test wants it to. */
#ifndef FAILING_H
#define FAILING_H

#include "check.h"

/* An allocator that fails at one chosen request, and at every one after it if told to. */
static struct {
  size_t requests, fail_at, live;
  bool for_ever, failed;
} memory;

static void *allocate(void *user, size_t size, size_t alignment) {
  CHECK(user == &memory && size > 0 && alignment <= 16);
  size_t request = memory.requests++;
  if (memory.for_ever ? request >= memory.fail_at : request == memory.fail_at) {
    memory.failed = true;
    return NULL;
  }
  void *found = malloc(size);
  CHECK(found != NULL);
  memory.live++;
  return found;
}

static void release(void *user, void *found, size_t size, size_t alignment) {
  CHECK(user == &memory && size > 0 && alignment <= 16 && found != NULL);
  memory.live--;
  free(found);
}

static const mailproto_allocator allocator = {sizeof allocator, &memory, allocate, release};

/* From now on the allocator fails at this request, and at every one after it if told to. */
static void fail_from(size_t fail_at, bool for_ever) {
  memory.requests = 0;
  memory.fail_at = fail_at;
  memory.for_ever = for_ever;
  memory.failed = false;
}

/* Runs something once with all the memory there is, and then with a failure at each of its requests, of which
   there must be so many at least. `run` says whether there was a failure. */
static void fail_everywhere(bool (*run)(size_t fail_at, bool for_ever), size_t least) {
  CHECK_OK(mailproto_set_allocator(&allocator));
  CHECK(!run((size_t)-1, false));
  size_t requests = memory.requests;
  CHECK(requests > least);
  CHECK_STATUS(mailproto_set_allocator(&allocator), MAILPROTO_ERR_OUT_OF_ORDER);
  for (size_t fail_at = 0; fail_at < requests; fail_at++) {
    CHECK(run(fail_at, false));
    CHECK(run(fail_at, true));
  }
  printf("%zu allocations, each failed once and from then on\n", requests);
}

/* Goes on, or leaves the function with the status. */
#define TRY(call)                                   \
  do {                                              \
    mailproto_status status_ = (call);              \
    if (status_ != MAILPROTO_OK) return status_;    \
  } while (0)

#endif
