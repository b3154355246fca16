/**
 * @file mailproto.h
 * @mainpage mailproto: SMTP, LMTP and POP3 as state machines
 *
 * Bytes go in, events come out, bytes go out. The program owns the sockets, TLS and the clock; this
 * library owns the protocol. It performs no I/O, starts no thread, reads no clock and needs nothing but
 * the C library's malloc(), free(), abort() and memory functions.
 *
 * | to do | take |
 * | --- | --- |
 * | deliver messages, every choice made for you | mailproto_smtp_submission |
 * | speak as a client, verb by verb | mailproto_smtp_client |
 * | receive mail | mailproto_smtp_server |
 * | fetch what is new in a maildrop, every choice made for you | mailproto_pop3_download |
 * | fetch mail, verb by verb | mailproto_pop3_client |
 * | let mail be fetched | mailproto_pop3_server |
 * | log in by more than a shown password | mailproto_sasl_identity, mailproto_sasl_choose(), mailproto_sasl_new() |
 * | let clients log in by SCRAM or CRAM-MD5 | mailproto_sasl_server |
 * | only read commands and replies | mailproto_smtp_command_parse(), mailproto_smtp_reply_parse() |
 *
 * LMTP is MAILPROTO_SMTP_PROTOCOL_LMTP in the options of any of them.
 *
 * # The loop
 *
 * Every endpoint has the same functions, and every program around one is this loop (E stands for
 * mailproto_smtp_client and so on):
 *
 * @code{.c}
 * while (!E_is_closed(endpoint)) {
 *   mailproto_smtp_event event = {.struct_size = sizeof event};
 *   while ((status = E_next_event(endpoint, &event)) == MAILPROTO_OK && event.kind != 0)
 *     handle(&event);                            // look at it, then call verbs
 *   mailproto_bytes out = E_transmit(endpoint);  // send what there is to send
 *   if (out.len > 0 && (n = send(fd, out.data, out.len, 0)) > 0)
 *     E_transmitted(endpoint, (size_t)n);
 *   uint8_t *space; size_t room;                 // receive right into the endpoint
 *   if (E_receive_space(endpoint, &space, &room) == MAILPROTO_OK && room > 0) {
 *     n = recv(fd, space, room, 0);
 *     if (n > 0) E_received(endpoint, (size_t)n);
 *     if (n == 0) E_receive_eof(endpoint);
 *   }
 * }
 * @endcode
 *
 * `examples/send.c`, `examples/serve.c` and `examples/pop.c` are whole programs with poll() and TLS.
 *
 * # Naming
 *
 * A function whose name starts with that of a type is a method of it. `_new` makes a handle and `_free`
 * ends it; `_free(NULL)` does nothing. Arguments come in the order: the object, inputs, outputs.
 *
 * # Errors
 *
 * Functions that can fail return a mailproto_status; outputs are written only when it is MAILPROTO_OK. The
 * last error of a handle, with the byte it is about and words for a log, stays with the handle:
 * `_last_error`, `_last_error_message`. NULL where it is not allowed is MAILPROTO_ERR_NULL_POINTER; functions
 * that return no status return something harmless. What a peer says, refusals included, is never an error
 * but an event.
 *
 * Where memory runs out, the call returns MAILPROTO_ERR_NO_MEMORY and the program goes on. What a
 * mailproto_pop3_download remembers is the one exception: where there is no memory for another unique id, the
 * program ends by abort().
 *
 * # Lifetimes
 *
 * Every pointer that this library returns points into the handle it came from, and is valid until the next
 * call on that handle through a non-const pointer. Copy what must live longer. Names, addresses, replies
 * and messages come from the peer: do not trust them, and do not take them for NUL-terminated.
 *
 * # Aliasing
 *
 * What is passed to a function must not lie inside the handle that the function changes: to answer with a
 * text from an event, copy it first. Outputs must not overlap each other or an input. This library keeps
 * no pointer to what it was passed, except to the allocator.
 *
 * # Threads
 *
 * There is no hidden shared state. Functions that take a `const` pointer only read: any number of threads
 * may call them on one handle at a time. Functions that take any other pointer may change the handle: no
 * other thread may use it meanwhile. Different handles are independent. A handle may move between
 * threads. mailproto_set_allocator() is called once, before all else.
 *
 * # Versions
 *
 * Source that compiles against one patch release compiles against the others of the same minor release.
 * Structures with a struct_size grow at their end only. The binary interface is promised within one
 * MAILPROTO_ABI_VERSION, which the name of the shared library carries.
 *
 * # Installing
 *
 * `cargo xtask install --prefix DIR` builds and installs the static and the shared library, this header,
 * mailproto.hpp for C++17, a pkg-config file and a CMake package:
 *
 *     cc program.c $(pkg-config --cflags --libs mailproto)
 *
 *     find_package(Mailproto CONFIG REQUIRED)
 *     target_link_libraries(program PRIVATE Mailproto::mailproto)
 *
 * The static library links beside any other Rust library. Linked with `-Wl,--gc-sections`, a program
 * carries only the part it uses.
 */

#ifndef MAILPROTO_H
#define MAILPROTO_H

/* Written by `cargo xtask header` from bindings/c; change it there. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * The value of a number that is not known.
 */
#define MAILPROTO_UNKNOWN 18446744073709551615ull

/**
 * The lines of a message that is wanted whole.
 */
#define MAILPROTO_POP3_ALL_LINES 4294967295

/**
 * RRVS: deliver all the same when it cannot be told.
 */
#define MAILPROTO_SMTP_RRVS_CONTINUE 1

/**
 * RRVS: refuse when it cannot be told.
 */
#define MAILPROTO_SMTP_RRVS_REJECT 2

/**
 * The major version of the library that this header belongs to.
 */
#define MAILPROTO_VERSION_MAJOR 0

/**
 * The minor version of the library that this header belongs to.
 */
#define MAILPROTO_VERSION_MINOR 1

/**
 * The patch version of the library that this header belongs to.
 */
#define MAILPROTO_VERSION_PATCH 0

/**
 * The three above in one number: major * 65536 + minor * 256 + patch.
 */
#define MAILPROTO_VERSION_NUMBER 256

/**
 * The version of the binary interface. A program runs with the shared library it was built for when
 * mailproto_abi_version() returns this number.
 */
#define MAILPROTO_ABI_VERSION 1

/**
 * The client's side of one POP3 connection, verb by verb.
 *
 * Lists and messages are never held: each line of a list and each piece of a message is an event of its own,
 * so a maildrop of any size takes the same memory.
 *
 * Verbs queue: call them one behind the other, and they leave in one packet if the server offers
 * PIPELINING and one by one if it does not. Each puts the number of its command into `command`, which
 * may be NULL; the event that ends the command carries it.
 */
typedef struct mailproto_pop3_client mailproto_pop3_client;

/**
 * How a client behaves. Can be used for any number of clients.
 */
typedef struct mailproto_pop3_client_options mailproto_pop3_client_options;

/**
 * A maildrop fetched as one task: what is new is passed on, what was accepted is remembered, what is to go is
 * deleted.
 *
 * It asks for the server's capabilities, begins TLS as the policy says, logs in by the best way there is, and
 * finds new messages by their unique ids. A message counts as fetched when the program says accept and not
 * before; only then is it marked to be deleted, and only QUIT removes it. So a session that is cut anywhere
 * loses nothing, and the next one fetches nothing that was accepted and remembered.
 */
typedef struct mailproto_pop3_download mailproto_pop3_download;

/**
 * The terms of one session. Can be used for any number of downloads.
 */
typedef struct mailproto_pop3_download_options mailproto_pop3_download_options;

/**
 * The unique ids of messages that have been accepted and are, or may be, still in the maildrop. Fill it with what
 * the download before remembered.
 */
typedef struct mailproto_pop3_seen mailproto_pop3_seen;

/**
 * The server's side of one POP3 connection.
 *
 * The endpoint answers what it can know: bad syntax, bad order, numbers of no message, what its options
 * forbid, capabilities, totals. It numbers the messages, keeps the marks of DELE, cuts for TOP, and adds dots.
 * Everything else is a small question (is_question of an event), answered at once or later; meanwhile input
 * waits. Nothing is ever deleted but by MAILPROTO_POP3_EVENT_UPDATE, which comes of QUIT alone.
 */
typedef struct mailproto_pop3_server mailproto_pop3_server;

/**
 * What a server offers and demands. Can be used for any number of servers.
 */
typedef struct mailproto_pop3_server_options mailproto_pop3_server_options;

/**
 * The client's side of one authentication exchange. Owns the credentials and wipes them when it is
 * freed. Use it for one exchange on one connection.
 */
typedef struct mailproto_sasl mailproto_sasl;

/**
 * Whatever a client has to prove who it is, and what it may use of that. Wiped when it is freed. Can be
 * used for any number of exchanges, each with new random bytes.
 */
typedef struct mailproto_sasl_identity mailproto_sasl_identity;

/**
 * The server's side of one exchange by SCRAM or CRAM-MD5, which the program conducts: pass it each response of
 * the events AUTH_RESPONSE, and pass what comes out to the endpoint. Holds no password.
 */
typedef struct mailproto_sasl_server mailproto_sasl_server;

/**
 * The client's side of one SMTP or LMTP connection, verb by verb.
 *
 * Verbs queue: call them one behind the other, and they leave in one packet if the server offers
 * PIPELINING and one by one if it does not. Each puts the number of its command into `command`, which
 * may be NULL; the event that ends the command carries it.
 */
typedef struct mailproto_smtp_client mailproto_smtp_client;

/**
 * How a client behaves. Can be used for any number of clients.
 */
typedef struct mailproto_smtp_client_options mailproto_smtp_client_options;

/**
 * One message's envelope, and what its content asks of the server. Can be submitted any number of times.
 */
typedef struct mailproto_smtp_envelope mailproto_smtp_envelope;

/**
 * The server's side of one SMTP or LMTP connection.
 *
 * The endpoint answers what it can know: bad syntax, bad order, too long, too many, what its options
 * forbid. Everything else is a question (is_question of an event), answered by accept or reject, at once
 * or later; meanwhile input waits.
 */
typedef struct mailproto_smtp_server mailproto_smtp_server;

/**
 * What a server offers and demands. Can be used for any number of servers.
 */
typedef struct mailproto_smtp_server_options mailproto_smtp_server_options;

/**
 * A whole delivery as one task: say what to send, hear what became of each recipient.
 *
 * It greets (EHLO, or HELO where the server knows no better), begins TLS as the policy says, logs in by
 * the best mechanism, finds out what each message needs, pipelines what may be pipelined, sends one
 * message after the other, and says QUIT.
 */
typedef struct mailproto_smtp_submission mailproto_smtp_submission;

/**
 * The terms of one connection. Can be used for any number of submissions.
 */
typedef struct mailproto_smtp_submission_options mailproto_smtp_submission_options;

/**
 * How a call ended. The ranges say what to do:
 *
 * | range | meaning | state afterwards |
 * | --- | --- | --- |
 * | 0 | success | |
 * | 100 to 199 | the call was wrong or came too early | nothing changed: correct it, go on |
 * | 200 to 299 | the peer broke the protocol | over: send what is queued, close the socket |
 * | 300 to 399 | a limit was passed | over: the same |
 * | 400 to 499 | the connection ended in the middle of something | over: connect anew if the work matters |
 * | 500 to 599 | bytes given to a parser are not what it parses | nothing changed |
 *
 * A refusal by the peer (4yz, 5yz) is no error: it arrives as an event. Later versions may add
 * numbers inside the ranges; no number is ever used for something else.
 */
typedef uint32_t mailproto_status;

/**
 * An allocator of the program's own.
 */
typedef struct mailproto_allocator {
  /**
   * sizeof(mailproto_allocator).
   */
  uint32_t struct_size;
  /**
   * Passed to both functions.
   */
  void *user;
  /**
   * Returns `size` bytes at a multiple of `alignment`, a power of two of at most 16, or NULL if
   * there is no memory. Must not call this library.
   */
  void *(*allocate)(void *user, size_t size, size_t alignment);
  /**
   * Takes back what `allocate` returned, with the same size and alignment. Must not call this
   * library.
   */
  void (*release)(void *user, void *memory, size_t size, size_t alignment);
} mailproto_allocator;

/**
 * Some bytes: never NUL-terminated, and NULL where there are none.
 *
 * A result lies in the handle it came from and is valid until the next call that may change that
 * handle. An argument is read during the call only; `data` may be NULL when `len` is 0. Text is
 * UTF-8, of which ASCII is a part.
 */
typedef struct mailproto_bytes {
  /**
   * The first byte, or NULL.
   */
  const uint8_t *data;
  /**
   * How many there are.
   */
  size_t len;
} mailproto_bytes;

/**
 * What happened: one of the constants MAILPROTO_POP3_EVENT_. A program must ignore kinds that it does
 * not know.
 */
typedef uint32_t mailproto_pop3_event_kind;

/**
 * A command without its arguments, or a step of the protocol that no command starts: one of the
 * constants MAILPROTO_POP3_VERB_. Where the response depends on whether there was an argument, there are two.
 */
typedef uint32_t mailproto_pop3_verb;

/**
 * Why a command was refused, in a word that programs understand: one of the constants
 * MAILPROTO_POP3_CODE_.
 */
typedef uint32_t mailproto_pop3_code;

/**
 * Why something was not done: one of the constants MAILPROTO_POP3_REASON_.
 */
typedef uint32_t mailproto_pop3_reason;

/**
 * A set of capabilities: MAILPROTO_POP3_CAPABILITY_ constants, joined by `|`.
 */
typedef uint32_t mailproto_pop3_capability_set;

/**
 * A set of SASL mechanisms: MAILPROTO_SASL_ constants, joined by `|`.
 */
typedef uint32_t mailproto_sasl_mechanisms;

/**
 * Something that happened. Which fields count is said at each kind; the others are 0 or empty.
 *
 * Set struct_size before each call of next_event. Slices lie in the handle and are valid until the next
 * call that may change it, next_event included. An event with a response has is_ok, code, code_name, text and
 * line.
 */
typedef struct mailproto_pop3_event {
  /**
   * sizeof(mailproto_pop3_event), set by the caller.
   */
  uint32_t struct_size;
  /**
   * What happened.
   */
  mailproto_pop3_event_kind kind;
  /**
   * It waits for an answer. A program that accepts whatever is a question accepts every login:
   * AUTH, APOP and AUTH_RESPONSE are answered on their own first.
   */
  bool is_question;
  /**
   * The response is good: +OK.
   */
  bool is_ok;
  /**
   * It is the start of an exchange.
   */
  bool first;
  /**
   * The client has responded, if only by nothing.
   */
  bool has_response;
  /**
   * UTF8: names and passwords may be UTF-8. EXPIRE, LOGIN-DELAY: it may be another for the user; ask again
   * after the login.
   */
  bool per_user;
  /**
   * The command that this is about, as the verb numbered it.
   */
  uint32_t command;
  /**
   * What that command was.
   */
  mailproto_pop3_verb verb;
  /**
   * The response's word for programs.
   */
  mailproto_pop3_code code;
  /**
   * The message that this is about, from 1.
   */
  uint32_t number;
  /**
   * How many messages.
   */
  uint32_t messages;
  /**
   * How many messages will be fetched.
   */
  uint32_t unfetched;
  /**
   * How many lines of the body are wanted.
   */
  uint32_t lines;
  /**
   * Why, if it was not the peer's word.
   */
  mailproto_pop3_reason reason;
  /**
   * What the server can do, one of MAILPROTO_POP3_CAPABILITY_; 0 if it is not known here.
   */
  mailproto_pop3_capability_set capability;
  /**
   * The mechanisms that the server offers, or the one by which the client says who it is.
   */
  mailproto_sasl_mechanisms mechanisms;
  /**
   * The size of the message or of all.
   */
  uint64_t octets;
  /**
   * The seconds of LOGIN-DELAY, the days of EXPIRE; MAILPROTO_UNKNOWN for ever.
   */
  uint64_t value;
  /**
   * The response's word for programs as it was written.
   */
  struct mailproto_bytes code_name;
  /**
   * A text for people, or what is said at the kind. Untrusted.
   */
  struct mailproto_bytes text;
  /**
   * All that came behind the status of the response.
   */
  struct mailproto_bytes line;
  /**
   * The timestamp of the greeting, with its angle brackets.
   */
  struct mailproto_bytes timestamp;
  /**
   * A tag.
   */
  struct mailproto_bytes name;
  /**
   * The message's name for life.
   */
  struct mailproto_bytes unique_id;
  /**
   * A piece of a message, or what is said at the kind.
   */
  struct mailproto_bytes data;
  /**
   * Who the client is.
   */
  struct mailproto_bytes user;
  /**
   * What proves it.
   */
  struct mailproto_bytes password;
  /**
   * The bearer token that proves it.
   */
  struct mailproto_bytes token;
  /**
   * Whom the client wants to act as; empty for itself.
   */
  struct mailproto_bytes authorization;
} mailproto_pop3_event;

/**
 * What would be sent, with every secret taken out: safe to write to a log.
 */
typedef struct mailproto_transmit_log {
  /**
   * What comes before the secret; everything if there is none.
   */
  struct mailproto_bytes before;
  /**
   * How many bytes are not shown.
   */
  size_t hidden;
  /**
   * What comes after the secret.
   */
  struct mailproto_bytes after;
} mailproto_transmit_log;

/**
 * What an endpoint is waiting for: one of the constants MAILPROTO_TIMEOUT_.
 */
typedef uint32_t mailproto_timeout_reason;

/**
 * When an endpoint wants to be told the time at the latest.
 */
typedef struct mailproto_timeout {
  /**
   * The moment, in milliseconds on the clock of handle_time.
   */
  uint64_t at;
  /**
   * What is waited for; MAILPROTO_TIMEOUT_NONE when there is no timeout, and then `at` is
   * MAILPROTO_UNKNOWN, which is later than any time.
   */
  mailproto_timeout_reason reason;
} mailproto_timeout;

/**
 * What went wrong last on a handle. Set struct_size before it is filled.
 */
typedef struct mailproto_error {
  /**
   * sizeof(mailproto_error), set by the caller.
   */
  uint32_t struct_size;
  /**
   * What went wrong; MAILPROTO_OK if nothing has.
   */
  mailproto_status status;
  /**
   * Where: the byte of the argument for a wrong call, else how many bytes had been received on this
   * connection. MAILPROTO_UNKNOWN if it is not known.
   */
  uint64_t offset;
  /**
   * The bound that was passed; MAILPROTO_UNKNOWN if it was none.
   */
  uint64_t limit;
  /**
   * What was waited for: one of MAILPROTO_TIMEOUT_, MAILPROTO_TIMEOUT_NONE if it was no timeout.
   */
  mailproto_timeout_reason timeout;
  /**
   * The reply code of the farewell that is queued for the peer; 0 if there is none.
   */
  uint32_t farewell;
} mailproto_error;

/**
 * A set of departures from the grammar: MAILPROTO_ANOMALY_ constants, joined by `|`.
 */
typedef uint32_t mailproto_anomalies;

/**
 * Where a conversation stands: one of the constants MAILPROTO_POP3_STATE_.
 */
typedef uint32_t mailproto_pop3_state;

/**
 * What a server announced. Set struct_size before it is filled. What is not known here came as
 * MAILPROTO_POP3_EVENT_CAPABILITY.
 */
typedef struct mailproto_pop3_capabilities {
  /**
   * sizeof(mailproto_pop3_capabilities), set by the caller.
   */
  uint32_t struct_size;
  /**
   * The known ones: MAILPROTO_POP3_CAPABILITY_ constants.
   */
  mailproto_pop3_capability_set set;
  /**
   * The mechanisms of AUTH: MAILPROTO_SASL_ constants.
   */
  mailproto_sasl_mechanisms mechanisms;
  /**
   * Names and passwords may be UTF-8.
   */
  bool utf8_user;
  /**
   * Seconds between logins; MAILPROTO_UNKNOWN if it is not told.
   */
  uint64_t login_delay;
  /**
   * Days that messages stay; MAILPROTO_UNKNOWN for ever, or if it is not told.
   */
  uint64_t expire_days;
} mailproto_pop3_capabilities;

/**
 * Names a bound of an endpoint: one of the constants MAILPROTO_LIMIT_.
 */
typedef uint32_t mailproto_limit;

/**
 * What the bytes of a channel binding are: one of the constants MAILPROTO_SASL_BINDING_.
 */
typedef uint32_t mailproto_sasl_binding;

/**
 * A unique id that is remembered. Set struct_size before it is filled.
 */
typedef struct mailproto_pop3_seen_message {
  /**
   * sizeof(mailproto_pop3_seen_message), set by the caller.
   */
  uint32_t struct_size;
  /**
   * The day on which the first of its messages was accepted.
   */
  uint32_t day;
  /**
   * How many of its messages were: a server may give the same unique id to identical ones.
   */
  uint32_t copies;
  /**
   * The unique id.
   */
  struct mailproto_bytes unique_id;
} mailproto_pop3_seen_message;

/**
 * Whether a connection is to be under TLS: one of the constants MAILPROTO_TLS_.
 */
typedef uint32_t mailproto_tls_policy;

/**
 * What becomes of messages on the server once they have been accepted: one of the constants
 * MAILPROTO_POP3_RETENTION_.
 */
