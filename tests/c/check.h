/* What the tests of the C face share: a check that says where it failed, and a wire between two endpoints. */
#ifndef CHECK_H
#define CHECK_H

#include <mailproto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                         \
  do {                                                                           \
    if (!(condition)) {                                                          \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
      exit(1);                                                                   \
    }                                                                            \
  } while (0)

#define CHECK_STATUS(call, expected)                                             \
  do {                                                                           \
    mailproto_status found_ = (call);                                            \
    if (found_ != (expected)) {                                                  \
      fprintf(stderr, "%s:%d: %s: %u (%s), not %u\n", __FILE__, __LINE__, #call, \
              (unsigned)found_, mailproto_status_text(found_), (unsigned)(expected)); \
      exit(1);                                                                   \
    }                                                                            \
  } while (0)

#define CHECK_OK(call) CHECK_STATUS(call, MAILPROTO_OK)

/* Whether some bytes are this text. */
static inline bool is(mailproto_bytes bytes, const char *text) {
  return bytes.len == strlen(text) && (bytes.len == 0 ? bytes.data == NULL : memcmp(bytes.data, text, bytes.len) == 0);
}

#endif
