/* The header alone, in every dialect that it promises: see the step `c` of `cargo xtask test`. */
#include "mailproto.h"

/* The sizes of structures are part of the binary interface, here on machines of 64 bits. */
#if UINTPTR_MAX == 0xffffffffffffffffu
typedef char the_size_of_an_event[sizeof(mailproto_smtp_event) == 192 ? 1 : -1];
typedef char the_size_of_an_event_of_pop3[sizeof(mailproto_pop3_event) == 248 ? 1 : -1];
typedef char the_size_of_capabilities[sizeof(mailproto_pop3_capabilities) == 32 ? 1 : -1];
typedef char the_size_of_an_outcome[sizeof(mailproto_sasl_outcome) == 32 ? 1 : -1];
typedef char the_size_of_a_parameter[sizeof(mailproto_smtp_parameter) == 48 ? 1 : -1];
typedef char the_size_of_an_error[sizeof(mailproto_error) == 32 ? 1 : -1];
#endif

extern int mailproto_header_compiles;
int mailproto_header_compiles = sizeof(mailproto_bytes) == 2 * sizeof(void *);