typedef uint32_t mailproto_pop3_retention;

/**
 * Why an exchange went wrong, as its mechanism sees it: one of the constants MAILPROTO_SASL_REASON_. For
 * logs: to a client every reason is the same.
 */
typedef uint32_t mailproto_sasl_reason;

/**
 * What comes next: one of the constants MAILPROTO_SASL_STEP_.
 */
typedef uint32_t mailproto_sasl_step;

/**
 * What happened: one of the constants MAILPROTO_SMTP_EVENT_. A program must ignore kinds that it does
 * not know.
 */
typedef uint32_t mailproto_smtp_event_kind;

/**
 * A command without its arguments, or a step of the protocol that no command starts: one of the
 * constants MAILPROTO_SMTP_VERB_.
 */
typedef uint32_t mailproto_smtp_verb;

/**
 * What became of a recipient: one of the constants MAILPROTO_SMTP_VERDICT_.
 */
typedef uint32_t mailproto_smtp_verdict;

/**
 * Why something failed: one of the constants MAILPROTO_SMTP_REASON_.
 */
typedef uint32_t mailproto_smtp_reason;

/**
 * An enhanced status code such as 5.1.1 (RFC 3463); all 0 for none.
 */
typedef struct mailproto_smtp_enhanced_code {
  /**
   * 2 success, 4 transient failure, 5 permanent failure, 0 no code.
   */
  uint16_t class_digit;
  /**
   * What it is about.
   */
  uint16_t subject;
  /**
   * The detail within the subject.
   */
  uint16_t detail;
} mailproto_smtp_enhanced_code;

/**
 * Something that happened. Which fields count is said at each kind; the others are 0 or empty.
 *
 * Set struct_size before each call of next_event. Slices lie in the handle and are valid until the next
 * call that may change it, next_event included.
 */
typedef struct mailproto_smtp_event {
  /**
   * sizeof(mailproto_smtp_event), set by the caller.
   */
  uint32_t struct_size;
  /**
   * What happened.
   */
  mailproto_smtp_event_kind kind;
  /**
   * It waits for accept or reject. A program that accepts whatever is a question accepts every login:
   * AUTH and AUTH_RESPONSE are answered on their own first.
   */
  bool is_question;
  /**
   * EHLO or LHLO, not HELO.
   */
  bool extended;
  /**
   * By BDAT: the first bytes may be there already.
   */
  bool chunking;
  /**
   * The last verdict on this message.
   */
  bool last;
  /**
   * The command that this is about, as the verb numbered it.
   */
  uint32_t command;
  /**
   * What that command was.
   */
  mailproto_smtp_verb verb;
  /**
   * The message that this is about, as submit numbered it.
   */
  uint32_t message;
  /**
   * The recipient that this is about, from 0: in DELIVERY and DATA_END among the accepted ones of the
   * message, in RECIPIENT among all of its envelope.
   */
  uint32_t recipient;
  /**
   * What became of the recipient.
   */
  mailproto_smtp_verdict verdict;
  /**
   * Why, if it was not the peer's word.
   */
  mailproto_smtp_reason reason;
  /**
   * The extensions that are missing.
   */
  uint32_t extensions;
  /**
   * The mechanism by which the client says who it is.
   */
  mailproto_sasl_mechanisms mechanisms;
  /**
   * The code of the reply; 0 without one.
   */
  uint16_t code;
  /**
   * The enhanced status code of the reply.
   */
  struct mailproto_smtp_enhanced_code enhanced;
  /**
   * The whole reply as it came, all lines with their CR LF; see mailproto_smtp_next_reply_line().
   * Untrusted.
   */
  struct mailproto_bytes reply;
  /**
   * A name, mailbox, line or challenge.
   */
  struct mailproto_bytes text;
  /**
   * Parameters as they were written; see mailproto_smtp_next_parameter().
   */
  struct mailproto_bytes parameters;
  /**
   * A piece of a message.
   */
  struct mailproto_bytes data;
  /**
   * Who the client is.
   */
  struct mailproto_bytes user;
  /**
   * What proves it.
   */
  struct mailproto_bytes password;
  /**
   * Whom the client wants to act as; empty for itself.
   */
  struct mailproto_bytes authorization;
  /**
   * The bearer token that proves who the client is.
   */
  struct mailproto_bytes token;
  /**
   * It is the start of an exchange.
   */
  bool first;
  /**
   * The client has responded, if only by nothing.
   */
  bool has_response;
} mailproto_smtp_event;

/**
 * Which parameter it is, and what its fields mean: one of the constants
 * MAILPROTO_SMTP_PARAMETER_.
 */
typedef uint32_t mailproto_smtp_parameter_kind;

/**
 * One parameter of MAIL or RCPT. Which fields count depends on the kind; the others are 0. The
 * layout is final: parameters to come use the same fields.
 */
typedef struct mailproto_smtp_parameter {
  /**
   * Which parameter it is.
   */
  mailproto_smtp_parameter_kind kind;
  /**
   * A choice among constants, or their sum.
   */
  uint32_t choice;
  /**
   * A number.
   */
  int64_t number;
  /**
   * A text. Of ENVID, ORCPT and AUTH: plain in arguments, xtext as it came in results.
   */
  struct mailproto_bytes text;
  /**
   * The keyword of an unknown parameter, the address type of ORCPT.
   */
  struct mailproto_bytes keyword;
} mailproto_smtp_parameter;

/**
 * One attribute of XCLIENT, such as ADDR=192.0.2.1.
 */
typedef struct mailproto_smtp_attribute {
  /**
   * NAME, ADDR, PORT, PROTO, HELO, LOGIN, DESTADDR or DESTPORT.
   */
  struct mailproto_bytes name;
  /**
   * The value: plain in arguments, xtext as it came in results.
   */
  struct mailproto_bytes value;
} mailproto_smtp_attribute;

/**
 * Where a conversation stands: one of the constants MAILPROTO_SMTP_STATE_.
 */
typedef uint32_t mailproto_smtp_state;

/**
 * A set of extensions: MAILPROTO_SMTP_EXTENSION_ constants, joined by `|`.
 */
typedef uint32_t mailproto_smtp_extension_set;

/**
 * What a server announced. Set struct_size before it is filled. Keywords that are not known here stand in
 * the reply to EHLO.
 */
typedef struct mailproto_smtp_extensions {
  /**
   * sizeof(mailproto_smtp_extensions), set by the caller.
   */
  uint32_t struct_size;
  /**
   * The known ones: MAILPROTO_SMTP_EXTENSION_ constants.
   */
  mailproto_smtp_extension_set set;
  /**
   * The mechanisms of AUTH: MAILPROTO_SASL_ constants.
   */
  mailproto_sasl_mechanisms mechanisms;
  /**
   * The least deadline of DELIVERBY in seconds; 0 for none.
   */
  uint32_t deliver_by_min;
  /**
   * The largest message in bytes; MAILPROTO_UNKNOWN for no fixed limit.
   */
  uint64_t size;
  /**
   * The most transactions of a session (RFC 9422); MAILPROTO_UNKNOWN if it is not told.
   */
  uint64_t mail_max;
  /**
   * The most recipients of a transaction (RFC 9422); MAILPROTO_UNKNOWN if it is not told.
   */
  uint64_t rcpt_max;
  /**
   * The most recipient domains of a transaction (RFC 9422); MAILPROTO_UNKNOWN if it is not told.
   */
  uint64_t rcpt_domain_max;
  /**
   * The longest hold of FUTURERELEASE in seconds; MAILPROTO_UNKNOWN if it is not told.
   */
  uint64_t hold_max;
} mailproto_smtp_extensions;

/**
 * SMTP or LMTP: MAILPROTO_SMTP_PROTOCOL_SMTP or MAILPROTO_SMTP_PROTOCOL_LMTP.
 */
typedef uint32_t mailproto_smtp_protocol;

/**
 * What happens to bare CR and LF in message data: one of the constants MAILPROTO_LINE_ENDS_.
 */
typedef uint32_t mailproto_line_ends;

/**
 * When to report: MAILPROTO_SMTP_NOTIFY_ constants, joined by `|`.
 */
typedef uint32_t mailproto_smtp_notify;

/**
 * What a message is made of: one of the constants MAILPROTO_SMTP_BODY_.
 */
typedef uint32_t mailproto_smtp_body;

/**
 * What a report shall quote: one of the constants MAILPROTO_SMTP_RETURN_.
 */
typedef uint32_t mailproto_smtp_return;

/**
 * What happens when the time of BY= is up: a MAILPROTO_SMTP_DELIVER_BY_ mode, and for parameters
 * joined by `|` with MAILPROTO_SMTP_DELIVER_BY_TRACE if each relay shall report.
 */
typedef uint32_t mailproto_smtp_deliver_by;

/**
 * A reply. Its slices lie in the bytes it was read from. Set struct_size before it is filled.
 */
typedef struct mailproto_smtp_reply {
  /**
   * sizeof(mailproto_smtp_reply), set by the caller.
   */
  uint32_t struct_size;
  /**
   * What was tolerated in it: MAILPROTO_ANOMALY_ constants.
   */
  mailproto_anomalies anomalies;
  /**
   * The code. If lines differ, the last one's.
   */
  uint16_t code;
  /**
   * The enhanced status code of the last line that has one.
   */
  struct mailproto_smtp_enhanced_code enhanced;
  /**
   * All lines; see mailproto_smtp_next_reply_line().
   */
  struct mailproto_bytes lines;
} mailproto_smtp_reply;

/**
 * A command. Its slices lie in the line it was read from. Set struct_size before it is filled.
 */
typedef struct mailproto_smtp_command {
  /**
   * sizeof(mailproto_smtp_command), set by the caller.
   */
  uint32_t struct_size;
  /**
   * What was tolerated in it: MAILPROTO_ANOMALY_ constants.
   */
  mailproto_anomalies anomalies;
  /**
   * The command.
   */
  mailproto_smtp_verb verb;
  /**
   * EHLO as LHLO.
   */
  bool lmtp;
  /**
   * AUTH has an initial response.
   */
  bool has_initial;
  /**
   * The length of BDAT.
   */
  uint64_t length;
  /**
   * The name of EHLO, the mechanism of AUTH, the mailbox of MAIL and RCPT, the text of VRFY, EXPN,
   * HELP and NOOP.
   */
  struct mailproto_bytes argument;
  /**
   * The initial response of AUTH, in base64.
   */
  struct mailproto_bytes initial;
  /**
   * The parameters of MAIL and RCPT, the attributes of XCLIENT, as they were written.
   */
  struct mailproto_bytes parameters;
} mailproto_smtp_command;

/**
 * How a login went. Set struct_size before it is filled.
 */
typedef struct mailproto_sasl_outcome {
  /**
   * sizeof(mailproto_sasl_outcome), set by the caller.
   */
  uint32_t struct_size;
  /**
   * The mechanism that was tried last; 0 if none was.
   */
  mailproto_sasl_mechanisms mechanism;
  /**
   * What the mechanism says went wrong, if it was the mechanism: a MAILPROTO_SASL_REASON_.
   */
  mailproto_sasl_reason reason;
  /**
   * Why the server refused the token: the JSON that it sent, at most its first 256 bytes. Untrusted.
   */
  struct mailproto_bytes token_error;
} mailproto_sasl_outcome;

/**
 * Nothing: there is no timeout.
 */
#define MAILPROTO_TIMEOUT_NONE 0

/**
 * The peer's greeting (RFC 5321 section 4.5.3.2.1).
 */
#define MAILPROTO_TIMEOUT_GREETING 1

/**
 * The reply to a command (RFC 5321 sections 4.5.3.2.2 and 4.5.3.2.3).
 */
#define MAILPROTO_TIMEOUT_REPLY 2

/**
 * The go-ahead to send message data (RFC 5321 section 4.5.3.2.4).
 */
#define MAILPROTO_TIMEOUT_DATA_START 3

/**
 * The next piece of message data, or room to send it (RFC 5321 section 4.5.3.2.5).
 */
#define MAILPROTO_TIMEOUT_DATA_BLOCK 4

/**
 * The verdict on a whole message (RFC 5321 section 4.5.3.2.6).
 */
#define MAILPROTO_TIMEOUT_DATA_END 5

/**
 * The peer's next command (RFC 5321 section 4.5.3.2.7).
 */
#define MAILPROTO_TIMEOUT_COMMAND 6

/**
 * Something else, known to a newer core.
 */
#define MAILPROTO_TIMEOUT_OTHER 99

/**
 * A line that ended with LF alone.
 */
#define MAILPROTO_ANOMALY_BARE_LF 1

/**
 * A reply whose lines carry different codes; the last one counts.
 */
#define MAILPROTO_ANOMALY_MIXED_REPLY_CODES 2

/**
 * Reply text that is not UTF-8.
 */
#define MAILPROTO_ANOMALY_REPLY_NOT_UTF8 4

/**
 * A reply over the limit: its first lines were kept, the rest was read past.
 */
#define MAILPROTO_ANOMALY_TRUNCATED_REPLY 8

/**
 * A line of the EHLO reply that is no keyword with parameters; it was skipped.
 */
#define MAILPROTO_ANOMALY_MALFORMED_EHLO_LINE 16

/**
 * The line AUTH=LOGIN of servers older than RFC 2554.
 */
#define MAILPROTO_ANOMALY_AUTH_EQUALS 32

/**
 * White space between FROM: or TO: and the path.
 */
#define MAILPROTO_ANOMALY_SPACE_BEFORE_PATH 64

/**
 * A path without angle brackets.
 */
#define MAILPROTO_ANOMALY_MISSING_BRACKETS 128

/**
 * White space where the grammar has none, or more than it has.
 */
#define MAILPROTO_ANOMALY_EXTRA_SPACE 256

/**
 * A mailbox outside the grammar, such as `a..b` at a domain.
 */
#define MAILPROTO_ANOMALY_LOOSE_MAILBOX 512

/**
 * A greeting name that is neither a domain nor an address literal, or none at all.
 */
#define MAILPROTO_ANOMALY_LOOSE_HELLO_NAME 1024

/**
 * Bare CR or LF in message data that was made canonical.
 */
#define MAILPROTO_ANOMALY_BARE_LINE_END_IN_DATA 2048

/**
 * The client spoke before the greeting.
 */
#define MAILPROTO_ANOMALY_EARLY_TALK 4096

/**
 * A reply code whose first digit is not 2, 3, 4 or 5.
 */
#define MAILPROTO_ANOMALY_ODD_REPLY_CODE 8192

/**
 * A POP3 status indicator that is not in capital letters.
 */
#define MAILPROTO_ANOMALY_STATUS_CASE 16384

/**
 * A unique-id listing without the number of its message.
 */
#define MAILPROTO_ANOMALY_MISSING_NUMBER 32768

/**
 * `+OK` where an exchange of AUTH goes on with `+` and a space.
 */
#define MAILPROTO_ANOMALY_OK_FOR_CHALLENGE 65536

/**
 * A line of a list that is not what it should be; it was skipped.
 */
#define MAILPROTO_ANOMALY_MALFORMED_LINE 131072

/**
 * Bytes in a command line with its CR LF. Default 2048.
 */
#define MAILPROTO_LIMIT_COMMAND_LINE 1

/**
 * Bytes in a line of a SASL exchange with its CR LF. Default 12288.
 */
#define MAILPROTO_LIMIT_SASL_LINE 2

/**
 * Bytes in a whole reply. Default 16384.
 */
#define MAILPROTO_LIMIT_REPLY 3

/**
 * Recipients in one transaction. Default 1000.
 */
#define MAILPROTO_LIMIT_RECIPIENTS 4

/**
 * Bytes in one message as the receiver counts them. Default 64 MiB.
 */
#define MAILPROTO_LIMIT_MESSAGE 5

/**
 * Refused commands before the connection is ended. Default 20.
 */
#define MAILPROTO_LIMIT_BAD_COMMANDS 6

/**
 * Failed logins before the connection is ended. Default 3.
 */
#define MAILPROTO_LIMIT_FAILED_AUTH 7

/**
 * Challenges in one SASL exchange. Default 8.
 */
#define MAILPROTO_LIMIT_SASL_ROUNDS 8

/**
 * Commands that wait for a reply, sent or not. Default 32, which is the most.
 */
#define MAILPROTO_LIMIT_QUEUED_COMMANDS 9

/**
 * Bytes that the receive buffer may hold. Default 16384.
 */
#define MAILPROTO_LIMIT_RECEIVE_BUFFER 10

/**
 * Bytes that the transmit buffer may hold. Default 16384.
 */
#define MAILPROTO_LIMIT_TRANSMIT_BUFFER 11

/**
 * Messages of a maildrop that a POP3 server can mark as deleted in one session. Default 1048576.
 */
#define MAILPROTO_LIMIT_MESSAGES 12

/**
 * The server's greeting; no command asks for it.
 */
#define MAILPROTO_POP3_VERB_GREETING 0

/**
 * CAPA.
 */
#define MAILPROTO_POP3_VERB_CAPA 1

/**
 * STLS.
 */
#define MAILPROTO_POP3_VERB_STLS 2

/**
 * USER.
 */
#define MAILPROTO_POP3_VERB_USER 3

/**
 * PASS.
 */
#define MAILPROTO_POP3_VERB_PASS 4

/**
 * APOP.
 */
#define MAILPROTO_POP3_VERB_APOP 5

/**
 * AUTH and its exchange.
 */
#define MAILPROTO_POP3_VERB_AUTH 6

/**
 * AUTH without a mechanism.
 */
#define MAILPROTO_POP3_VERB_AUTH_LIST 7

/**
 * STAT.
 */
#define MAILPROTO_POP3_VERB_STAT 8

/**
 * LIST of all messages.
 */
#define MAILPROTO_POP3_VERB_LIST 9

/**
 * LIST of one message.
 */
#define MAILPROTO_POP3_VERB_LIST_ONE 10

/**
 * UIDL of all messages.
 */
#define MAILPROTO_POP3_VERB_UIDL 11

/**
 * UIDL of one message.
 */
#define MAILPROTO_POP3_VERB_UIDL_ONE 12

/**
 * RETR.
 */
#define MAILPROTO_POP3_VERB_RETR 13

/**
 * TOP.
 */
#define MAILPROTO_POP3_VERB_TOP 14

/**
 * DELE.
 */
#define MAILPROTO_POP3_VERB_DELE 15

/**
 * RSET.
 */
#define MAILPROTO_POP3_VERB_RSET 16

/**
 * NOOP.
 */
#define MAILPROTO_POP3_VERB_NOOP 17

/**
 * UTF8.
 */
#define MAILPROTO_POP3_VERB_UTF8 18

/**
 * LANG with a language.
 */
#define MAILPROTO_POP3_VERB_LANG 19

/**
 * LANG alone, which asks for the languages.
 */
#define MAILPROTO_POP3_VERB_LANG_LIST 20

/**
 * QUIT.
 */
#define MAILPROTO_POP3_VERB_QUIT 21

/**
 * TLS has begun on both sides; no command says so.
 */
#define MAILPROTO_POP3_VERB_TLS_STARTED 22

/**
 * The server has not greeted yet.
 */
#define MAILPROTO_POP3_STATE_CONNECTED 0

/**
 * The client has not proved who it is.
 */
#define MAILPROTO_POP3_STATE_AUTHORIZATION 1

/**
 * USER was taken: only now may PASS come.
 */
#define MAILPROTO_POP3_STATE_NAMED 2

/**
 * The maildrop is open.
 */
#define MAILPROTO_POP3_STATE_TRANSACTION 3

/**
 * TLS must begin before anything else.
 */
#define MAILPROTO_POP3_STATE_HANDSHAKE 4

/**
 * It is over.
 */
#define MAILPROTO_POP3_STATE_ENDED 5

/**
 * RFC 2449 section 6.1.
 */
#define MAILPROTO_POP3_CAPABILITY_TOP 1

/**
 * RFC 2449 section 6.2: USER and PASS.
 */
#define MAILPROTO_POP3_CAPABILITY_USER 2

/**
 * RFC 2449 section 6.3, RFC 5034.
 */
#define MAILPROTO_POP3_CAPABILITY_SASL 4

/**
 * RFC 2449 section 6.4.
 */
#define MAILPROTO_POP3_CAPABILITY_RESP_CODES 8

/**
 * RFC 2449 section 6.5.
 */
#define MAILPROTO_POP3_CAPABILITY_LOGIN_DELAY 16

/**
 * RFC 2449 section 6.6.
 */
#define MAILPROTO_POP3_CAPABILITY_PIPELINING 32

/**
 * RFC 2449 section 6.7.
 */
#define MAILPROTO_POP3_CAPABILITY_EXPIRE 64

/**
 * RFC 2449 section 6.8.
 */
#define MAILPROTO_POP3_CAPABILITY_UIDL 128

/**
 * RFC 2449 section 6.9.
 */
#define MAILPROTO_POP3_CAPABILITY_IMPLEMENTATION 256

/**
 * RFC 3206 section 6.
 */
#define MAILPROTO_POP3_CAPABILITY_AUTH_RESP_CODE 512

/**
 * RFC 2595 section 4.
 */
#define MAILPROTO_POP3_CAPABILITY_STLS 1024

/**
 * RFC 6856 section 2.
 */
#define MAILPROTO_POP3_CAPABILITY_UTF8 2048

/**
 * RFC 6856 section 3.
 */
