/* Lets libetpan, a peer, talk to memory instead of a socket: what the server
 * says is given beforehand, what the client says is counted. */
#include <libetpan/libetpan.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct memory {
  const char *replies;
  size_t length, read, written;
};

static ssize_t memory_read(mailstream_low *stream, void *buffer, size_t size) {
  struct memory *memory = stream->data;
  size_t left = memory->length - memory->read;
  if (size > left) size = left;
  memcpy(buffer, memory->replies + memory->read, size);
  memory->read += size;
  return (ssize_t)size;
}

static ssize_t memory_write(mailstream_low *stream, const void *buffer, size_t size) {
  (void)buffer;
  ((struct memory *)stream->data)->written += size;
  return (ssize_t)size;
}

static int memory_close(mailstream_low *stream) {
  (void)stream;
  return 0;
}

static int memory_descriptor(mailstream_low *stream) {
  (void)stream;
  return -1;
}

static void memory_free(mailstream_low *stream) { free(stream); }

static mailstream_low_driver driver = {
    memory_read, memory_write, memory_close, memory_descriptor, memory_free, 0, 0, 0, 0, 0, 0,
};

static mailsmtp *connect_to(struct memory *memory) {
  mailsmtp *session = mailsmtp_new(0, NULL);
  mailstream *stream = mailstream_new(mailstream_low_new(memory, &driver), 16384);
  if (mailsmtp_connect(session, stream) == MAILSMTP_NO_ERROR) return session;
  mailsmtp_free(session);
  return NULL;
}

static void disconnect(mailsmtp *session) {
  if (session->stream) mailstream_close(session->stream);
  session->stream = NULL;
  mailsmtp_free(session);
}

/* Says EHLO `count` times; returns how many of the replies were taken. */
uint64_t etpan_ehlo(const char *replies, size_t length, uint64_t count) {
  struct memory memory = {replies, length, 0, 0};
  mailsmtp *session = connect_to(&memory);
  uint64_t done = 0;
  if (!session) return 0;
  while (done < count && mailesmtp_ehlo(session) == MAILSMTP_NO_ERROR) done++;
  disconnect(session);
  return done;
}

/* Sends a message behind DATA; returns the bytes of it on the wire, 0 for failure. */
uint64_t etpan_data(const char *replies, size_t length, const char *message, size_t size) {
  struct memory memory = {replies, length, 0, 0};
  mailsmtp *session = connect_to(&memory);
  uint64_t sent = 0;
  if (!session) return 0;
  if (mailsmtp_data(session) == MAILSMTP_NO_ERROR) {
    size_t before = memory.written;
    if (mailsmtp_data_message(session, message, size) == MAILSMTP_NO_ERROR) sent = memory.written - before;
  }
  disconnect(session);
  return sent;
}

static mailpop3 *pop3_connect_to(struct memory *memory) {
  mailpop3 *session = mailpop3_new(0, NULL);
  mailstream *stream = mailstream_new(mailstream_low_new(memory, &driver), 16384);
  if (mailpop3_connect(session, stream) == MAILPOP3_NO_ERROR) {
    session->pop3_state = 2; /* the TRANSACTION state, for which it has no public name */
    return session;
  }
  mailpop3_free(session);
  return NULL;
}

static void pop3_disconnect(mailpop3 *session) {
  if (session->pop3_stream) mailstream_close(session->pop3_stream);
  session->pop3_stream = NULL;
  mailpop3_free(session);
}

/* Says LIST and UIDL, which it does in one; returns how many messages there are. */
uint64_t etpan_pop3_list(const char *responses, size_t length) {
  struct memory memory = {responses, length, 0, 0};
  mailpop3 *session = pop3_connect_to(&memory);
  carray *messages = NULL;
  uint64_t count = 0;
  if (!session) return 0;
  if (mailpop3_list(session, &messages) == MAILPOP3_NO_ERROR) count = carray_count(messages);
  pop3_disconnect(session);
  return count;
}

/* Says RETR behind LIST and UIDL, without which it knows no message; returns the size of the message. */
uint64_t etpan_pop3_retr(const char *responses, size_t length) {
  struct memory memory = {responses, length, 0, 0};
  mailpop3 *session = pop3_connect_to(&memory);
  carray *messages = NULL;
  char *message = NULL;
  size_t size = 0;
  if (!session) return 0;
  if (mailpop3_list(session, &messages) == MAILPOP3_NO_ERROR &&
      mailpop3_retr(session, 1, &message, &size) == MAILPOP3_NO_ERROR)
    mailpop3_retr_free(message);
  pop3_disconnect(session);
  return size;
}