#define MAILPROTO_POP3_CAPABILITY_LANG 4096

/**
 * What a server offers unless it is told otherwise: all that needs nothing of the host but to read its
 * maildrop.
 */
#define MAILPROTO_POP3_CAPABILITIES_SERVER_DEFAULT 943

/**
 * The response has no code.
 */
#define MAILPROTO_POP3_CODE_NONE 0

/**
 * The maildrop is open in another session (RFC 2449 section 8.1.2).
 */
#define MAILPROTO_POP3_CODE_IN_USE 1

/**
 * The last login was too short a time ago (RFC 2449 section 8.1.1).
 */
#define MAILPROTO_POP3_CODE_LOGIN_DELAY 2

/**
 * The server has a passing trouble: try later (RFC 3206 section 4).
 */
#define MAILPROTO_POP3_CODE_SYS_TEMP 3

/**
 * The server has a lasting trouble: tell a person (RFC 3206 section 4).
 */
#define MAILPROTO_POP3_CODE_SYS_PERM 4

/**
 * The credentials are wrong (RFC 3206 section 5).
 */
#define MAILPROTO_POP3_CODE_AUTH 5

/**
 * The message needs UTF8 (RFC 6856 section 5).
 */
#define MAILPROTO_POP3_CODE_UTF8 6

/**
 * Another one; its name tells.
 */
#define MAILPROTO_POP3_CODE_OTHER 99

/**
 * They are deleted in the same session.
 */
#define MAILPROTO_POP3_RETENTION_DELETE_AT_ONCE 0

/**
 * They stay.
 */
#define MAILPROTO_POP3_RETENTION_KEEP 1

/**
 * They are deleted so many days after they were accepted.
 */
#define MAILPROTO_POP3_RETENTION_KEEP_DAYS 2

/**
 * Nothing more: bytes, a verb or time is needed.
 */
#define MAILPROTO_POP3_EVENT_NONE 0

/**
 * All endpoints: do the TLS handshake on the socket, then call tls_started.
 */
#define MAILPROTO_POP3_EVENT_STARTTLS 1

/**
 * Client: the server has greeted, or refused to serve. Has a response, and the timestamp that APOP signs, if
 * the server knows APOP.
 */
#define MAILPROTO_POP3_EVENT_GREETING 16

/**
 * Client: a command has ended with this response, good or bad. Has command, verb and response; a good one to
 * STAT has messages and octets, to LIST of one message number and octets, to UIDL of one message number and
 * unique_id. A login by USER and PASS ends as MAILPROTO_POP3_VERB_PASS, or as MAILPROTO_POP3_VERB_USER if
 * the server would not hear of the user.
 */
#define MAILPROTO_POP3_EVENT_RESPONSE 17

/**
 * Client: a good response begins that has more lines; what is in them follows. Has command, verb and response.
 */
#define MAILPROTO_POP3_EVENT_START 18

/**
 * Client: LIST: one message's size. Has command, number and octets.
 */
#define MAILPROTO_POP3_EVENT_LISTING 19

/**
 * Client: UIDL: one message's unique id. Has command, number (0 where the server left it out) and unique_id.
 */
#define MAILPROTO_POP3_EVENT_UNIQUE_ID 20

/**
 * Client: CAPA: something the server can do. Has command and capability; SASL has mechanisms, LOGIN-DELAY its
 * seconds and EXPIRE its days as value, IMPLEMENTATION its name as text. One that is not known here has
 * capability 0, its tag as name, and its parameters as text.
 */
#define MAILPROTO_POP3_EVENT_CAPABILITY 21

/**
 * Client: LANG: a language that the server speaks. Has command, the tag as name, and the description as text.
 */
#define MAILPROTO_POP3_EVENT_LANGUAGE 22

/**
 * Client: RETR, TOP: the next bytes of the message as data, without the added dots. Has command.
 */
#define MAILPROTO_POP3_EVENT_DATA 23

/**
 * Client: a line of a list that is not what it should be; it was skipped. Has command, and the line as data.
 */
#define MAILPROTO_POP3_EVENT_MALFORMED 24

/**
 * Client: a response of several lines is complete, and so is the command. Has command and verb.
 */
#define MAILPROTO_POP3_EVENT_END 25

/**
 * Client: the server asks; answer by auth_respond or auth_cancel. Has command, and the challenge in base64 as
 * data.
 */
#define MAILPROTO_POP3_EVENT_CHALLENGE 26

/**
 * Client: the server says -ERR though no command asked: it is closing the connection. Has a response.
 */
#define MAILPROTO_POP3_EVENT_CLOSING 27

/**
 * Server, a question: a client is there.
 */
#define MAILPROTO_POP3_EVENT_CONNECT 32

/**
 * Server, a question: the client says who it is, by USER and PASS or by AUTH. Has mechanisms (one), user,
 * authorization, and what proves it: a password, a token, nothing for EXTERNAL, the client's word about itself
 * as text for ANONYMOUS. Compare passwords in constant time.
 */
#define MAILPROTO_POP3_EVENT_AUTH 33

/**
 * Server, a question: what is the next challenge of this exchange, which the host conducts? Answered by
 * challenge, accept or reject; mailproto_sasl_server_respond() knows how. Has mechanisms (one), `first`,
 * and has_response with the client's response, decoded, as data.
 */
#define MAILPROTO_POP3_EVENT_AUTH_RESPONSE 34

/**
 * Server, a question: the client says who it is, by the digest of the greeting's timestamp and a secret that
 * both know. Has user, and the MD5 in 32 hexadecimal digits as text.
 */
#define MAILPROTO_POP3_EVENT_APOP 35

/**
 * Server, a question, behind a login that was accepted: what is in the maildrop? Answered by open, once the
 * maildrop is locked.
 */
#define MAILPROTO_POP3_EVENT_OPEN 36

/**
 * Server, a question: how many octets has the message? Answered by size. Has number.
 */
#define MAILPROTO_POP3_EVENT_SIZE 37

/**
 * Server, a question: what is the message's name for life? Answered by unique_id. Has number.
 */
#define MAILPROTO_POP3_EVENT_UNIQUE_ID_WANTED 38

/**
 * Server, a question: may the message be fetched? When accepted, send_data takes it. Has number, and lines:
 * so many of the body are wanted, which the endpoint cuts, or MAILPROTO_POP3_ALL_LINES.
 */
#define MAILPROTO_POP3_EVENT_MESSAGE_WANTED 39

/**
 * Server, a question: may the message be marked as deleted? Answered by size, too. Nothing is deleted yet.
 * Has number.
 */
#define MAILPROTO_POP3_EVENT_DELETE 40

/**
 * Server: RSET; no message is marked as deleted any more.
 */
#define MAILPROTO_POP3_EVENT_RESET 41

/**
 * Server, a question: the client has said QUIT; the messages of mailproto_pop3_server_next_deleted() are to be
 * deleted now. In no other case is any. Has messages: how many they are.
 */
#define MAILPROTO_POP3_EVENT_UPDATE 42

/**
 * Server: UTF8, answered already: messages may be sent with UTF-8 in their headers.
 */
#define MAILPROTO_POP3_EVENT_UTF8 43

/**
 * Server, a question: speak this language? Answered by accept_with. Has a language range, or `*`, as text.
 */
#define MAILPROTO_POP3_EVENT_LANGUAGE_WANTED 44

/**
 * Server, a question: which languages are there? Answered by language for each of them, then accept.
 */
#define MAILPROTO_POP3_EVENT_LANGUAGES 45

/**
 * Server: a command that needed nothing of the host: CAPA, AUTH alone, USER, STAT, NOOP. Has verb.
 */
#define MAILPROTO_POP3_EVENT_ANSWERED 46

/**
 * Server: QUIT, answered already; nothing is to be deleted.
 */
#define MAILPROTO_POP3_EVENT_QUIT 47

/**
 * Server: the endpoint itself refused a line; for logs. Has what it said as text, and the line as data unless
 * it could hold a secret.
 */
#define MAILPROTO_POP3_EVENT_REFUSED 48

/**
 * Download: the maildrop is open, and it is known what will be done. Has messages, and unfetched: how many of
 * them will be fetched.
 */
#define MAILPROTO_POP3_EVENT_LISTED 64

/**
 * Download: a message begins. Has number, unique_id (empty where the server has none) and octets
 * (MAILPROTO_UNKNOWN if the server does not tell).
 */
#define MAILPROTO_POP3_EVENT_MESSAGE 65

/**
 * Download: the next bytes of the message as data.
 */
#define MAILPROTO_POP3_EVENT_MESSAGE_DATA 66

/**
 * Download, a question: the message is complete. Accept it when it is safe, or reject it.
 */
#define MAILPROTO_POP3_EVENT_MESSAGE_END 67

/**
 * Download: a message stays on the server and was not fetched. Has number, unique_id, octets, reason, and a
 * response if it was the server.
 */
#define MAILPROTO_POP3_EVENT_SKIPPED 68

/**
 * Download: nothing can be fetched on this connection. Has reason, and a response if it was the server.
 */
#define MAILPROTO_POP3_EVENT_FAILED 69

/**
 * Download: the session is complete: save what is to be remembered. Has messages: how many the server has
 * removed, and a response.
 */
#define MAILPROTO_POP3_EVENT_DONE 70

/**
 * Something that a newer core can say and this interface cannot.
 */
#define MAILPROTO_POP3_EVENT_OTHER 99

/**
 * The event carries no reason.
 */
#define MAILPROTO_POP3_REASON_NONE 0

/**
 * The message is larger than the options allow.
 */
#define MAILPROTO_POP3_REASON_TOO_LARGE 1

/**
 * The message has no unique id, so that it could not be told from others in the next session.
 */
#define MAILPROTO_POP3_REASON_NO_UNIQUE_ID 2

/**
 * The server refused to send the message.
 */
#define MAILPROTO_POP3_REASON_REFUSED 3

/**
 * The greeting was a refusal.
 */
#define MAILPROTO_POP3_REASON_GREETING 16

/**
 * TLS is required and the server does not offer it.
 */
#define MAILPROTO_POP3_REASON_TLS_NOT_OFFERED 17

/**
 * TLS is required and the server refused to begin.
 */
#define MAILPROTO_POP3_REASON_TLS_REFUSED 18

/**
 * There is no way to log in, or none that may be used without TLS.
 */
#define MAILPROTO_POP3_REASON_LOGIN_NOT_OFFERED 19

/**
 * The server refused the login.
 */
#define MAILPROTO_POP3_REASON_LOGIN_REFUSED 20

/**
 * The server refused to list its messages.
 */
#define MAILPROTO_POP3_REASON_LIST_REFUSED 21

/**
 * The server has no unique ids, and messages are to stay on it: new ones could not be told from old ones.
 */
#define MAILPROTO_POP3_REASON_NO_UNIQUE_IDS 22

/**
 * Another reason, known to a newer core.
 */
#define MAILPROTO_POP3_REASON_OTHER 99

/**
 * Nothing is known to have gone wrong.
 */
#define MAILPROTO_SASL_REASON_NONE 0

/**
 * The peer's message breaks the mechanism's grammar, or has no place at this point.
 */
#define MAILPROTO_SASL_REASON_MALFORMED 1

/**
 * There is no room for the response.
 */
#define MAILPROTO_SASL_REASON_NO_ROOM 2

/**
 * The name or the password has characters that SASLprep forbids.
 */
#define MAILPROTO_SASL_REASON_PROHIBITED 3

/**
 * The nonce that came back is not the one that was sent.
 */
#define MAILPROTO_SASL_REASON_NONCE_CHANGED 4

/**
 * The server asks for so few iterations that the password could be guessed.
 */
#define MAILPROTO_SASL_REASON_FEW_ITERATIONS 5

/**
 * The server asks for more iterations than the program allows to spend on it.
 */
#define MAILPROTO_SASL_REASON_MANY_ITERATIONS 6

/**
 * The server does not know the password either: its signature is wrong.
 */
#define MAILPROTO_SASL_REASON_BAD_SIGNATURE 7

/**
 * The client's proof is wrong.
 */
#define MAILPROTO_SASL_REASON_BAD_PROOF 8

/**
 * The peers see different TLS channels: somebody is in between.
 */
#define MAILPROTO_SASL_REASON_BINDING_MISMATCH 9

/**
 * The client could bind to the channel and was made to believe that the server could not.
 */
#define MAILPROTO_SASL_REASON_DOWNGRADE 10

/**
 * The message demands an extension that is not known.
 */
#define MAILPROTO_SASL_REASON_UNKNOWN_EXTENSION 11

/**
 * The server refused within the mechanism.
 */
#define MAILPROTO_SASL_REASON_REFUSED 12

/**
 * The server refused the token.
 */
#define MAILPROTO_SASL_REASON_TOKEN_REFUSED 13

/**
 * Another reason, known to a newer core.
 */
#define MAILPROTO_SASL_REASON_OTHER 99

/**
 * tls-exporter (RFC 9266): 32 bytes of SSL_export_keying_material() and the like under the label
 * `EXPORTER-Channel-Binding` with an empty context. The one for TLS 1.3.
 */
#define MAILPROTO_SASL_BINDING_TLS_EXPORTER 1

/**
 * tls-server-end-point (RFC 5929 section 4): the hash of the server's certificate.
 */
#define MAILPROTO_SASL_BINDING_TLS_SERVER_END_POINT 2

/**
 * tls-unique (RFC 5929 section 3): the first Finished message of the handshake. Not for TLS 1.3.
 */
#define MAILPROTO_SASL_BINDING_TLS_UNIQUE 3

/**
 * RFC 4616.
 */
#define MAILPROTO_SASL_PLAIN 1

/**
 * draft-murchison-sasl-login.
 */
#define MAILPROTO_SASL_LOGIN 2

/**
 * RFC 2195.
 */
#define MAILPROTO_SASL_CRAM_MD5 4

/**
 * RFC 5802.
 */
#define MAILPROTO_SASL_SCRAM_SHA_1 8

/**
 * RFC 5802, bound to the TLS channel.
 */
#define MAILPROTO_SASL_SCRAM_SHA_1_PLUS 16

/**
 * RFC 7677.
 */
#define MAILPROTO_SASL_SCRAM_SHA_256 32

/**
 * RFC 7677, bound to the TLS channel.
 */
#define MAILPROTO_SASL_SCRAM_SHA_256_PLUS 64

/**
 * A bearer token, as Google and Microsoft first did it.
 */
#define MAILPROTO_SASL_XOAUTH2 128

/**
 * RFC 7628.
 */
#define MAILPROTO_SASL_OAUTHBEARER 256

/**
 * RFC 4422 appendix A.
 */
#define MAILPROTO_SASL_EXTERNAL 512

/**
 * RFC 4505.
 */
#define MAILPROTO_SASL_ANONYMOUS 1024

/**
 * RFC 5802 with SHA-512 (draft-melnikov-scram-sha-512).
 */
#define MAILPROTO_SASL_SCRAM_SHA_512 2048

/**
 * RFC 5802 with SHA-512, bound to the TLS channel.
 */
#define MAILPROTO_SASL_SCRAM_SHA_512_PLUS 4096

/**
 * Send mailproto_sasl_server_text() as a challenge.
 */
#define MAILPROTO_SASL_STEP_CHALLENGE 1

/**
 * Find what is kept of mailproto_sasl_server_user(), and go on with mailproto_sasl_server_verifier(),
 * mailproto_sasl_server_password() or mailproto_sasl_server_unknown_user().
 */
#define MAILPROTO_SASL_STEP_USER 2

/**
 * The client is mailproto_sasl_server_user(): accept.
 */
#define MAILPROTO_SASL_STEP_COMPLETE 3

/**
 * Reject. mailproto_sasl_server_failure() tells why.
 */
#define MAILPROTO_SASL_STEP_FAILED 4

/**
 * SMTP (RFC 5321).
 */
#define MAILPROTO_SMTP_PROTOCOL_SMTP 0

/**
 * LMTP (RFC 2033): LHLO for EHLO, and a verdict for each recipient.
 */
#define MAILPROTO_SMTP_PROTOCOL_LMTP 1

/**
 * They are refused.
 */
#define MAILPROTO_LINE_ENDS_REFUSE 0

/**
 * They are made CR LF.
 */
#define MAILPROTO_LINE_ENDS_CANONICALISE 1

/**
 * The server's greeting; no command asks for it.
 */
#define MAILPROTO_SMTP_VERB_GREETING 0

/**
 * EHLO, or LHLO in LMTP.
 */
#define MAILPROTO_SMTP_VERB_EHLO 1

/**
 * HELO.
 */
#define MAILPROTO_SMTP_VERB_HELO 2

/**
 * STARTTLS.
 */
#define MAILPROTO_SMTP_VERB_STARTTLS 3

/**
 * AUTH and its exchange.
 */
#define MAILPROTO_SMTP_VERB_AUTH 4

/**
 * MAIL.
 */
#define MAILPROTO_SMTP_VERB_MAIL 5

/**
 * RCPT.
 */
#define MAILPROTO_SMTP_VERB_RCPT 6

/**
 * DATA, up to the go-ahead.
 */
#define MAILPROTO_SMTP_VERB_DATA 7

/**
 * The end of the data that followed DATA: its reply is the verdict on the message.
 */
#define MAILPROTO_SMTP_VERB_DATA_END 8

/**
 * BDAT that is not the last.
 */
#define MAILPROTO_SMTP_VERB_BDAT 9

/**
 * BDAT LAST: its reply is the verdict on the message.
 */
#define MAILPROTO_SMTP_VERB_BDAT_LAST 10

/**
 * RSET.
 */
#define MAILPROTO_SMTP_VERB_RSET 11

/**
 * VRFY.
 */
#define MAILPROTO_SMTP_VERB_VRFY 12

/**
 * EXPN.
 */
#define MAILPROTO_SMTP_VERB_EXPN 13

/**
 * HELP.
 */
#define MAILPROTO_SMTP_VERB_HELP 14

/**
 * NOOP.
 */
#define MAILPROTO_SMTP_VERB_NOOP 15

/**
 * QUIT.
 */
#define MAILPROTO_SMTP_VERB_QUIT 16

/**
 * XCLIENT.
 */
#define MAILPROTO_SMTP_VERB_XCLIENT 17

/**
 * TLS has begun on both sides; no command says so.
 */
#define MAILPROTO_SMTP_VERB_TLS_STARTED 18

/**
 * The server has not greeted yet.
 */
#define MAILPROTO_SMTP_STATE_CONNECTED 0

/**
 * The server has greeted; the client has not said who it is.
 */
#define MAILPROTO_SMTP_STATE_GREETED 1

/**
 * The client has said who it is; no transaction.
 */
#define MAILPROTO_SMTP_STATE_READY 2

/**
 * A transaction has a sender.
 */
#define MAILPROTO_SMTP_STATE_SENDER 3

/**
 * A transaction has a recipient.
 */
#define MAILPROTO_SMTP_STATE_RECIPIENTS 4

/**
 * Message data flows, up to the lone dot.
 */
#define MAILPROTO_SMTP_STATE_DATA 5

/**
 * Message data flows in chunks.
 */
#define MAILPROTO_SMTP_STATE_CHUNKS 6

/**
 * TLS must begin before anything else.
 */
#define MAILPROTO_SMTP_STATE_HANDSHAKE 7

/**
 * It is over.
 */
#define MAILPROTO_SMTP_STATE_ENDED 8

/**
 * RFC 2920.
 */
#define MAILPROTO_SMTP_EXTENSION_PIPELINING 1

/**
 * RFC 1870.
 */
#define MAILPROTO_SMTP_EXTENSION_SIZE 2

/**
 * RFC 6152.
 */
#define MAILPROTO_SMTP_EXTENSION_8BITMIME 4

/**
 * RFC 6531.
 */
#define MAILPROTO_SMTP_EXTENSION_SMTPUTF8 8

/**
 * RFC 3030.
 */
#define MAILPROTO_SMTP_EXTENSION_CHUNKING 16

/**
 * RFC 3030.
 */
#define MAILPROTO_SMTP_EXTENSION_BINARYMIME 32

/**
 * RFC 3461.
 */
#define MAILPROTO_SMTP_EXTENSION_DSN 64

/**
 * RFC 2034.
 */
#define MAILPROTO_SMTP_EXTENSION_ENHANCEDSTATUSCODES 128

/**
 * RFC 3207.
 */
#define MAILPROTO_SMTP_EXTENSION_STARTTLS 256

/**
 * RFC 4954.
 */
#define MAILPROTO_SMTP_EXTENSION_AUTH 512

/**
 * RFC 8689.
 */
#define MAILPROTO_SMTP_EXTENSION_REQUIRETLS 1024

/**
 * RFC 9422.
 */
#define MAILPROTO_SMTP_EXTENSION_LIMITS 2048

/**
 * RFC 2852.
 */
#define MAILPROTO_SMTP_EXTENSION_DELIVERBY 4096

/**
 * RFC 6710.
 */
#define MAILPROTO_SMTP_EXTENSION_MT_PRIORITY 8192

/**
 * RFC 4865.
 */
#define MAILPROTO_SMTP_EXTENSION_FUTURERELEASE 16384

/**
 * RFC 7293.
 */
#define MAILPROTO_SMTP_EXTENSION_RRVS 32768

/**
 * Postfix XCLIENT_README.
 */
#define MAILPROTO_SMTP_EXTENSION_XCLIENT 65536

/**
 * RFC 5321 section 3.5.
 */
#define MAILPROTO_SMTP_EXTENSION_VRFY 131072

/**
 * RFC 5321 section 3.5.
 */
#define MAILPROTO_SMTP_EXTENSION_EXPN 262144

/**
 * RFC 5321 section 4.1.1.8.
 */
#define MAILPROTO_SMTP_EXTENSION_HELP 524288

/**
 * What a server offers unless it is told otherwise: all that needs nothing of the host but to store
 * what it is given.
 */
#define MAILPROTO_SMTP_EXTENSIONS_SERVER_DEFAULT 526527

/**
 * Nothing more: bytes, a verb or time is needed.
 */
#define MAILPROTO_SMTP_EVENT_NONE 0

/**
 * All endpoints: do the TLS handshake on the socket, then call tls_started.
 */
#define MAILPROTO_SMTP_EVENT_STARTTLS 1

/**
 * Client: the server has greeted, or refused to serve. Has a reply.
 */
#define MAILPROTO_SMTP_EVENT_GREETING 16

/**
 * Client: a command has ended with this reply, good or bad. Has command, verb and reply. For a message
 * this is the verdict; its command is the one of DATA.
 */
#define MAILPROTO_SMTP_EVENT_REPLY 17

/**
 * Client, LMTP: the verdict on a message for one accepted recipient. Has command, recipient, `last` and
 * reply.
 */
#define MAILPROTO_SMTP_EVENT_DELIVERY 18

/**
 * Client: send the message by send_data and finish_data. Has command and reply.
 */
#define MAILPROTO_SMTP_EVENT_DATA_READY 19

/**
 * Client: the server asks; answer by auth_respond or auth_cancel. Has command, and the challenge in
 * base64 as text.
 */
#define MAILPROTO_SMTP_EVENT_CHALLENGE 20

/**
 * Client: the server says 421 though no command asked: it is closing the connection. Has a reply.
 */
#define MAILPROTO_SMTP_EVENT_CLOSING 21

/**
 * Server, a question: a client is there.
 */
#define MAILPROTO_SMTP_EVENT_CONNECT 32

/**
 * Server, a question: EHLO, HELO or LHLO; any transaction is over. Has the name as text, and extended.
 */
#define MAILPROTO_SMTP_EVENT_HELLO 33

/**
 * Server, a question: the client says who it is. Has mechanisms (one), user, authorization, and what proves
 * it: a password, a token, nothing for EXTERNAL, the client's word about itself as text for ANONYMOUS.
 * Compare passwords in constant time.
 */
#define MAILPROTO_SMTP_EVENT_AUTH 34

/**
 * Server, a question: a transaction begins. Has the sender as text, empty for reports, and parameters.
 */
#define MAILPROTO_SMTP_EVENT_MAIL 35

/**
 * Server, a question: another recipient. Has the mailbox as text, and parameters.
 */
#define MAILPROTO_SMTP_EVENT_RCPT 36

/**
 * Server, a question: a message is about to come. Has chunking.
 */
#define MAILPROTO_SMTP_EVENT_DATA_START 37

/**
 * Server: a piece of the message as data, with added dots taken out.
 */
#define MAILPROTO_SMTP_EVENT_DATA 38

/**
 * Server, a question: the message is complete. Accept only when it is safe. In LMTP once for each
 * accepted recipient, with its number as recipient.
 */
#define MAILPROTO_SMTP_EVENT_DATA_END 39

/**
 * Server: the endpoint refused the message; forget what came of it. Has reason.
 */
#define MAILPROTO_SMTP_EVENT_DATA_ABORTED 40

/**
 * Server: RSET; any transaction is over.
 */
#define MAILPROTO_SMTP_EVENT_RESET 41

/**
 * Server, a question: is there such a mailbox? Has text.
 */
#define MAILPROTO_SMTP_EVENT_VRFY 42

/**
 * Server, a question: who is on this list? Has text.
 */
#define MAILPROTO_SMTP_EVENT_EXPN 43

/**
 * Server: NOOP, answered already.
 */
#define MAILPROTO_SMTP_EVENT_NOOP 44

/**
 * Server: HELP, answered already. Has text.
 */
#define MAILPROTO_SMTP_EVENT_HELP 45

/**
 * Server, a question: a proxy tells whom it speaks for. Has the attributes as parameters; see
 * mailproto_smtp_next_attribute(). Check that the peer may.
 */
#define MAILPROTO_SMTP_EVENT_XCLIENT 46

/**
 * Server: QUIT, answered already.
 */
#define MAILPROTO_SMTP_EVENT_QUIT 47

/**
 * Server: the endpoint itself refused a line; for logs. Has code, and the line as text unless it could
 * hold a secret.
 */
#define MAILPROTO_SMTP_EVENT_REFUSED 48

/**
 * Server, a question: what is the next challenge of this exchange, which the host conducts? Answered by
 * challenge, accept or reject; mailproto_sasl_server_respond() knows how. Has mechanisms (one), `first`,
 * and has_response with the client's response, decoded, as data.
 */
#define MAILPROTO_SMTP_EVENT_AUTH_RESPONSE 49

/**
 * Submission: the server waits for this message: pass it by send_data and finish_data. Has message.
 */
#define MAILPROTO_SMTP_EVENT_BODY_WANTED 64

/**
 * Submission: what became of one recipient; each recipient of each message has exactly one. Has
 * message, recipient, verdict, and a reason or a reply.
 */
#define MAILPROTO_SMTP_EVENT_RECIPIENT 65

/**
 * Submission: every recipient of this message has been told of. Has message, and a reply if the server
 * gave a verdict on it.
 */
#define MAILPROTO_SMTP_EVENT_MESSAGE_DONE 66

/**
 * Submission: the server will take nothing on this connection; what was submitted is told of next. Has
 * reason, and a reply if it was the server.
 */
#define MAILPROTO_SMTP_EVENT_FAILED 67

/**
 * Something that a newer core can say and this interface cannot.
 */
#define MAILPROTO_SMTP_EVENT_OTHER 99

/**
 * The event carries no verdict.
 */
#define MAILPROTO_SMTP_VERDICT_NONE 0

/**
 * The server has taken responsibility.
 */
#define MAILPROTO_SMTP_VERDICT_ACCEPTED 1

/**
 * No: trying again will not help.
 */
#define MAILPROTO_SMTP_VERDICT_PERMANENT 2

/**
 * Not now: try again later.
 */
#define MAILPROTO_SMTP_VERDICT_TRANSIENT 3

/**
 * The line broke after the whole message had been sent and before the server's word came: trying again
 * may deliver twice, not trying may lose it (RFC 1047).
 */
#define MAILPROTO_SMTP_VERDICT_UNKNOWN 4

/**
 * The event carries no reason.
 */
#define MAILPROTO_SMTP_REASON_NONE 0

/**
 * Server: the message has more bytes than the limit: 552.
 */
#define MAILPROTO_SMTP_REASON_ABORT_TOO_LARGE 1

/**
 * Server: the message has bare CR, LF or NUL, which the options refuse: 554.
 */
#define MAILPROTO_SMTP_REASON_ABORT_LINE_ENDS 2

/**
 * Submission: the greeting was a refusal.
 */
#define MAILPROTO_SMTP_REASON_GREETING 16

/**
 * Submission: EHLO and HELO were refused.
 */
#define MAILPROTO_SMTP_REASON_HELLO 17

/**
 * Submission: TLS is required and the server does not offer it.
 */
#define MAILPROTO_SMTP_REASON_TLS_NOT_OFFERED 18

/**
 * Submission: TLS is required and the server refused to begin.
 */
#define MAILPROTO_SMTP_REASON_TLS_REFUSED 19

/**
 * Submission: a login is set and there is no mechanism, or none that may be used without TLS.
 */
#define MAILPROTO_SMTP_REASON_LOGIN_NOT_OFFERED 20

/**
 * Submission: the server refused the login.
 */
#define MAILPROTO_SMTP_REASON_LOGIN_REFUSED 21

/**
 * Submission: the message needs extensions that the server does not offer; they are in `extensions`.
 */
#define MAILPROTO_SMTP_REASON_NEEDS_EXTENSION 22

/**
 * Submission: the server takes no message of this size.
 */
#define MAILPROTO_SMTP_REASON_TOO_LARGE 23

/**
 * Submission: the address breaks the grammar.
 */
#define MAILPROTO_SMTP_REASON_BAD_ADDRESS 24

/**
 * Submission: the server announced that it takes no more recipients or messages (RFC 9422).
 */
#define MAILPROTO_SMTP_REASON_LIMIT_REACHED 25

/**
 * Submission: the connection broke.
 */
#define MAILPROTO_SMTP_REASON_CONNECTION_LOST 26

/**
 * Another reason, known to a newer core.
 */
#define MAILPROTO_SMTP_REASON_OTHER 99

/**
 * No parameter: there are no more.
 */
#define MAILPROTO_SMTP_PARAMETER_NONE 0

/**
 * SIZE=number (RFC 1870).
 */
#define MAILPROTO_SMTP_PARAMETER_SIZE 1

/**
 * BODY=choice, a MAILPROTO_SMTP_BODY_ (RFC 6152, RFC 3030).
 */
#define MAILPROTO_SMTP_PARAMETER_BODY 2

/**
 * SMTPUTF8 (RFC 6531).
 */
#define MAILPROTO_SMTP_PARAMETER_SMTPUTF8 3

/**
 * RET=choice, a MAILPROTO_SMTP_RETURN_ (RFC 3461 section 4.3).
 */
#define MAILPROTO_SMTP_PARAMETER_RET 4

/**
 * ENVID=text (RFC 3461 section 4.4).
 */
#define MAILPROTO_SMTP_PARAMETER_ENVID 5

/**
 * AUTH=text, a mailbox; choice 1 and no text for `<>` (RFC 4954 section 5).
 */
#define MAILPROTO_SMTP_PARAMETER_AUTH 6

/**
 * REQUIRETLS (RFC 8689).
 */
#define MAILPROTO_SMTP_PARAMETER_REQUIRETLS 7

/**
 * BY=number seconds, choice a MAILPROTO_SMTP_DELIVER_BY_ (RFC 2852).
 */
#define MAILPROTO_SMTP_PARAMETER_BY 8

/**
 * MT-PRIORITY=number, -9 to 9 (RFC 6710).
 */
#define MAILPROTO_SMTP_PARAMETER_MT_PRIORITY 9

/**
 * HOLDFOR=number seconds (RFC 4865).
 */
#define MAILPROTO_SMTP_PARAMETER_HOLDFOR 10

/**
 * HOLDUNTIL=text, a date-time of RFC 3339 (RFC 4865).
 */
#define MAILPROTO_SMTP_PARAMETER_HOLDUNTIL 11

/**
 * NOTIFY=choice, MAILPROTO_SMTP_NOTIFY_ joined by `|` (RFC 3461 section 4.1).
 */
#define MAILPROTO_SMTP_PARAMETER_NOTIFY 12

/**
 * ORCPT=keyword;text: the address type and the address (RFC 3461 section 4.2).
 */
#define MAILPROTO_SMTP_PARAMETER_ORCPT 13

/**
 * RRVS=text, a date-time; choice is 0 or a MAILPROTO_SMTP_RRVS_ (RFC 7293).
 */
#define MAILPROTO_SMTP_PARAMETER_RRVS 14

/**
 * Any other: keyword, and text if choice is 1.
 */
#define MAILPROTO_SMTP_PARAMETER_UNKNOWN 99

/**
 * ASCII in lines of at most 998 bytes.
 */
#define MAILPROTO_SMTP_BODY_7BIT 0

/**
 * Any bytes but NUL in such lines.
 */
#define MAILPROTO_SMTP_BODY_8BITMIME 1

/**
 * Any bytes: needs CHUNKING.
 */
#define MAILPROTO_SMTP_BODY_BINARYMIME 2

/**
 * The whole message.
 */
#define MAILPROTO_SMTP_RETURN_FULL 1

/**
 * Only its headers.
 */
#define MAILPROTO_SMTP_RETURN_HEADERS 2

/**
 * Never report.
 */
#define MAILPROTO_SMTP_NOTIFY_NEVER 0

/**
 * Report delivery.
 */
#define MAILPROTO_SMTP_NOTIFY_SUCCESS 1

/**
 * Report failure.
 */
#define MAILPROTO_SMTP_NOTIFY_FAILURE 2

/**
 * Report delay.
 */
#define MAILPROTO_SMTP_NOTIFY_DELAY 4

/**
 * Give the message back.
 */
#define MAILPROTO_SMTP_DELIVER_BY_RETURN 1

/**
 * Report and go on trying.
 */
#define MAILPROTO_SMTP_DELIVER_BY_NOTIFY 2

/**
 * Each relay reports.
 */
#define MAILPROTO_SMTP_DELIVER_BY_TRACE 16

/**
 * Success.
 */
#define MAILPROTO_OK 0

/**
 * A pointer that must not be NULL is.
 */
#define MAILPROTO_ERR_NULL_POINTER 100

/**
 * The struct_size of a structure was not set, or is smaller than any version of it.
 */
#define MAILPROTO_ERR_STRUCT_SIZE 101

/**
 * A number or constant that has no meaning in its place.
 */
#define MAILPROTO_ERR_INVALID_VALUE 102

/**
 * Text that is not UTF-8.
 */
#define MAILPROTO_ERR_NOT_UTF8 103

/**
 * There is no memory for it.
 */
#define MAILPROTO_ERR_NO_MEMORY 104

/**
 * The queue or the transmit buffer is full: take events, transmit, call again.
 */
#define MAILPROTO_ERR_FULL 110

/**
 * CR, LF or NUL in an argument.
 */
#define MAILPROTO_ERR_CONTROL_CHARACTER 111

/**
 * An argument is not what the grammar wants in its place.
 */
#define MAILPROTO_ERR_SYNTAX 112

/**
 * An argument does not fit.
 */
#define MAILPROTO_ERR_TOO_LONG 113

/**
 * The call has no place in the present state.
 */
#define MAILPROTO_ERR_OUT_OF_ORDER 114

/**
 * The peer does not offer the extension that the call needs.
 */
#define MAILPROTO_ERR_NOT_OFFERED 115

/**
 * Bare CR, LF or NUL in message data while the options refuse them.
 */
#define MAILPROTO_ERR_BARE_LINE_END 116

/**
 * The reply code does not fit this stage.
 */
#define MAILPROTO_ERR_REPLY_CODE 117

/**
 * The connection has failed or closed already.
 */
#define MAILPROTO_ERR_CLOSED 118

/**
 * What the peer offers would show a secret on a connection without TLS.
 */
#define MAILPROTO_ERR_NEEDS_TLS 119

/**
 * Another misuse, by a newer core.
 */
#define MAILPROTO_ERR_MISUSE 199

/**
 * Plain text arrived behind STARTTLS (RFC 3207 section 4.2).
 */
#define MAILPROTO_ERR_STARTTLS_INJECTION 200

/**
 * A reply without a three-digit code (RFC 5321 section 4.2).
 */
#define MAILPROTO_ERR_MALFORMED_REPLY 201

/**
 * A reply that no command asked for.
 */
#define MAILPROTO_ERR_UNEXPECTED_REPLY 202

/**
 * A line ended with LF alone and the leniency forbids it.
 */
#define MAILPROTO_ERR_BARE_LF 203

/**
 * The lines of one reply carry different codes and the leniency forbids it.
 */
#define MAILPROTO_ERR_MIXED_REPLY_CODES 204

/**
 * The client spoke before the greeting and the leniency forbids it (RFC 5321 section 3.1).
 */
#define MAILPROTO_ERR_EARLY_TALK 205

/**
 * A SASL challenge that is not base64 (RFC 4954 section 4).
 */
#define MAILPROTO_ERR_MALFORMED_CHALLENGE 206

/**
 * A response without +OK or -ERR, or a line that the leniency forbids (RFC 1939 section 3).
 */
#define MAILPROTO_ERR_MALFORMED_RESPONSE 207

/**
 * Success of a login before the server had proved that it knows the user (RFC 5802 section 5).
 */
#define MAILPROTO_ERR_UNPROVEN_SERVER 208

/**
 * Another breach of the protocol, known to a newer core.
 */
#define MAILPROTO_ERR_PROTOCOL 299

/**
 * Too many bad commands.
 */
#define MAILPROTO_ERR_BAD_COMMANDS 300

/**
 * Too many failed logins.
 */
#define MAILPROTO_ERR_FAILED_AUTH 301

/**
 * Too many challenges in one SASL exchange.
 */
#define MAILPROTO_ERR_SASL_ROUNDS 302

/**
 * A reply of which no part could be kept.
 */
#define MAILPROTO_ERR_REPLY_TOO_LONG 303

/**
 * Another limit, known to a newer core.
 */
#define MAILPROTO_ERR_LIMIT 399

/**
 * The peer closed the connection in the middle of something.
 */
#define MAILPROTO_ERR_END_OF_INPUT 400

/**
 * The peer announced the end (421) in the middle of something.
 */
#define MAILPROTO_ERR_CLOSED_BY_PEER 401

/**
 * Timed out; last_error tells what was waited for.
 */
#define MAILPROTO_ERR_TIMED_OUT 402

/**
 * Another end, known to a newer core.
 */
#define MAILPROTO_ERR_CONNECTION 499

/**
 * There is no whole reply: it was cut off.
 */
#define MAILPROTO_ERR_PARSE_INCOMPLETE 500

/**
 * The bytes are no reply.
 */
#define MAILPROTO_ERR_PARSE_REPLY 501

/**
 * There is no command of this name.
 */
#define MAILPROTO_ERR_PARSE_UNKNOWN 502

/**
 * The arguments of a command or parameter break the grammar.
 */
#define MAILPROTO_ERR_PARSE_SYNTAX 503

/**
 * The argument of a command is not a path.
 */
#define MAILPROTO_ERR_PARSE_PATH 504

/**
 * Plain text only.
 */
#define MAILPROTO_TLS_NONE 0

/**
 * STARTTLS if the server offers it, plain text if not (RFC 7435). Whoever sits on the line can take the
 * offer away.
 */
#define MAILPROTO_TLS_OPPORTUNISTIC 1

/**
 * STARTTLS, or nothing is sent (RFC 8314 section 3).
 */
#define MAILPROTO_TLS_REQUIRED 2

/**
 * The program has begun TLS before the first byte (RFC 8314 section 3.3).
 */
#define MAILPROTO_TLS_IMPLICIT 3

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Takes memory from `allocator` instead of malloc() and free(). To be called once, before any other
 * function of this library and before other threads use it; `allocator` must stay valid and unchanged
 * for as long as the program runs.
 *
 * Returns MAILPROTO_ERR_OUT_OF_ORDER when memory has been allocated already: it could not be given
 * back to where it came from.
 */
mailproto_status mailproto_set_allocator(const struct mailproto_allocator *allocator);

/**
 * Writes the digest of APOP for a greeting's timestamp, with its angle brackets, and a secret: 32 hexadecimal
 * digits and no NUL, into `digest`, which has `size` bytes.
 */
mailproto_status mailproto_pop3_apop_digest(struct mailproto_bytes timestamp,
                                            struct mailproto_bytes secret,
                                            uint8_t *digest,
                                            size_t size);

/**
 * Puts into `matches` whether a client has sent the right digest of APOP. The time that it takes tells nothing
 * about either.
 */
mailproto_status mailproto_pop3_apop_matches(struct mailproto_bytes timestamp,
                                             struct mailproto_bytes secret,
                                             struct mailproto_bytes digest,
                                             bool *matches);

/**
 * Makes a client for one connection, which waits for the greeting. `options` may be NULL for the defaults
 * and is not kept.
 */
mailproto_status mailproto_pop3_client_new(const struct mailproto_pop3_client_options *options,
                                           struct mailproto_pop3_client **client);

/**
 * Frees a client. NULL is nothing to free.
 */
void mailproto_pop3_client_free(struct mailproto_pop3_client *client);

/**
 * Room to read into: `data` and `len` are where bytes of the peer may be written, as by recv(), until the
 * next call on this handle. No room (NULL, 0) means: take events or answer the question that waits first.
 */
mailproto_status mailproto_pop3_client_receive_space(struct mailproto_pop3_client *client,
                                                     uint8_t **data,
                                                     size_t *len);

/**
 * Says that the first `count` bytes of receive_space were written. With 0 the room is given back, so that
 * a connection that holds nothing holds no memory.
 */
mailproto_status mailproto_pop3_client_received(struct mailproto_pop3_client *client,
                                                size_t count);

/**
 * Copies bytes of the peer in, and puts into `taken` how many of them fitted.
 */
mailproto_status mailproto_pop3_client_receive(struct mailproto_pop3_client *client,
                                               struct mailproto_bytes bytes,
                                               size_t *taken);

/**
 * The peer closed its side. An empty read is never taken for it.
 */
mailproto_status mailproto_pop3_client_receive_eof(struct mailproto_pop3_client *client);

/**
 * Puts the next thing that happened into `event`, of kind MAILPROTO_POP3_EVENT_NONE when more bytes, a verb
 * or time is needed. Set event->struct_size before each call. Errors from 200 on are final: send what is
 * still to be sent, then close the socket.
 */
mailproto_status mailproto_pop3_client_next_event(struct mailproto_pop3_client *client,
                                                  struct mailproto_pop3_event *event);

/**
 * Bytes for the peer, in order. Empty when there are none, or when they must wait for a reply. Valid until
 * the next call that may change this handle.
 */
struct mailproto_bytes mailproto_pop3_client_transmit(const struct mailproto_pop3_client *client);

/**
 * Says that the first `count` bytes of transmit were sent.
 */
mailproto_status mailproto_pop3_client_transmitted(struct mailproto_pop3_client *client,
                                                   size_t count);

/**
 * What transmit shows, with secrets taken out: safe to write to a log.
 */
mailproto_status mailproto_pop3_client_transmit_log(const struct mailproto_pop3_client *client,
                                                    struct mailproto_transmit_log *log);

/**
 * Says what time it is, in milliseconds of a clock that does not run backwards. A timeout that is due becomes
 * an error of next_event. A program that never calls this has no timeouts.
 */
mailproto_status mailproto_pop3_client_handle_time(struct mailproto_pop3_client *client,
                                                   uint64_t milliseconds);

/**
 * When to call handle_time at the latest.
 */
struct mailproto_timeout mailproto_pop3_client_next_timeout(const struct mailproto_pop3_client *client);

/**
 * Whether the conversation still expects something from the peer. False for NULL.
 */
bool mailproto_pop3_client_wants_read(const struct mailproto_pop3_client *client);

/**
 * Whether there are bytes for the peer. False for NULL.
 */
bool mailproto_pop3_client_wants_write(const struct mailproto_pop3_client *client);

/**
 * Neither reads nor writes are wanted: close the socket. True for NULL.
 */
bool mailproto_pop3_client_is_closed(const struct mailproto_pop3_client *client);

/**
 * Puts what went wrong last on this handle into `error`. Set error->struct_size before.
 */
mailproto_status mailproto_pop3_client_last_error(const struct mailproto_pop3_client *client,
                                                  struct mailproto_error *error);

/**
 * Writes what went wrong last on this handle, in English words and with a NUL, into `text`, which has `size`
 * bytes; what does not fit is cut off. `length`, which may be NULL, is how many bytes it is without the
 * NUL. 128 bytes are always enough.
 */
mailproto_status mailproto_pop3_client_last_error_message(const struct mailproto_pop3_client *client,
                                                          uint8_t *text,
                                                          size_t size,
                                                          size_t *length);

/**
 * What was tolerated so far: MAILPROTO_ANOMALY_ constants. 0 for NULL.
 */
mailproto_anomalies mailproto_pop3_client_anomalies(const struct mailproto_pop3_client *client);

/**
 * CAPA (RFC 2449): what can the server do? Ask again after the login, where the answer may be another.
 * Servers that do not know it refuse.
 */
mailproto_status mailproto_pop3_client_capa(struct mailproto_pop3_client *client,
                                            uint32_t *command);

/**
 * STLS (RFC 2595). Ends in MAILPROTO_POP3_EVENT_STARTTLS or a refusal.
 */
mailproto_status mailproto_pop3_client_stls(struct mailproto_pop3_client *client,
                                            uint32_t *command);

/**
 * TLS has begun: what the server said in plain text is forgotten; ask for its capabilities again.
 */
mailproto_status mailproto_pop3_client_tls_started(struct mailproto_pop3_client *client);

/**
 * USER and PASS. The password leaves only when the server has taken the user, and is wiped here if it has
 * not. Spaces may stand in both.
 */
mailproto_status mailproto_pop3_client_login(struct mailproto_pop3_client *client,
                                             struct mailproto_bytes user,
                                             struct mailproto_bytes password,
                                             uint32_t *command);

/**
 * APOP. `digest` is the MD5 of the greeting's timestamp and the secret behind it, in small hexadecimal
 * digits. Whoever plays the server can learn the secret by trying: prefer any mechanism under TLS.
 */
mailproto_status mailproto_pop3_client_apop(struct mailproto_pop3_client *client,
                                            struct mailproto_bytes name,
                                            struct mailproto_bytes digest,
                                            uint32_t *command);

/**
 * AUTH by a mechanism. Its initial response is sent along if it has one and it fits.
 */
mailproto_status mailproto_pop3_client_auth(struct mailproto_pop3_client *client,
                                            struct mailproto_sasl *sasl,
                                            uint32_t *command);

/**
 * Answers a challenge. One that the mechanism cannot answer cancels the exchange.
 *
 * `done` may be NULL: then this computes for as long as it takes. Else it is false as long as a mechanism that
 * computes in steps (mailproto_sasl_identity_set_iterations()) wants another call.
 */
mailproto_status mailproto_pop3_client_auth_respond(struct mailproto_pop3_client *client,
                                                    struct mailproto_sasl *sasl,
                                                    bool *done);

/**
 * Cancels the exchange instead of answering.
 */
mailproto_status mailproto_pop3_client_auth_cancel(struct mailproto_pop3_client *client);

/**
 * STAT: how much is in the maildrop? The response has messages and octets.
 */
mailproto_status mailproto_pop3_client_stat(struct mailproto_pop3_client *client,
                                            uint32_t *command);

/**
 * LIST: the sizes of all messages as MAILPROTO_POP3_EVENT_LISTING if `number` is 0, or of one message, in
 * the response.
 */
mailproto_status mailproto_pop3_client_list(struct mailproto_pop3_client *client,
                                            uint32_t number,
                                            uint32_t *command);

/**
 * UIDL: the unique ids of all messages as MAILPROTO_POP3_EVENT_UNIQUE_ID if `number` is 0, or of one message,
 * in the response. Sent whether it is among the capabilities or not: servers forget to say so.
 */
mailproto_status mailproto_pop3_client_uidl(struct mailproto_pop3_client *client,
                                            uint32_t number,
                                            uint32_t *command);

/**
 * RETR: a message, as MAILPROTO_POP3_EVENT_DATA.
 */
mailproto_status mailproto_pop3_client_retr(struct mailproto_pop3_client *client,
                                            uint32_t number,
                                            uint32_t *command);

/**
 * TOP: the header of a message and so many lines of its body, as MAILPROTO_POP3_EVENT_DATA.
 */
mailproto_status mailproto_pop3_client_top(struct mailproto_pop3_client *client,
                                           uint32_t number,
                                           uint32_t lines,
                                           uint32_t *command);

/**
 * DELE: marks a message; the server removes it at QUIT and not before.
 */
mailproto_status mailproto_pop3_client_dele(struct mailproto_pop3_client *client,
                                            uint32_t number,
                                            uint32_t *command);

/**
 * RSET: takes all marks back.
 */
mailproto_status mailproto_pop3_client_rset(struct mailproto_pop3_client *client,
                                            uint32_t *command);

/**
 * NOOP: is the server still there?
 */
mailproto_status mailproto_pop3_client_noop(struct mailproto_pop3_client *client,
                                            uint32_t *command);

/**
 * UTF8 (RFC 6856): messages may come with UTF-8 in their headers. Before the login, and not before TLS.
 */
mailproto_status mailproto_pop3_client_utf8(struct mailproto_pop3_client *client,
                                            uint32_t *command);

/**
 * LANG (RFC 6856): in which language shall the server speak? `*` for the one it likes best; empty asks
 * which it knows: MAILPROTO_POP3_EVENT_LANGUAGE.
 */
mailproto_status mailproto_pop3_client_lang(struct mailproto_pop3_client *client,
                                            struct mailproto_bytes range,
                                            uint32_t *command);

/**
 * QUIT: the server removes what was marked, and says how that went.
 */
mailproto_status mailproto_pop3_client_quit(struct mailproto_pop3_client *client,
                                            uint32_t *command);

/**
 * Where the conversation stands, by the responses that have come. MAILPROTO_POP3_STATE_ENDED for NULL.
 */
mailproto_pop3_state mailproto_pop3_client_state(const struct mailproto_pop3_client *client);

/**
 * Commands that have not ended, sent or not. 0 for NULL.
 */
size_t mailproto_pop3_client_queued_commands(const struct mailproto_pop3_client *client);

/**
 * Puts what the server announced last into `capabilities`; nothing before CAPA has ended well, and after
 * tls_started. Set capabilities->struct_size before.
 */
mailproto_status mailproto_pop3_client_capabilities(const struct mailproto_pop3_client *client,
                                                    struct mailproto_pop3_capabilities *capabilities);

/**
 * Makes options with every default.
 */
mailproto_status mailproto_pop3_client_options_new(struct mailproto_pop3_client_options **options);

/**
 * Frees options. NULL is nothing to free.
 */
void mailproto_pop3_client_options_free(struct mailproto_pop3_client_options *options);

/**
 * Sets a bound, a MAILPROTO_LIMIT_.
 */
mailproto_status mailproto_pop3_client_options_set_limit(struct mailproto_pop3_client_options *options,
                                                         mailproto_limit limit,
                                                         uint64_t value);

/**
 * Tolerates exactly these anomalies: MAILPROTO_ANOMALY_ constants, 0 for strict. All but
 * MAILPROTO_ANOMALY_BARE_LF by default.
 */
mailproto_status mailproto_pop3_client_options_set_leniency(struct mailproto_pop3_client_options *options,
                                                            mailproto_anomalies tolerated);

/**
 * Sets how long the server may take for something, a MAILPROTO_TIMEOUT_: GREETING,
 * REPLY, DATA_BLOCK (the next piece of a list or message), or DATA_END (the response to QUIT, before which the
 * server removes messages).
 */
mailproto_status mailproto_pop3_client_options_set_timeout(struct mailproto_pop3_client_options *options,
                                                           mailproto_timeout_reason reason,
                                                           uint16_t seconds);

/**
 * Makes a download on the given terms of what `seen` does not know, which may be NULL for nothing. Neither is
 * kept; but `seen` is empty afterwards, for what it knew has moved into the download. With MAILPROTO_TLS_IMPLICIT the host
 * begins TLS before the first byte.
 */
mailproto_status mailproto_pop3_download_new(const struct mailproto_pop3_download_options *options,
                                             struct mailproto_pop3_seen *seen,
                                             struct mailproto_pop3_download **download);

/**
 * Frees a download. NULL is nothing to free.
 */
void mailproto_pop3_download_free(struct mailproto_pop3_download *download);

/**
 * Room to read into: `data` and `len` are where bytes of the peer may be written, as by recv(), until the
 * next call on this handle. No room (NULL, 0) means: take events or answer the question that waits first.
 */
mailproto_status mailproto_pop3_download_receive_space(struct mailproto_pop3_download *download,
                                                       uint8_t **data,
                                                       size_t *len);

/**
 * Says that the first `count` bytes of receive_space were written. With 0 the room is given back, so that
 * a connection that holds nothing holds no memory.
 */
mailproto_status mailproto_pop3_download_received(struct mailproto_pop3_download *download,
                                                  size_t count);

/**
 * Copies bytes of the peer in, and puts into `taken` how many of them fitted.
 */
mailproto_status mailproto_pop3_download_receive(struct mailproto_pop3_download *download,
                                                 struct mailproto_bytes bytes,
                                                 size_t *taken);

/**
 * The peer closed its side. An empty read is never taken for it.
 */
mailproto_status mailproto_pop3_download_receive_eof(struct mailproto_pop3_download *download);

/**
 * Puts the next thing that happened into `event`, of kind MAILPROTO_POP3_EVENT_NONE when more bytes, a verb
 * or time is needed. Set event->struct_size before each call. Errors from 200 on are final: send what is
 * still to be sent, then close the socket.
 */
mailproto_status mailproto_pop3_download_next_event(struct mailproto_pop3_download *download,
                                                    struct mailproto_pop3_event *event);

/**
 * Bytes for the peer, in order. Empty when there are none, or when they must wait for a reply. Valid until
 * the next call that may change this handle.
 */
struct mailproto_bytes mailproto_pop3_download_transmit(const struct mailproto_pop3_download *download);

/**
 * Says that the first `count` bytes of transmit were sent.
 */
mailproto_status mailproto_pop3_download_transmitted(struct mailproto_pop3_download *download,
                                                     size_t count);

/**
 * What transmit shows, with secrets taken out: safe to write to a log.
 */
mailproto_status mailproto_pop3_download_transmit_log(const struct mailproto_pop3_download *download,
                                                      struct mailproto_transmit_log *log);

/**
 * Says what time it is, in milliseconds of a clock that does not run backwards. A timeout that is due becomes
 * an error of next_event. A program that never calls this has no timeouts.
 */
mailproto_status mailproto_pop3_download_handle_time(struct mailproto_pop3_download *download,
                                                     uint64_t milliseconds);

/**
 * When to call handle_time at the latest.
 */
struct mailproto_timeout mailproto_pop3_download_next_timeout(const struct mailproto_pop3_download *download);

/**
 * Whether the conversation still expects something from the peer. False for NULL.
 */
bool mailproto_pop3_download_wants_read(const struct mailproto_pop3_download *download);

/**
 * Whether there are bytes for the peer. False for NULL.
 */
bool mailproto_pop3_download_wants_write(const struct mailproto_pop3_download *download);

/**
 * Neither reads nor writes are wanted: close the socket. True for NULL.
 */
bool mailproto_pop3_download_is_closed(const struct mailproto_pop3_download *download);

/**
 * Puts what went wrong last on this handle into `error`. Set error->struct_size before.
 */
mailproto_status mailproto_pop3_download_last_error(const struct mailproto_pop3_download *download,
                                                    struct mailproto_error *error);

/**
 * Writes what went wrong last on this handle, in English words and with a NUL, into `text`, which has `size`
 * bytes; what does not fit is cut off. `length`, which may be NULL, is how many bytes it is without the
 * NUL. 128 bytes are always enough.
 */
mailproto_status mailproto_pop3_download_last_error_message(const struct mailproto_pop3_download *download,
                                                            uint8_t *text,
                                                            size_t size,
                                                            size_t *length);

/**
 * What was tolerated so far: MAILPROTO_ANOMALY_ constants. 0 for NULL.
 */
mailproto_anomalies mailproto_pop3_download_anomalies(const struct mailproto_pop3_download *download);

/**
 * The message that ended is safe with the program: it is remembered, and deleted when that is due.
 */
mailproto_status mailproto_pop3_download_accept(struct mailproto_pop3_download *download);

/**
 * The program could not keep the message that ended: it stays on the server, and is new in the next session.
 */
mailproto_status mailproto_pop3_download_reject(struct mailproto_pop3_download *download);

/**
 * Whether a message waits for accept or reject. False for NULL.
 */
bool mailproto_pop3_download_awaits_answer(const struct mailproto_pop3_download *download);

/**
 * TLS has begun.
 */
mailproto_status mailproto_pop3_download_tls_started(struct mailproto_pop3_download *download);

/**
 * What the TLS channel is known by, a MAILPROTO_SASL_BINDING_ and its bytes, so that a login by SCRAM can be
 * bound to it: between the handshake and tls_started, or at the start with MAILPROTO_TLS_IMPLICIT.
 */
mailproto_status mailproto_pop3_download_bind_channel(struct mailproto_pop3_download *download,
                                                      mailproto_sasl_binding kind,
                                                      struct mailproto_bytes data);

/**
 * Puts the first unique id behind `after`, in the order of their bytes, that is to be remembered for the next
 * session into `message`; MAILPROTO_ERR_OUT_OF_ORDER if there is none. Set message->struct_size before. All of
 * them, from the empty one on, are to be saved whenever they have changed, which is after each accept and after
 * the last event; the next session begins with as many mailproto_pop3_seen_add() as there are copies.
 */
mailproto_status mailproto_pop3_download_next_seen(const struct mailproto_pop3_download *download,
                                                   struct mailproto_bytes after,
                                                   struct mailproto_pop3_seen_message *message);

/**
 * Puts what the server announced last into `capabilities`. Set capabilities->struct_size before.
 */
mailproto_status mailproto_pop3_download_capabilities(const struct mailproto_pop3_download *download,
                                                      struct mailproto_pop3_capabilities *capabilities);

/**
 * Makes terms with every default: TLS if it can be had, messages deleted when they have been accepted. Set a
 * login before they are used.
 */
mailproto_status mailproto_pop3_download_options_new(struct mailproto_pop3_download_options **options);

/**
 * Frees terms and wipes their password. NULL is nothing to free.
 */
void mailproto_pop3_download_options_free(struct mailproto_pop3_download_options *options);

/**
 * Whether TLS is wanted, and what happens if it cannot be had.
 */
mailproto_status mailproto_pop3_download_options_set_tls(struct mailproto_pop3_download_options *options,
                                                         mailproto_tls_policy policy);

/**
 * Whom to log in as, by showing the password: PLAIN, LOGIN, or USER and PASS. The password is not sent in plain
 * text. See set_identity for every other mechanism.
 */
mailproto_status mailproto_pop3_download_options_set_login(struct mailproto_pop3_download_options *options,
                                                           struct mailproto_bytes user,
                                                           struct mailproto_bytes password);

/**
 * Whom to log in as, by the best mechanism that both sides know. The identity is copied. Of what it has, one
 * thing is used: the token, else the password, else what the connection proves, else nothing at all for
 * ANONYMOUS. Set its random bytes anew, and this again, before each download.
 */
mailproto_status mailproto_pop3_download_options_set_identity(struct mailproto_pop3_download_options *options,
                                                              const struct mailproto_sasl_identity *identity);

/**
 * Whom to act as, after set_login; empty for oneself. LOGIN cannot say it.
 */
mailproto_status mailproto_pop3_download_options_set_authorization(struct mailproto_pop3_download_options *options,
                                                                   struct mailproto_bytes authorization);

/**
 * The one mechanism to log in by, after set_login, a MAILPROTO_SASL_; 0 for the best that the server
 * offers, and USER and PASS where there is none.
 */
mailproto_status mailproto_pop3_download_options_set_mechanism(struct mailproto_pop3_download_options *options,
                                                               mailproto_sasl_mechanisms chosen);

/**
 * Send the password even in plain text, after set_login. Off by default.
 */
mailproto_status mailproto_pop3_download_options_set_login_without_tls(struct mailproto_pop3_download_options *options,
                                                                       bool allowed);

/**
 * Log in by APOP where the greeting makes that possible, rather than in any other way. Off by default.
 */
mailproto_status mailproto_pop3_download_options_set_apop(struct mailproto_pop3_download_options *options,
                                                          bool apop);

/**
 * What becomes of messages on the server, a MAILPROTO_POP3_RETENTION_; `days` counts for KEEP_DAYS only.
 */
mailproto_status mailproto_pop3_download_options_set_retention(struct mailproto_pop3_download_options *options,
                                                               mailproto_pop3_retention retention,
                                                               uint32_t days);

/**
 * Today, in days from an origin that the program chooses and keeps.
 */
mailproto_status mailproto_pop3_download_options_set_today(struct mailproto_pop3_download_options *options,
                                                           uint32_t day);

/**
 * Messages of more octets stay on the server unfetched; MAILPROTO_UNKNOWN for no bound, as by default.
 */
mailproto_status mailproto_pop3_download_options_set_largest(struct mailproto_pop3_download_options *options,
                                                             uint64_t octets);

/**
 * How many messages may be asked for before the first of them has come, where the server takes several commands
 * at a time. 8 by default.
 */
mailproto_status mailproto_pop3_download_options_set_read_ahead(struct mailproto_pop3_download_options *options,
                                                                uint16_t messages);

/**
 * How many messages of a maildrop are looked at; what lies beyond waits for the next session. A million by
 * default.
 */
mailproto_status mailproto_pop3_download_options_set_messages(struct mailproto_pop3_download_options *options,
                                                              uint32_t messages);

/**
 * Sets a bound, a MAILPROTO_LIMIT_.
 */
mailproto_status mailproto_pop3_download_options_set_limit(struct mailproto_pop3_download_options *options,
                                                           mailproto_limit limit,
                                                           uint64_t value);

/**
 * Tolerates exactly these anomalies: MAILPROTO_ANOMALY_ constants, 0 for strict. All but
 * MAILPROTO_ANOMALY_BARE_LF by default.
 */
mailproto_status mailproto_pop3_download_options_set_leniency(struct mailproto_pop3_download_options *options,
                                                              mailproto_anomalies tolerated);

/**
 * Sets how long the server may take for something, a MAILPROTO_TIMEOUT_: see
 * mailproto_pop3_client_options_set_timeout().
 */
mailproto_status mailproto_pop3_download_options_set_timeout(struct mailproto_pop3_download_options *options,
                                                             mailproto_timeout_reason reason,
                                                             uint16_t seconds);

/**
 * Makes one that remembers nothing.
 */
mailproto_status mailproto_pop3_seen_new(struct mailproto_pop3_seen **seen);

/**
 * Frees one. NULL is nothing to free.
 */
void mailproto_pop3_seen_free(struct mailproto_pop3_seen *seen);

/**
 * Remembers that a message with this unique id was accepted on this day; several times for as many copies.
 */
mailproto_status mailproto_pop3_seen_add(struct mailproto_pop3_seen *seen,
                                         struct mailproto_bytes unique_id,
                                         uint32_t day);

/**
 * Makes a server for one connection. Its first event is MAILPROTO_POP3_EVENT_CONNECT. `options` is not kept,
 * and may be NULL for the defaults.
 */
mailproto_status mailproto_pop3_server_new(const struct mailproto_pop3_server_options *options,
                                           struct mailproto_pop3_server **server);

/**
 * Frees a server. NULL is nothing to free.
 */
void mailproto_pop3_server_free(struct mailproto_pop3_server *server);

/**
 * Room to read into: `data` and `len` are where bytes of the peer may be written, as by recv(), until the
 * next call on this handle. No room (NULL, 0) means: take events or answer the question that waits first.
 */
mailproto_status mailproto_pop3_server_receive_space(struct mailproto_pop3_server *server,
                                                     uint8_t **data,
                                                     size_t *len);

/**
 * Says that the first `count` bytes of receive_space were written. With 0 the room is given back, so that
 * a connection that holds nothing holds no memory.
 */
mailproto_status mailproto_pop3_server_received(struct mailproto_pop3_server *server,
                                                size_t count);

/**
 * Copies bytes of the peer in, and puts into `taken` how many of them fitted.
 */
mailproto_status mailproto_pop3_server_receive(struct mailproto_pop3_server *server,
                                               struct mailproto_bytes bytes,
                                               size_t *taken);

/**
 * The peer closed its side. An empty read is never taken for it.
 */
mailproto_status mailproto_pop3_server_receive_eof(struct mailproto_pop3_server *server);

/**
 * Puts the next thing that happened into `event`, of kind MAILPROTO_POP3_EVENT_NONE when more bytes, a verb
 * or time is needed. Set event->struct_size before each call. Errors from 200 on are final: send what is
 * still to be sent, then close the socket.
 */
mailproto_status mailproto_pop3_server_next_event(struct mailproto_pop3_server *server,
                                                  struct mailproto_pop3_event *event);

/**
 * Bytes for the peer, in order. Empty when there are none, or when they must wait for a reply. Valid until
 * the next call that may change this handle.
 */
struct mailproto_bytes mailproto_pop3_server_transmit(const struct mailproto_pop3_server *server);

/**
 * Says that the first `count` bytes of transmit were sent.
 */
mailproto_status mailproto_pop3_server_transmitted(struct mailproto_pop3_server *server,
                                                   size_t count);

/**
 * What transmit shows, with secrets taken out: safe to write to a log.
 */
mailproto_status mailproto_pop3_server_transmit_log(const struct mailproto_pop3_server *server,
                                                    struct mailproto_transmit_log *log);

/**
 * Says what time it is, in milliseconds of a clock that does not run backwards. A timeout that is due becomes
 * an error of next_event. A program that never calls this has no timeouts.
 */
mailproto_status mailproto_pop3_server_handle_time(struct mailproto_pop3_server *server,
                                                   uint64_t milliseconds);

/**
 * When to call handle_time at the latest.
 */
struct mailproto_timeout mailproto_pop3_server_next_timeout(const struct mailproto_pop3_server *server);

/**
 * Whether the conversation still expects something from the peer. False for NULL.
 */
bool mailproto_pop3_server_wants_read(const struct mailproto_pop3_server *server);

/**
 * Whether there are bytes for the peer. False for NULL.
 */
bool mailproto_pop3_server_wants_write(const struct mailproto_pop3_server *server);

/**
 * Neither reads nor writes are wanted: close the socket. True for NULL.
 */
bool mailproto_pop3_server_is_closed(const struct mailproto_pop3_server *server);

/**
 * Puts what went wrong last on this handle into `error`. Set error->struct_size before.
 */
mailproto_status mailproto_pop3_server_last_error(const struct mailproto_pop3_server *server,
                                                  struct mailproto_error *error);

/**
 * Writes what went wrong last on this handle, in English words and with a NUL, into `text`, which has `size`
 * bytes; what does not fit is cut off. `length`, which may be NULL, is how many bytes it is without the
 * NUL. 128 bytes are always enough.
 */
mailproto_status mailproto_pop3_server_last_error_message(const struct mailproto_pop3_server *server,
                                                          uint8_t *text,
                                                          size_t size,
                                                          size_t *length);

/**
 * What was tolerated so far: MAILPROTO_ANOMALY_ constants. 0 for NULL.
 */
mailproto_anomalies mailproto_pop3_server_anomalies(const struct mailproto_pop3_server *server);

/**
 * Says yes to the question that waits, with the usual response. MAILPROTO_ERR_FULL when there is no room for
 * the response: transmit, then call again; MAILPROTO_ERR_OUT_OF_ORDER where the question wants more than a yes.
 */
mailproto_status mailproto_pop3_server_accept(struct mailproto_pop3_server *server);

/**
 * Says yes with a text of the host's own, in one line. To MAILPROTO_POP3_EVENT_LANGUAGE that is the exact tag
 * of the language, a space and words in it.
 */
mailproto_status mailproto_pop3_server_accept_with(struct mailproto_pop3_server *server,
                                                   struct mailproto_bytes text);

/**
 * Says yes to MAILPROTO_POP3_EVENT_CONNECT and offers APOP: `timestamp`, with its angle brackets and an `@` as
 * in a message id, stands behind `text` in the greeting and must be another one for each connection.
 */
mailproto_status mailproto_pop3_server_accept_with_timestamp(struct mailproto_pop3_server *server,
                                                             struct mailproto_bytes text,
                                                             struct mailproto_bytes timestamp);

/**
 * Says no to the question that waits. `code` is a word for programs such as `SYS/TEMP`, empty for none
 * (RFC 2449 section 8). A login that is refused without a code or a text gets the usual ones, so that nobody
 * learns which users there are. A message that is refused while all are listed is left out.
 */
mailproto_status mailproto_pop3_server_reject(struct mailproto_pop3_server *server,
                                              struct mailproto_bytes code,
                                              struct mailproto_bytes text);

/**
 * Goes on with an exchange of AUTH that the program conducts, by a challenge in plain bytes: the answer to
 * MAILPROTO_POP3_EVENT_AUTH_RESPONSE unless it is accepted or rejected.
 */
mailproto_status mailproto_pop3_server_challenge(struct mailproto_pop3_server *server,
                                                 struct mailproto_bytes challenge);

/**
 * Refuses a bearer token and says why (RFC 7628 section 3.2.2): `status` is `invalid_token`, `insufficient_scope`
 * or `invalid_request`; `scope` and `openid_configuration` may be empty. The client answers with nothing of
 * meaning; then the endpoint itself refuses the login.
 */
mailproto_status mailproto_pop3_server_reject_token(struct mailproto_pop3_server *server,
                                                    struct mailproto_bytes status,
                                                    struct mailproto_bytes scope,
                                                    struct mailproto_bytes openid_configuration);

/**
 * Answers MAILPROTO_POP3_EVENT_OPEN, once the maildrop is locked: how many messages there are and how many
 * octets they have together, each line end counted as two.
 */
mailproto_status mailproto_pop3_server_open(struct mailproto_pop3_server *server,
                                            uint32_t messages,
                                            uint64_t octets);

/**
 * Answers MAILPROTO_POP3_EVENT_SIZE and MAILPROTO_POP3_EVENT_DELETE: the octets of the message, each line end
 * counted as two (RFC 1939 section 11).
 */
mailproto_status mailproto_pop3_server_size(struct mailproto_pop3_server *server,
                                            uint64_t octets);

/**
 * Answers MAILPROTO_POP3_EVENT_UNIQUE_ID, by one to 70 printable characters of ASCII that no other message of
 * the maildrop ever has.
 */
mailproto_status mailproto_pop3_server_unique_id(struct mailproto_pop3_server *server,
                                                 struct mailproto_bytes unique_id);

/**
 * Answers MAILPROTO_POP3_EVENT_LANGUAGES by one of them; accept ends the list.
 */
mailproto_status mailproto_pop3_server_language(struct mailproto_pop3_server *server,
                                                struct mailproto_bytes tag,
                                                struct mailproto_bytes description);

/**
 * Passes a piece of the message that was accepted, and puts into `taken` how much of it was taken: transmit,
 * then pass the rest. CR and LF that stand alone become CR LF. What TOP does not ask for is taken and not sent.
 */
mailproto_status mailproto_pop3_server_send_data(struct mailproto_pop3_server *server,
                                                 struct mailproto_bytes data,
                                                 size_t *taken);

/**
 * Ends the message. MAILPROTO_ERR_FULL when there is no room for its end: transmit, then call again.
 */
mailproto_status mailproto_pop3_server_finish_data(struct mailproto_pop3_server *server);

/**
 * TLS has begun: the client starts anew.
 */
mailproto_status mailproto_pop3_server_tls_started(struct mailproto_pop3_server *server);

/**
 * Ends the session with -ERR as soon as the command or message in flight is finished. Nothing is deleted.
 */
mailproto_status mailproto_pop3_server_shut_down(struct mailproto_pop3_server *server);

/**
 * The first message behind `number` that is marked as deleted; 0 if there is none. At
 * MAILPROTO_POP3_EVENT_UPDATE, from 0 on, one after the other, the messages to delete now:
 *
 * @code{.c}
 * for (uint32_t n = 0; (n = mailproto_pop3_server_next_deleted(server, n)) != 0;) remove_message(n);
 * @endcode
 */
uint32_t mailproto_pop3_server_next_deleted(const struct mailproto_pop3_server *server,
                                            uint32_t number);

/**
 * Where the conversation stands. MAILPROTO_POP3_STATE_ENDED for NULL.
 */
mailproto_pop3_state mailproto_pop3_server_state(const struct mailproto_pop3_server *server);

/**
 * Whether the client has proved who it is, and its maildrop is open. False for NULL.
 */
bool mailproto_pop3_server_is_authenticated(const struct mailproto_pop3_server *server);

/**
 * Whether the client has said UTF8: messages may have UTF-8 in their headers. Without it, a message that
 * does is to be rejected with the code `UTF8`, or sent in another form (RFC 6856 section 2.1). False for NULL.
 */
bool mailproto_pop3_server_is_utf8(const struct mailproto_pop3_server *server);

/**
 * Whether a question waits for its answer. False for NULL.
 */
bool mailproto_pop3_server_awaits_answer(const struct mailproto_pop3_server *server);

/**
 * Whether more of a message is wanted by send_data. Once TOP has all that it asks for, it is not; then
 * finish_data is all that is left to do. False for NULL.
 */
bool mailproto_pop3_server_wants_data(const struct mailproto_pop3_server *server);

/**
 * Makes options with every default: no TLS, MAILPROTO_POP3_CAPABILITIES_SERVER_DEFAULT.
 */
mailproto_status mailproto_pop3_server_options_new(struct mailproto_pop3_server_options **options);

/**
 * Frees options. NULL is nothing to free.
 */
void mailproto_pop3_server_options_free(struct mailproto_pop3_server_options *options);

/**
 * What CAPA announces, as far as it fits the moment: MAILPROTO_POP3_CAPABILITY_ constants. STLS is announced
 * only in plain text, USER and SASL where they may be used. What is not offered is refused; commands may be
 * pipelined all the same.
 */
mailproto_status mailproto_pop3_server_options_set_offered(struct mailproto_pop3_server_options *options,
                                                           mailproto_pop3_capability_set capabilities);

/**
 * The mechanisms of AUTH: MAILPROTO_SASL_ constants. PLAIN and LOGIN by default.
 */
mailproto_status mailproto_pop3_server_options_set_mechanisms(struct mailproto_pop3_server_options *options,
                                                              mailproto_sasl_mechanisms offered);

/**
 * USER and PASS, and AUTH, may be used in plain text. Off by default: passwords would be readable. APOP shows
 * none.
 */
mailproto_status mailproto_pop3_server_options_set_auth_without_tls(struct mailproto_pop3_server_options *options,
                                                                    bool allowed);

/**
 * Nothing but CAPA, STLS and QUIT before TLS.
 */
mailproto_status mailproto_pop3_server_options_set_require_tls(struct mailproto_pop3_server_options *options,
                                                               bool required);

/**
 * The connection is under TLS from its first byte (RFC 8314).
 */
mailproto_status mailproto_pop3_server_options_set_tls(struct mailproto_pop3_server_options *options,
                                                       bool tls);

/**
 * The server's own name for itself (RFC 2449 section 6.9), at most 64 bytes; not announced if empty.
 */
mailproto_status mailproto_pop3_server_options_set_implementation(struct mailproto_pop3_server_options *options,
                                                                  struct mailproto_bytes name);

/**
 * How many days EXPIRE announces (RFC 2449 section 6.7); MAILPROTO_UNKNOWN is NEVER.
 */
mailproto_status mailproto_pop3_server_options_set_expire_days(struct mailproto_pop3_server_options *options,
                                                               uint64_t days);

/**
 * How many seconds between logins LOGIN-DELAY announces (RFC 2449 section 6.5). The host holds the client to
 * it.
 */
mailproto_status mailproto_pop3_server_options_set_login_delay(struct mailproto_pop3_server_options *options,
                                                               uint32_t seconds);

/**
 * Sets a bound, a MAILPROTO_LIMIT_.
 */
mailproto_status mailproto_pop3_server_options_set_limit(struct mailproto_pop3_server_options *options,
                                                         mailproto_limit limit,
                                                         uint64_t value);

/**
 * Tolerates exactly these anomalies: MAILPROTO_ANOMALY_ constants, 0 for strict. All but
 * MAILPROTO_ANOMALY_BARE_LF by default.
 */
mailproto_status mailproto_pop3_server_options_set_leniency(struct mailproto_pop3_server_options *options,
                                                            mailproto_anomalies tolerated);

/**
 * Sets how long the client may take: MAILPROTO_TIMEOUT_COMMAND or MAILPROTO_TIMEOUT_DATA_BLOCK.
 */
mailproto_status mailproto_pop3_server_options_set_timeout(struct mailproto_pop3_server_options *options,
                                                           mailproto_timeout_reason reason,
                                                           uint32_t seconds);

/**
 * Makes a PLAIN exchange (RFC 4616). `authorization` names whom to act as, and is empty for oneself.
 */
mailproto_status mailproto_sasl_plain_new(struct mailproto_bytes authorization,
                                          struct mailproto_bytes user,
                                          struct mailproto_bytes password,
                                          struct mailproto_sasl **sasl);

/**
 * Makes a LOGIN exchange (draft-murchison-sasl-login).
 */
mailproto_status mailproto_sasl_login_new(struct mailproto_bytes user,
                                          struct mailproto_bytes password,
                                          struct mailproto_sasl **sasl);

/**
 * Makes an exchange by a mechanism that the program itself knows, such as XOAUTH2: this library sends
 * what mailproto_sasl_set_response() says. Before auth, that is the initial response; without it the
 * server speaks first.
 */
mailproto_status mailproto_sasl_custom_new(struct mailproto_bytes mechanism,
                                           struct mailproto_sasl **sasl);

/**
 * Sets what an exchange of mailproto_sasl_custom_new() answers next, in plain bytes: they are encoded
 * in base64 when they are sent, and wiped. MAILPROTO_ERR_OUT_OF_ORDER for the other kinds, which know
 * their answers.
 */
mailproto_status mailproto_sasl_set_response(struct mailproto_sasl *sasl,
                                             struct mailproto_bytes response);

/**
 * Why the exchange went wrong, a MAILPROTO_SASL_REASON_, as far as its mechanism can tell.
 */
mailproto_sasl_reason mailproto_sasl_failure(const struct mailproto_sasl *sasl);

/**
 * Why the server refused the token: the JSON that it sent (RFC 7628 section 3.2.2), at most its first 256
 * bytes. Untrusted, and empty if it did not. Valid until the next call that may change this handle.
 */
struct mailproto_bytes mailproto_sasl_token_error(const struct mailproto_sasl *sasl);

/**
 * Frees an exchange and wipes its credentials. NULL is nothing to free.
 */
void mailproto_sasl_free(struct mailproto_sasl *sasl);

/**
 * Makes the identity of a user, who has to prove it by what is set.
 */
mailproto_status mailproto_sasl_identity_new(struct mailproto_bytes user,
                                             struct mailproto_sasl_identity **identity);

/**
 * Frees an identity and wipes its secrets. NULL is nothing to free.
 */
void mailproto_sasl_identity_free(struct mailproto_sasl_identity *identity);

/**
 * The password, for PLAIN, LOGIN, CRAM-MD5 and SCRAM.
 */
mailproto_status mailproto_sasl_identity_set_password(struct mailproto_sasl_identity *identity,
                                                      struct mailproto_bytes password);

/**
 * A bearer token, for XOAUTH2 and OAUTHBEARER.
 */
mailproto_status mailproto_sasl_identity_set_token(struct mailproto_sasl_identity *identity,
                                                   struct mailproto_bytes token);

/**
 * The connection itself proves it, such as by the certificate of the TLS client: EXTERNAL.
 */
mailproto_status mailproto_sasl_identity_set_external(struct mailproto_sasl_identity *identity,
                                                      bool external);

/**
 * Nobody will do, who leaves this word about itself, which may be empty: ANONYMOUS.
 */
mailproto_status mailproto_sasl_identity_set_anonymous(struct mailproto_sasl_identity *identity,
                                                       struct mailproto_bytes trace);

/**
 * Whom to act as; empty for oneself. Only SCRAM, PLAIN and EXTERNAL can say it.
 */
mailproto_status mailproto_sasl_identity_set_authorization(struct mailproto_sasl_identity *identity,
                                                           struct mailproto_bytes authorization);

/**
 * Random bytes, exactly 18, new for every exchange: this library has no randomness. Without them there is
 * no SCRAM.
 */
mailproto_status mailproto_sasl_identity_set_random(struct mailproto_sasl_identity *identity,
                                                    struct mailproto_bytes random);

/**
 * What the TLS channel is known by, a MAILPROTO_SASL_BINDING_ and its bytes, so that SCRAM can be bound to
 * it. Where the server offers that, nothing else by password is chosen.
 */
mailproto_status mailproto_sasl_identity_set_binding(struct mailproto_sasl_identity *identity,
                                                     mailproto_sasl_binding kind,
                                                     struct mailproto_bytes data);

/**
 * The server's name and port, which OAUTHBEARER can say.
 */
mailproto_status mailproto_sasl_identity_set_service(struct mailproto_sasl_identity *identity,
                                                     struct mailproto_bytes host,
                                                     uint16_t port);

/**
 * How many iterations of SCRAM a server may ask for, from `least` (4096 by default) to `most` (a million),
 * and how many of them one call of auth_respond runs (all).
 */
mailproto_status mailproto_sasl_identity_set_iterations(struct mailproto_sasl_identity *identity,
                                                        uint32_t least,
                                                        uint32_t most,
                                                        uint32_t per_call);

/**
 * What may be chosen: MAILPROTO_SASL_ constants. All by default; in plain text only those that show nobody
 * a secret.
 */
mailproto_status mailproto_sasl_identity_set_allowed(struct mailproto_sasl_identity *identity,
                                                     mailproto_sasl_mechanisms allowed,
                                                     mailproto_sasl_mechanisms allowed_without_tls);

/**
 * The mechanisms that the identity is enough for. 0 for NULL.
 */
mailproto_sasl_mechanisms mailproto_sasl_identity_mechanisms(const struct mailproto_sasl_identity *identity);

/**
 * Puts the best mechanism of those that a server offers into `chosen`; `refused` are those that it would
 * not take before. MAILPROTO_ERR_NOT_OFFERED when there is none, MAILPROTO_ERR_NEEDS_TLS when there is none
 * without TLS.
 */
mailproto_status mailproto_sasl_choose(const struct mailproto_sasl_identity *identity,
                                       mailproto_sasl_mechanisms offered,
                                       mailproto_sasl_mechanisms refused,
                                       bool tls,
                                       mailproto_sasl_mechanisms *chosen);

/**
 * Makes an exchange by one mechanism, a MAILPROTO_SASL_, with a server that offers those. The identity is
 * copied. MAILPROTO_ERR_NOT_OFFERED when it is not enough for the mechanism, MAILPROTO_ERR_SYNTAX when the
 * mechanism cannot carry it.
 */
mailproto_status mailproto_sasl_new(const struct mailproto_sasl_identity *identity,
                                    mailproto_sasl_mechanisms mechanism_spoken,
                                    mailproto_sasl_mechanisms offered,
                                    struct mailproto_sasl **sasl);

/**
 * Makes an exchange by the mechanism of an event whose `first` is set. `random` is 18 random bytes, new for
 * every exchange; `name` is the server's, which CRAM-MD5 says; `offered` is what the server offers, so that a
 * client that was made to believe otherwise is found out. MAILPROTO_ERR_INVALID_VALUE for another mechanism.
 */
mailproto_status mailproto_sasl_server_new(mailproto_sasl_mechanisms mechanism_spoken,
                                           struct mailproto_bytes random,
                                           struct mailproto_bytes name,
                                           mailproto_sasl_mechanisms offered,
                                           struct mailproto_sasl_server **server);

/**
 * Frees an exchange. NULL is nothing to free.
 */
void mailproto_sasl_server_free(struct mailproto_sasl_server *server);

/**
 * What the TLS channel is known by, a MAILPROTO_SASL_BINDING_ and its bytes; once for each kind that the
 * program can tell.
 */
mailproto_status mailproto_sasl_server_add_binding(struct mailproto_sasl_server *server,
                                                   mailproto_sasl_binding kind,
                                                   struct mailproto_bytes data);

/**
 * Takes the response of an event AUTH_RESPONSE, which is empty where the client has not responded, and puts
 * what comes next into `step`.
 */
mailproto_status mailproto_sasl_server_respond(struct mailproto_sasl_server *server,
                                               struct mailproto_bytes response,
                                               mailproto_sasl_step *step);

/**
 * Goes on with what is kept of the user for SCRAM (RFC 5802 section 2.1): salt, iterations, StoredKey and
 * ServerKey. See mailproto_sasl_derive_keys().
 */
mailproto_status mailproto_sasl_server_verifier(struct mailproto_sasl_server *server,
                                                struct mailproto_bytes salt,
                                                uint32_t iterations,
                                                struct mailproto_bytes stored_key,
                                                struct mailproto_bytes server_key,
                                                mailproto_sasl_step *step);

/**
 * Goes on with the user's password. For SCRAM the keys are derived of it, with a salt that must stay the same
 * for the user, and so many iterations; CRAM-MD5 needs neither, so `salt` may be empty.
 */
mailproto_status mailproto_sasl_server_password(struct mailproto_sasl_server *server,
                                                struct mailproto_bytes password,
                                                struct mailproto_bytes salt,
                                                uint32_t iterations,
                                                mailproto_sasl_step *step);

/**
 * Goes on with a user that does not exist, so that nobody learns that: the answers are those to a user with
 * another password. `secret` is the server's own, random and kept; `iterations` what its users have.
 */
mailproto_status mailproto_sasl_server_unknown_user(struct mailproto_sasl_server *server,
                                                    struct mailproto_bytes secret,
                                                    uint32_t iterations,
                                                    mailproto_sasl_step *step);

/**
 * What to send as a challenge. Valid until the next call that may change this handle.
 */
struct mailproto_bytes mailproto_sasl_server_text(const struct mailproto_sasl_server *server);

/**
 * Who the client says it is, from MAILPROTO_SASL_STEP_USER on.
 */
struct mailproto_bytes mailproto_sasl_server_user(const struct mailproto_sasl_server *server);

/**
 * Whom the client wants to act as; empty for itself.
 */
struct mailproto_bytes mailproto_sasl_server_authorization(const struct mailproto_sasl_server *server);

/**
 * Why the exchange failed, a MAILPROTO_SASL_REASON_.
 */
mailproto_sasl_reason mailproto_sasl_server_failure(const struct mailproto_sasl_server *server);

/**
 * Derives what a server keeps of a password for a mechanism of SCRAM: StoredKey and ServerKey, into `stored_key`
 * and `server_key`, which have `size` bytes each; 64 are enough for all. `length`, which may be NULL, is how
 * many bytes each key has. The salt, at most 64 bytes, must be random and new for every password.
 */
mailproto_status mailproto_sasl_derive_keys(mailproto_sasl_mechanisms mechanism_spoken,
                                            struct mailproto_bytes password,
                                            struct mailproto_bytes salt,
                                            uint32_t iterations,
                                            uint8_t *stored_key,
                                            uint8_t *server_key,
                                            size_t size,
                                            size_t *length);

/**
 * Makes a client for one connection, which waits for the greeting. `options` may be NULL for the defaults
 * and is not kept.
 */
mailproto_status mailproto_smtp_client_new(const struct mailproto_smtp_client_options *options,
                                           struct mailproto_smtp_client **client);

/**
 * Frees a client. NULL is nothing to free.
 */
void mailproto_smtp_client_free(struct mailproto_smtp_client *client);

/**
 * Room to read into: `data` and `len` are where bytes of the peer may be written, as by recv(), until the
 * next call on this handle. No room (NULL, 0) means: take events or answer the question that waits first.
 */
mailproto_status mailproto_smtp_client_receive_space(struct mailproto_smtp_client *client,
                                                     uint8_t **data,
                                                     size_t *len);

/**
 * Says that the first `count` bytes of receive_space were written. With 0 the room is given back, so that
 * a connection that holds nothing holds no memory.
 */
mailproto_status mailproto_smtp_client_received(struct mailproto_smtp_client *client,
                                                size_t count);

/**
 * Copies bytes of the peer in, and puts into `taken` how many of them fitted.
 */
mailproto_status mailproto_smtp_client_receive(struct mailproto_smtp_client *client,
                                               struct mailproto_bytes bytes,
                                               size_t *taken);

/**
 * The peer closed its side. An empty read is never taken for it.
 */
mailproto_status mailproto_smtp_client_receive_eof(struct mailproto_smtp_client *client);

/**
 * Puts the next thing that happened into `event`, of kind MAILPROTO_SMTP_EVENT_NONE when more bytes, a verb
 * or time is needed. Set event->struct_size before each call. Errors from 200 on are final: send what is
 * still to be sent, then close the socket.
 */
mailproto_status mailproto_smtp_client_next_event(struct mailproto_smtp_client *client,
                                                  struct mailproto_smtp_event *event);

/**
 * Bytes for the peer, in order. Empty when there are none, or when they must wait for a reply. Valid until
 * the next call that may change this handle.
 */
struct mailproto_bytes mailproto_smtp_client_transmit(const struct mailproto_smtp_client *client);

/**
 * Says that the first `count` bytes of transmit were sent.
 */
mailproto_status mailproto_smtp_client_transmitted(struct mailproto_smtp_client *client,
                                                   size_t count);

/**
 * What transmit shows, with secrets taken out: safe to write to a log.
 */
mailproto_status mailproto_smtp_client_transmit_log(const struct mailproto_smtp_client *client,
                                                    struct mailproto_transmit_log *log);

/**
 * Says what time it is, in milliseconds of a clock that does not run backwards. A timeout that is due becomes
 * an error of next_event. A program that never calls this has no timeouts.
 */
mailproto_status mailproto_smtp_client_handle_time(struct mailproto_smtp_client *client,
                                                   uint64_t milliseconds);

/**
 * When to call handle_time at the latest.
 */
struct mailproto_timeout mailproto_smtp_client_next_timeout(const struct mailproto_smtp_client *client);

/**
 * Whether the conversation still expects something from the peer. False for NULL.
 */
bool mailproto_smtp_client_wants_read(const struct mailproto_smtp_client *client);

/**
 * Whether there are bytes for the peer. False for NULL.
 */
bool mailproto_smtp_client_wants_write(const struct mailproto_smtp_client *client);

/**
 * Neither reads nor writes are wanted: close the socket. True for NULL.
 */
bool mailproto_smtp_client_is_closed(const struct mailproto_smtp_client *client);

/**
 * Puts what went wrong last on this handle into `error`. Set error->struct_size before.
 */
mailproto_status mailproto_smtp_client_last_error(const struct mailproto_smtp_client *client,
                                                  struct mailproto_error *error);

/**
 * Writes what went wrong last on this handle, in English words and with a NUL, into `text`, which has `size`
 * bytes; what does not fit is cut off. `length`, which may be NULL, is how many bytes it is without the
 * NUL. 128 bytes are always enough.
 */
mailproto_status mailproto_smtp_client_last_error_message(const struct mailproto_smtp_client *client,
                                                          uint8_t *text,
                                                          size_t size,
                                                          size_t *length);

/**
 * What was tolerated so far: MAILPROTO_ANOMALY_ constants. 0 for NULL.
 */
mailproto_anomalies mailproto_smtp_client_anomalies(const struct mailproto_smtp_client *client);

/**
 * EHLO, in LMTP LHLO. `name` is a domain or an address literal.
 */
mailproto_status mailproto_smtp_client_ehlo(struct mailproto_smtp_client *client,
                                            struct mailproto_bytes name,
                                            uint32_t *command);

/**
 * HELO, for servers that do not know EHLO.
 */
mailproto_status mailproto_smtp_client_helo(struct mailproto_smtp_client *client,
                                            struct mailproto_bytes name,
                                            uint32_t *command);

/**
 * STARTTLS. Ends in MAILPROTO_SMTP_EVENT_STARTTLS or a refusal.
 */
mailproto_status mailproto_smtp_client_starttls(struct mailproto_smtp_client *client,
                                                uint32_t *command);

/**
 * TLS has begun: what the server said in plain text is forgotten; say EHLO again.
 */
mailproto_status mailproto_smtp_client_tls_started(struct mailproto_smtp_client *client);

/**
 * AUTH by a mechanism. Its initial response is sent along if it has one and it fits.
 */
mailproto_status mailproto_smtp_client_auth(struct mailproto_smtp_client *client,
                                            struct mailproto_sasl *sasl,
                                            uint32_t *command);

/**
 * Answers a challenge. One that the mechanism cannot answer cancels the exchange.
 *
 * `done` may be NULL: then this computes for as long as it takes. Else it is false as long as a mechanism that
 * computes in steps (mailproto_sasl_identity_set_iterations()) wants another call.
 */
mailproto_status mailproto_smtp_client_auth_respond(struct mailproto_smtp_client *client,
                                                    struct mailproto_sasl *sasl,
                                                    bool *done);

/**
 * Cancels the exchange instead of answering.
 */
mailproto_status mailproto_smtp_client_auth_cancel(struct mailproto_smtp_client *client);

/**
 * MAIL. `sender` is a mailbox without brackets, empty for reports; `parameters` may be NULL if `count` is 0.
 */
mailproto_status mailproto_smtp_client_mail(struct mailproto_smtp_client *client,
                                            struct mailproto_bytes sender,
                                            const struct mailproto_smtp_parameter *parameters,
                                            size_t count,
                                            uint32_t *command);

/**
 * RCPT. `recipient` is a mailbox without brackets, or Postmaster; `parameters` may be NULL if `count` is 0.
 */
mailproto_status mailproto_smtp_client_rcpt(struct mailproto_smtp_client *client,
                                            struct mailproto_bytes recipient,
                                            const struct mailproto_smtp_parameter *parameters,
                                            size_t count,
                                            uint32_t *command);

/**
 * DATA. Ends in MAILPROTO_SMTP_EVENT_DATA_READY and later a verdict, or in a refusal.
 */
mailproto_status mailproto_smtp_client_data(struct mailproto_smtp_client *client,
                                            uint32_t *command);

/**
 * BDAT: exactly `length` bytes follow by send_data, as they are.
 */
mailproto_status mailproto_smtp_client_bdat(struct mailproto_smtp_client *client,
                                            uint64_t length,
                                            bool last,
                                            uint32_t *command);

/**
 * Passes a piece of the message on, and puts into `taken` how much of it was taken: transmit, then pass the
 * rest. Behind DATA, dots are added where lines start with one.
 */
mailproto_status mailproto_smtp_client_send_data(struct mailproto_smtp_client *client,
                                                 struct mailproto_bytes data,
                                                 size_t *taken);

/**
 * Ends the message behind DATA. A last line without an end gets one.
 */
mailproto_status mailproto_smtp_client_finish_data(struct mailproto_smtp_client *client);

/**
 * RSET.
 */
mailproto_status mailproto_smtp_client_rset(struct mailproto_smtp_client *client,
                                            uint32_t *command);

/**
 * VRFY.
 */
mailproto_status mailproto_smtp_client_vrfy(struct mailproto_smtp_client *client,
                                            struct mailproto_bytes text,
                                            uint32_t *command);

/**
 * EXPN.
 */
mailproto_status mailproto_smtp_client_expn(struct mailproto_smtp_client *client,
                                            struct mailproto_bytes text,
                                            uint32_t *command);

/**
 * HELP; the text may be empty.
 */
mailproto_status mailproto_smtp_client_help(struct mailproto_smtp_client *client,
                                            struct mailproto_bytes text,
                                            uint32_t *command);

/**
 * NOOP: is the server still there?
 */
mailproto_status mailproto_smtp_client_noop(struct mailproto_smtp_client *client,
                                            uint32_t *command);

/**
 * QUIT.
 */
mailproto_status mailproto_smtp_client_quit(struct mailproto_smtp_client *client,
                                            uint32_t *command);

/**
 * XCLIENT (Postfix XCLIENT_README): tells whom this client speaks for.
 */
mailproto_status mailproto_smtp_client_xclient(struct mailproto_smtp_client *client,
                                               const struct mailproto_smtp_attribute *attributes,
                                               size_t count,
                                               uint32_t *command);

/**
 * Where the conversation stands, by the replies that have come. MAILPROTO_SMTP_STATE_ENDED for NULL.
 */
mailproto_smtp_state mailproto_smtp_client_state(const struct mailproto_smtp_client *client);

/**
 * Commands whose last reply has not come, sent or not. 0 for NULL.
 */
size_t mailproto_smtp_client_queued_commands(const struct mailproto_smtp_client *client);

/**
 * Puts what the server announced last into `extensions`; nothing before EHLO, after HELO and after
 * tls_started. Set extensions->struct_size before.
 */
mailproto_status mailproto_smtp_client_extensions(const struct mailproto_smtp_client *client,
                                                  struct mailproto_smtp_extensions *extensions);

/**
 * Makes options with every default: SMTP, bare line ends refused, the timeouts of RFC 5321.
 */
mailproto_status mailproto_smtp_client_options_new(struct mailproto_smtp_client_options **options);

/**
 * Frees options. NULL is nothing to free.
 */
void mailproto_smtp_client_options_free(struct mailproto_smtp_client_options *options);

/**
 * SMTP or LMTP.
 */
mailproto_status mailproto_smtp_client_options_set_protocol(struct mailproto_smtp_client_options *options,
                                                            mailproto_smtp_protocol protocol);

/**
 * What happens to bare CR and LF in the data that the program passes.
 */
mailproto_status mailproto_smtp_client_options_set_line_ends(struct mailproto_smtp_client_options *options,
                                                             mailproto_line_ends line_ends);

/**
 * Sets a bound, a MAILPROTO_LIMIT_.
 */
mailproto_status mailproto_smtp_client_options_set_limit(struct mailproto_smtp_client_options *options,
                                                         mailproto_limit limit,
                                                         uint64_t value);

/**
 * Tolerates exactly these anomalies: MAILPROTO_ANOMALY_ constants, 0 for strict. All but
 * MAILPROTO_ANOMALY_BARE_LF by default.
 */
mailproto_status mailproto_smtp_client_options_set_leniency(struct mailproto_smtp_client_options *options,
                                                            mailproto_anomalies tolerated);

/**
 * Sets how long the server may take for something, a MAILPROTO_TIMEOUT_ other than COMMAND.
 */
mailproto_status mailproto_smtp_client_options_set_timeout(struct mailproto_smtp_client_options *options,
                                                           mailproto_timeout_reason reason,
                                                           uint16_t seconds);

/**
 * Makes an envelope without recipients. `sender` is a mailbox without brackets, empty for reports.
 */
mailproto_status mailproto_smtp_envelope_new(struct mailproto_bytes sender,
                                             struct mailproto_smtp_envelope **envelope);

/**
 * Frees an envelope. NULL is nothing to free.
 */
void mailproto_smtp_envelope_free(struct mailproto_smtp_envelope *envelope);

/**
 * Adds a recipient: a mailbox without brackets, or Postmaster. Puts its index into `index`, which may be NULL.
 */
mailproto_status mailproto_smtp_envelope_add_recipient(struct mailproto_smtp_envelope *envelope,
                                                       struct mailproto_bytes address,
                                                       size_t *index);

/**
 * When to report about one recipient, where DSN is offered: MAILPROTO_SMTP_NOTIFY_ constants.
 */
mailproto_status mailproto_smtp_envelope_set_recipient_notify(struct mailproto_smtp_envelope *envelope,
                                                              size_t index,
                                                              mailproto_smtp_notify notify);

/**
 * Type (such as rfc822) and address of one recipient as first named, where DSN is offered.
 */
mailproto_status mailproto_smtp_envelope_set_recipient_original(struct mailproto_smtp_envelope *envelope,
                                                                size_t index,
                                                                struct mailproto_bytes address_type,
                                                                struct mailproto_bytes address);

/**
 * What the content is made of, a MAILPROTO_SMTP_BODY_; 7BIT by default.
 */
mailproto_status mailproto_smtp_envelope_set_body(struct mailproto_smtp_envelope *envelope,
                                                  mailproto_smtp_body body);

/**
 * The content has UTF-8 in its headers. Addresses are looked at without being told.
 */
mailproto_status mailproto_smtp_envelope_set_smtputf8(struct mailproto_smtp_envelope *envelope,
                                                      bool smtputf8);

/**
 * Bytes of the message: a server that takes less refuses it before it is sent.
 */
mailproto_status mailproto_smtp_envelope_set_size(struct mailproto_smtp_envelope *envelope,
                                                  uint64_t size);

/**
 * What a report shall quote, where DSN is offered: a MAILPROTO_SMTP_RETURN_.
 */
mailproto_status mailproto_smtp_envelope_set_return(struct mailproto_smtp_envelope *envelope,
                                                    mailproto_smtp_return what);

/**
 * The sender's name for this envelope, where DSN is offered.
 */
mailproto_status mailproto_smtp_envelope_set_envelope_id(struct mailproto_smtp_envelope *envelope,
                                                         struct mailproto_bytes id);

/**
 * Refuse rather than pass on without TLS (RFC 8689).
 */
mailproto_status mailproto_smtp_envelope_set_require_tls(struct mailproto_smtp_envelope *envelope,
                                                         bool required);

/**
 * A deadline in seconds, and what happens then (RFC 2852): a MAILPROTO_SMTP_DELIVER_BY_ mode.
 */
mailproto_status mailproto_smtp_envelope_set_deliver_by(struct mailproto_smtp_envelope *envelope,
                                                        int64_t seconds,
                                                        mailproto_smtp_deliver_by mode);

/**
 * A priority from -9 to 9 (RFC 6710), where it is offered.
 */
mailproto_status mailproto_smtp_envelope_set_priority(struct mailproto_smtp_envelope *envelope,
                                                      int8_t priority);

/**
 * Hold the message for so many seconds (RFC 4865).
 */
mailproto_status mailproto_smtp_envelope_set_hold_for(struct mailproto_smtp_envelope *envelope,
                                                      uint32_t seconds);

/**
 * Takes the first parameter off `rest`, which starts as the `parameters` of an event or a parsed
 * command. `parameter` is of kind MAILPROTO_SMTP_PARAMETER_NONE when there are no more.
 *
 * Returns MAILPROTO_ERR_PARSE_SYNTAX for a known keyword whose value makes no sense; `rest` has moved
 * past it and `parameter` shows it as an unknown one.
 */
mailproto_status mailproto_smtp_next_parameter(struct mailproto_bytes *rest,
                                               struct mailproto_smtp_parameter *parameter);

/**
 * Takes the first attribute off `rest`, which starts as the `parameters` of an XCLIENT event.
 * `attribute` has an empty name when there are no more.
 */
mailproto_status mailproto_smtp_next_attribute(struct mailproto_bytes *rest,
                                               struct mailproto_smtp_attribute *attribute);

/**
 * Decodes xtext (RFC 3461 section 4) into `decoded`, which has `size` bytes; as many bytes as `xtext`
 * has are always enough. Returns MAILPROTO_ERR_PARSE_SYNTAX if it is no xtext and
 * MAILPROTO_ERR_TOO_LONG if there is no room.
 */
mailproto_status mailproto_smtp_xtext_decode(struct mailproto_bytes xtext,
                                             uint8_t *decoded,
                                             size_t size,
                                             size_t *length);

/**
 * Reads one whole reply, CR LF and all, tolerating the anomalies in `tolerated`. On failure the offset
 * of the first byte that does not fit is put into `offset`, which may be NULL.
 */
mailproto_status mailproto_smtp_reply_parse(struct mailproto_bytes bytes,
                                            mailproto_anomalies tolerated,
                                            struct mailproto_smtp_reply *reply,
                                            size_t *offset);

/**
 * Takes the first line off `rest`, which starts as the whole reply of an event or a parsed reply, and
 * puts its text, without code and line end, into `line`, and its enhanced status code, all 0 if it has
 * none, into `enhanced`, which may be NULL. MAILPROTO_ERR_OUT_OF_ORDER when there are no more lines.
 */
mailproto_status mailproto_smtp_next_reply_line(struct mailproto_bytes *rest,
                                                struct mailproto_bytes *line,
                                                struct mailproto_smtp_enhanced_code *enhanced);

/**
 * Reads a command line without its CR LF, tolerating the anomalies in `tolerated`. On failure the offset
 * of the first byte that does not fit is put into `offset`, which may be NULL.
 */
mailproto_status mailproto_smtp_command_parse(struct mailproto_bytes line,
                                              mailproto_anomalies tolerated,
                                              struct mailproto_smtp_command *command,
                                              size_t *offset);

/**
 * Makes a server for one connection. Its first event is MAILPROTO_SMTP_EVENT_CONNECT. `options` is not kept.
 */
mailproto_status mailproto_smtp_server_new(const struct mailproto_smtp_server_options *options,
                                           struct mailproto_smtp_server **server);

/**
 * Frees a server. NULL is nothing to free.
 */
void mailproto_smtp_server_free(struct mailproto_smtp_server *server);

/**
 * Room to read into: `data` and `len` are where bytes of the peer may be written, as by recv(), until the
 * next call on this handle. No room (NULL, 0) means: take events or answer the question that waits first.
 */
mailproto_status mailproto_smtp_server_receive_space(struct mailproto_smtp_server *server,
                                                     uint8_t **data,
                                                     size_t *len);

/**
 * Says that the first `count` bytes of receive_space were written. With 0 the room is given back, so that
 * a connection that holds nothing holds no memory.
 */
mailproto_status mailproto_smtp_server_received(struct mailproto_smtp_server *server,
                                                size_t count);

/**
 * Copies bytes of the peer in, and puts into `taken` how many of them fitted.
 */
mailproto_status mailproto_smtp_server_receive(struct mailproto_smtp_server *server,
                                               struct mailproto_bytes bytes,
                                               size_t *taken);

/**
 * The peer closed its side. An empty read is never taken for it.
 */
mailproto_status mailproto_smtp_server_receive_eof(struct mailproto_smtp_server *server);

/**
 * Puts the next thing that happened into `event`, of kind MAILPROTO_SMTP_EVENT_NONE when more bytes, a verb
 * or time is needed. Set event->struct_size before each call. Errors from 200 on are final: send what is
 * still to be sent, then close the socket.
 */
mailproto_status mailproto_smtp_server_next_event(struct mailproto_smtp_server *server,
                                                  struct mailproto_smtp_event *event);

/**
 * Bytes for the peer, in order. Empty when there are none, or when they must wait for a reply. Valid until
 * the next call that may change this handle.
 */
struct mailproto_bytes mailproto_smtp_server_transmit(const struct mailproto_smtp_server *server);

/**
 * Says that the first `count` bytes of transmit were sent.
 */
mailproto_status mailproto_smtp_server_transmitted(struct mailproto_smtp_server *server,
                                                   size_t count);

/**
 * What transmit shows, with secrets taken out: safe to write to a log.
 */
mailproto_status mailproto_smtp_server_transmit_log(const struct mailproto_smtp_server *server,
                                                    struct mailproto_transmit_log *log);

/**
 * Says what time it is, in milliseconds of a clock that does not run backwards. A timeout that is due becomes
 * an error of next_event. A program that never calls this has no timeouts.
 */
mailproto_status mailproto_smtp_server_handle_time(struct mailproto_smtp_server *server,
                                                   uint64_t milliseconds);

/**
 * When to call handle_time at the latest.
 */
struct mailproto_timeout mailproto_smtp_server_next_timeout(const struct mailproto_smtp_server *server);

/**
 * Whether the conversation still expects something from the peer. False for NULL.
 */
bool mailproto_smtp_server_wants_read(const struct mailproto_smtp_server *server);

/**
 * Whether there are bytes for the peer. False for NULL.
 */
bool mailproto_smtp_server_wants_write(const struct mailproto_smtp_server *server);

/**
 * Neither reads nor writes are wanted: close the socket. True for NULL.
 */
bool mailproto_smtp_server_is_closed(const struct mailproto_smtp_server *server);

/**
 * Puts what went wrong last on this handle into `error`. Set error->struct_size before.
 */
mailproto_status mailproto_smtp_server_last_error(const struct mailproto_smtp_server *server,
                                                  struct mailproto_error *error);

/**
 * Writes what went wrong last on this handle, in English words and with a NUL, into `text`, which has `size`
 * bytes; what does not fit is cut off. `length`, which may be NULL, is how many bytes it is without the
 * NUL. 128 bytes are always enough.
 */
mailproto_status mailproto_smtp_server_last_error_message(const struct mailproto_smtp_server *server,
                                                          uint8_t *text,
                                                          size_t size,
                                                          size_t *length);

/**
 * What was tolerated so far: MAILPROTO_ANOMALY_ constants. 0 for NULL.
 */
mailproto_anomalies mailproto_smtp_server_anomalies(const struct mailproto_smtp_server *server);

/**
 * Says yes to the question that waits, with the usual reply. MAILPROTO_ERR_FULL when there is no room for the
 * reply: transmit, then call again.
 */
mailproto_status mailproto_smtp_server_accept(struct mailproto_smtp_server *server);

/**
 * Says yes with a text of the host's own, such as the queue id of a message. Each line of it (ended by LF)
 * becomes one line of the reply.
 */
mailproto_status mailproto_smtp_server_accept_with(struct mailproto_smtp_server *server,
                                                   struct mailproto_bytes text);

/**
 * Says no to the question that waits. `code` is 4yz (not now) or 5yz (no); 421 also ends the connection.
 * `enhanced` is all 0 for none. Each line of the text (ended by LF) becomes one line of the reply.
 */
mailproto_status mailproto_smtp_server_reject(struct mailproto_smtp_server *server,
                                              uint16_t code,
                                              struct mailproto_smtp_enhanced_code enhanced,
                                              struct mailproto_bytes text);

/**
 * Goes on with an exchange of AUTH that the program conducts, by a challenge in plain bytes: the answer to
 * MAILPROTO_SMTP_EVENT_AUTH_RESPONSE unless it is accepted or rejected.
 */
mailproto_status mailproto_smtp_server_challenge(struct mailproto_smtp_server *server,
                                                 struct mailproto_bytes challenge);

/**
 * Refuses a bearer token and says why (RFC 7628 section 3.2.2): `status` is `invalid_token`, `insufficient_scope`
 * or `invalid_request`; `scope` and `openid_configuration` may be empty. The client answers with nothing of
 * meaning; then the endpoint itself says 535.
 */
mailproto_status mailproto_smtp_server_reject_token(struct mailproto_smtp_server *server,
                                                    struct mailproto_bytes status,
                                                    struct mailproto_bytes scope,
                                                    struct mailproto_bytes openid_configuration);

/**
 * TLS has begun: what was said in plain text is forgotten, the client says EHLO again.
 */
mailproto_status mailproto_smtp_server_tls_started(struct mailproto_smtp_server *server);

/**
 * Ends the session with 421 as soon as the command or message in flight is finished.
 */
mailproto_status mailproto_smtp_server_shut_down(struct mailproto_smtp_server *server);

/**
 * Where the conversation stands. MAILPROTO_SMTP_STATE_ENDED for NULL.
 */
mailproto_smtp_state mailproto_smtp_server_state(const struct mailproto_smtp_server *server);

/**
 * Whether the client has proved who it is. False for NULL.
 */
bool mailproto_smtp_server_is_authenticated(const struct mailproto_smtp_server *server);

/**
 * Whether a question waits for accept or reject. False for NULL.
 */
bool mailproto_smtp_server_awaits_answer(const struct mailproto_smtp_server *server);

/**
 * Makes options for a server of this name, at most 64 bytes, with every default: SMTP, bare line ends
 * refused, no TLS, MAILPROTO_SMTP_EXTENSIONS_SERVER_DEFAULT.
 */
mailproto_status mailproto_smtp_server_options_new(struct mailproto_bytes name,
                                                   struct mailproto_smtp_server_options **options);

/**
 * Frees options. NULL is nothing to free.
 */
void mailproto_smtp_server_options_free(struct mailproto_smtp_server_options *options);

/**
 * SMTP or LMTP.
 */
mailproto_status mailproto_smtp_server_options_set_protocol(struct mailproto_smtp_server_options *options,
                                                            mailproto_smtp_protocol protocol_spoken);

/**
 * What EHLO announces, as far as it fits the moment: MAILPROTO_SMTP_EXTENSION_ constants. STARTTLS is
 * announced only in plain text, REQUIRETLS only under TLS, AUTH where it may be used.
 */
mailproto_status mailproto_smtp_server_options_set_offered(struct mailproto_smtp_server_options *options,
                                                           mailproto_smtp_extension_set extensions);

/**
 * The mechanisms of AUTH: MAILPROTO_SASL_ constants. Those whose server side is not built in are left out.
 */
mailproto_status mailproto_smtp_server_options_set_mechanisms(struct mailproto_smtp_server_options *options,
                                                              mailproto_sasl_mechanisms offered);

/**
 * AUTH may be used in plain text. Off by default: passwords would be readable.
 */
mailproto_status mailproto_smtp_server_options_set_auth_without_tls(struct mailproto_smtp_server_options *options,
                                                                    bool allowed);

/**
 * Nothing but EHLO, STARTTLS, NOOP and QUIT before TLS (530).
 */
mailproto_status mailproto_smtp_server_options_set_require_tls(struct mailproto_smtp_server_options *options,
                                                               bool required);

/**
 * No MAIL before AUTH (530), as RFC 6409 section 4.3 asks of submission.
 */
mailproto_status mailproto_smtp_server_options_set_require_auth(struct mailproto_smtp_server_options *options,
                                                                bool required);

/**
 * The connection is under TLS from its first byte (RFC 8314).
 */
mailproto_status mailproto_smtp_server_options_set_tls(struct mailproto_smtp_server_options *options,
                                                       bool tls);

/**
 * What happens to bare CR and LF in message data.
 */
mailproto_status mailproto_smtp_server_options_set_line_ends(struct mailproto_smtp_server_options *options,
                                                             mailproto_line_ends treatment);

/**
 * The longest hold that FUTURERELEASE announces, in seconds (RFC 4865 section 4).
 */
mailproto_status mailproto_smtp_server_options_set_hold_max(struct mailproto_smtp_server_options *options,
                                                            uint32_t seconds);

/**
 * Sets a bound, a MAILPROTO_LIMIT_.
 */
mailproto_status mailproto_smtp_server_options_set_limit(struct mailproto_smtp_server_options *options,
                                                         mailproto_limit limit,
                                                         uint64_t value);

/**
 * Tolerates exactly these anomalies: MAILPROTO_ANOMALY_ constants, 0 for strict. All but
 * MAILPROTO_ANOMALY_BARE_LF by default.
 */
mailproto_status mailproto_smtp_server_options_set_leniency(struct mailproto_smtp_server_options *options,
                                                            mailproto_anomalies tolerated);

/**
 * Sets how long the client may take: MAILPROTO_TIMEOUT_COMMAND or MAILPROTO_TIMEOUT_DATA_BLOCK.
 */
mailproto_status mailproto_smtp_server_options_set_timeout(struct mailproto_smtp_server_options *options,
                                                           mailproto_timeout_reason reason,
                                                           uint32_t seconds);

/**
 * Makes a submission on the given terms, which are not kept. With MAILPROTO_TLS_IMPLICIT the host begins
 * TLS before the first byte.
 */
mailproto_status mailproto_smtp_submission_new(const struct mailproto_smtp_submission_options *options,
                                               struct mailproto_smtp_submission **submission);

/**
 * Frees a submission. NULL is nothing to free.
 */
void mailproto_smtp_submission_free(struct mailproto_smtp_submission *submission);

/**
 * Room to read into: `data` and `len` are where bytes of the peer may be written, as by recv(), until the
 * next call on this handle. No room (NULL, 0) means: take events or answer the question that waits first.
 */
mailproto_status mailproto_smtp_submission_receive_space(struct mailproto_smtp_submission *submission,
                                                         uint8_t **data,
                                                         size_t *len);

/**
 * Says that the first `count` bytes of receive_space were written. With 0 the room is given back, so that
 * a connection that holds nothing holds no memory.
 */
mailproto_status mailproto_smtp_submission_received(struct mailproto_smtp_submission *submission,
                                                    size_t count);

/**
 * Copies bytes of the peer in, and puts into `taken` how many of them fitted.
 */
mailproto_status mailproto_smtp_submission_receive(struct mailproto_smtp_submission *submission,
                                                   struct mailproto_bytes bytes,
                                                   size_t *taken);

/**
 * The peer closed its side. An empty read is never taken for it.
 */
mailproto_status mailproto_smtp_submission_receive_eof(struct mailproto_smtp_submission *submission);

/**
 * Puts the next thing that happened into `event`, of kind MAILPROTO_SMTP_EVENT_NONE when more bytes, a verb
 * or time is needed. Set event->struct_size before each call. Errors from 200 on are final: send what is
 * still to be sent, then close the socket.
 */
mailproto_status mailproto_smtp_submission_next_event(struct mailproto_smtp_submission *submission,
                                                      struct mailproto_smtp_event *event);

/**
 * Bytes for the peer, in order. Empty when there are none, or when they must wait for a reply. Valid until
 * the next call that may change this handle.
 */
struct mailproto_bytes mailproto_smtp_submission_transmit(const struct mailproto_smtp_submission *submission);

/**
 * Says that the first `count` bytes of transmit were sent.
 */
mailproto_status mailproto_smtp_submission_transmitted(struct mailproto_smtp_submission *submission,
                                                       size_t count);

/**
 * What transmit shows, with secrets taken out: safe to write to a log.
 */
mailproto_status mailproto_smtp_submission_transmit_log(const struct mailproto_smtp_submission *submission,
                                                        struct mailproto_transmit_log *log);

/**
 * Says what time it is, in milliseconds of a clock that does not run backwards. A timeout that is due becomes
 * an error of next_event. A program that never calls this has no timeouts.
 */
mailproto_status mailproto_smtp_submission_handle_time(struct mailproto_smtp_submission *submission,
                                                       uint64_t milliseconds);

/**
 * When to call handle_time at the latest.
 */
struct mailproto_timeout mailproto_smtp_submission_next_timeout(const struct mailproto_smtp_submission *submission);

/**
 * Whether the conversation still expects something from the peer. False for NULL.
 */
bool mailproto_smtp_submission_wants_read(const struct mailproto_smtp_submission *submission);

/**
 * Whether there are bytes for the peer. False for NULL.
 */
bool mailproto_smtp_submission_wants_write(const struct mailproto_smtp_submission *submission);

/**
 * Neither reads nor writes are wanted: close the socket. True for NULL.
 */
bool mailproto_smtp_submission_is_closed(const struct mailproto_smtp_submission *submission);

/**
 * Puts what went wrong last on this handle into `error`. Set error->struct_size before.
 */
mailproto_status mailproto_smtp_submission_last_error(const struct mailproto_smtp_submission *submission,
                                                      struct mailproto_error *error);

/**
 * Writes what went wrong last on this handle, in English words and with a NUL, into `text`, which has `size`
 * bytes; what does not fit is cut off. `length`, which may be NULL, is how many bytes it is without the
 * NUL. 128 bytes are always enough.
 */
mailproto_status mailproto_smtp_submission_last_error_message(const struct mailproto_smtp_submission *submission,
                                                              uint8_t *text,
                                                              size_t size,
                                                              size_t *length);

/**
 * What was tolerated so far: MAILPROTO_ANOMALY_ constants. 0 for NULL.
 */
mailproto_anomalies mailproto_smtp_submission_anomalies(const struct mailproto_smtp_submission *submission);

/**
 * Adds a message, whose content is asked for by MAILPROTO_SMTP_EVENT_BODY_WANTED, and puts its number into
 * `message`, which may be NULL. The envelope is copied and can be used again.
 */
mailproto_status mailproto_smtp_submission_submit(struct mailproto_smtp_submission *submission,
                                                  const struct mailproto_smtp_envelope *envelope,
                                                  uint32_t *message);

/**
 * Passes a piece of the message that is wanted, and puts into `taken` how much of it was taken: transmit, take
 * events, then pass the rest.
 */
mailproto_status mailproto_smtp_submission_send_data(struct mailproto_smtp_submission *submission,
                                                     struct mailproto_bytes data,
                                                     size_t *taken);

/**
 * Ends the message that is wanted.
 */
mailproto_status mailproto_smtp_submission_finish_data(struct mailproto_smtp_submission *submission);

/**
 * Says QUIT when every message that was submitted is done.
 */
mailproto_status mailproto_smtp_submission_finish(struct mailproto_smtp_submission *submission);

/**
 * TLS has begun.
 */
mailproto_status mailproto_smtp_submission_tls_started(struct mailproto_smtp_submission *submission);

/**
 * Puts what the server announced last into `extensions`. Set extensions->struct_size before.
 */
mailproto_status mailproto_smtp_submission_extensions(const struct mailproto_smtp_submission *submission,
                                                      struct mailproto_smtp_extensions *extensions);

/**
 * What the TLS channel is known by, a MAILPROTO_SASL_BINDING_ and its bytes, so that a login by SCRAM can be
 * bound to it: between the handshake and tls_started, or at the start with MAILPROTO_TLS_IMPLICIT.
 */
mailproto_status mailproto_smtp_submission_bind_channel(struct mailproto_smtp_submission *submission,
                                                        mailproto_sasl_binding kind,
                                                        struct mailproto_bytes data);

/**
 * Puts how the login went into `outcome`. Set outcome->struct_size before.
 */
mailproto_status mailproto_smtp_submission_login_outcome(const struct mailproto_smtp_submission *submission,
                                                         struct mailproto_sasl_outcome *outcome);

/**
 * Makes terms for a host of this name (a domain, or an address literal such as [192.0.2.1]), with every
 * default: SMTP, TLS if it can be had, no login, DATA, line ends made canonical.
 */
mailproto_status mailproto_smtp_submission_options_new(struct mailproto_bytes name,
                                                       struct mailproto_smtp_submission_options **options);

/**
 * Frees terms and wipes their password. NULL is nothing to free.
 */
void mailproto_smtp_submission_options_free(struct mailproto_smtp_submission_options *options);

/**
 * SMTP or LMTP.
 */
mailproto_status mailproto_smtp_submission_options_set_protocol(struct mailproto_smtp_submission_options *options,
                                                                mailproto_smtp_protocol protocol_spoken);

/**
 * Whether TLS is wanted, and what happens if it cannot be had.
 */
mailproto_status mailproto_smtp_submission_options_set_tls(struct mailproto_smtp_submission_options *options,
                                                           mailproto_tls_policy policy);

/**
 * Whom to log in as, by showing the password: PLAIN or LOGIN. If this is set, nothing is sent without having
 * logged in, and the password is not sent in plain text. See set_identity for every other mechanism.
 */
mailproto_status mailproto_smtp_submission_options_set_login(struct mailproto_smtp_submission_options *options,
                                                             struct mailproto_bytes user,
                                                             struct mailproto_bytes password);

/**
 * Whom to log in as, by the best mechanism that both sides know. The identity is copied. Of what it has, one
 * thing is used: the token, else the password, else what the connection proves, else nothing at all for
 * ANONYMOUS. Set its random bytes anew, and this again, before each submission.
 */
mailproto_status mailproto_smtp_submission_options_set_identity(struct mailproto_smtp_submission_options *options,
                                                                const struct mailproto_sasl_identity *identity);

/**
 * Whom to act as, after set_login; empty for oneself. LOGIN cannot say it.
 */
mailproto_status mailproto_smtp_submission_options_set_authorization(struct mailproto_smtp_submission_options *options,
                                                                     struct mailproto_bytes authorization);

/**
 * The one mechanism to log in by, after set_login, a MAILPROTO_SASL_; 0 for the best that the server offers.
 */
mailproto_status mailproto_smtp_submission_options_set_mechanism(struct mailproto_smtp_submission_options *options,
                                                                 mailproto_sasl_mechanisms chosen);

/**
 * Send the password even in plain text, after set_login. Off by default.
 */
mailproto_status mailproto_smtp_submission_options_set_login_without_tls(struct mailproto_smtp_submission_options *options,
                                                                         bool allowed);

/**
 * Send messages by BDAT where CHUNKING is offered, not only where the message needs it.
 */
mailproto_status mailproto_smtp_submission_options_set_chunking(struct mailproto_smtp_submission_options *options,
                                                                bool chunking);

/**
 * What happens to bare CR and LF in a message that goes by DATA.
 */
mailproto_status mailproto_smtp_submission_options_set_line_ends(struct mailproto_smtp_submission_options *options,
                                                                 mailproto_line_ends treatment);

/**
 * Sets a bound, a MAILPROTO_LIMIT_.
 */
mailproto_status mailproto_smtp_submission_options_set_limit(struct mailproto_smtp_submission_options *options,
                                                             mailproto_limit limit,
                                                             uint64_t value);

/**
 * Tolerates exactly these anomalies: MAILPROTO_ANOMALY_ constants, 0 for strict. All but
 * MAILPROTO_ANOMALY_BARE_LF by default.
 */
mailproto_status mailproto_smtp_submission_options_set_leniency(struct mailproto_smtp_submission_options *options,
                                                                mailproto_anomalies tolerated);

/**
 * Sets how long the server may take for something, a MAILPROTO_TIMEOUT_ other than COMMAND.
 */
mailproto_status mailproto_smtp_submission_options_set_timeout(struct mailproto_smtp_submission_options *options,
                                                               mailproto_timeout_reason reason,
                                                               uint16_t seconds);

/**
 * Says in a few English words what a status means. Never NULL, valid for ever.
 */
const char *mailproto_status_text(mailproto_status status);

/**
 * The version of the binary interface of the library that is linked. Compare it with
 * MAILPROTO_ABI_VERSION.
 */
uint32_t mailproto_abi_version(void);

/**
 * The version of the library that is linked, such as "0.1.0". Never NULL, valid for ever.
 */
const char *mailproto_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

/**
 * The bytes of a NUL-terminated text, without the NUL; nothing for NULL.
 */
static inline mailproto_bytes mailproto_text(const char *text) {
  mailproto_bytes bytes = {NULL, 0};
  if (text != NULL && text[0] != 0) {
    bytes.data = (const uint8_t *)text;
    bytes.len = strlen(text);
  }
  return bytes;
}

#if defined(__cplusplus) && __cplusplus >= 201103L
static_assert(sizeof(size_t) >= 4, "mailproto needs 32 bits of address space");
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L
static_assert(sizeof(size_t) >= 4, "mailproto needs 32 bits of address space");
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
_Static_assert(sizeof(size_t) >= 4, "mailproto needs 32 bits of address space");
#endif

#endif /* MAILPROTO_H */
