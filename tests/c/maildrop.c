/*
 * A small POP3 server for the tests: one client after the other, on a free port of 127.0.0.1.
 *
 *     maildrop FOLDER SESSIONS
 *
 * FOLDER holds the messages 1.eml, 2.eml and so on; tim, whose password is `a secret`, owns them. Ends after so
 * many sessions.
 */
#define _POSIX_C_SOURCE 200809L
#include "../../bindings/c/examples/line.h"
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/rand.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MESSAGES = 99 };

static struct {
  const char *folder;
  unsigned session;
  char timestamp[64];
  uint32_t numbers[MESSAGES + 1]; /* the file of each message of the session */
  uint32_t count;
  mailproto_sasl_server *exchange;
  FILE *message;
  bool passing;
  uint8_t piece[512];
  size_t start, end;
} drop;

static const char *path_of(uint32_t number) {
  static char path[4096];
  snprintf(path, sizeof path, "%s/%u.eml", drop.folder, (unsigned)drop.numbers[number]);
  return path;
}

/* The octets of a message, each line end counted as two. */
static uint64_t octets_of(uint32_t number) {
  FILE *message = fopen(path_of(number), "rb");
  uint64_t octets = 0;
  CHECK(message != NULL);
  for (int byte, before = 0; (byte = getc(message)) != EOF; before = byte) octets += byte == '\n' && before != '\r' ? 2 : 1;
  fclose(message);
  return octets;
}

static mailproto_status open_drop(mailproto_pop3_server *server) {
  uint64_t octets = 0;
  drop.count = 0;
  for (uint32_t file = 1; file <= MESSAGES; file++) {
    drop.numbers[drop.count + 1] = file;
    if (access(path_of(drop.count + 1), R_OK) == 0) octets += octets_of(++drop.count);
  }
  return mailproto_pop3_server_open(server, drop.count, octets);
}

static mailproto_status judge(mailproto_pop3_server *server, bool right) {
  if (right) return mailproto_pop3_server_accept(server);
  return mailproto_pop3_server_reject(server, mailproto_text(""), mailproto_text(""));
}

/* One step of SCRAM: the client proves that it knows the password, and so does this server. */
static mailproto_status conduct(mailproto_pop3_server *server, const mailproto_pop3_event *event) {
  mailproto_sasl_step step = 0;
  if (event->first) {
    uint8_t random[18];
    CHECK(RAND_bytes(random, sizeof random) == 1);
    mailproto_sasl_server_free(drop.exchange);
    CHECK_OK(mailproto_sasl_server_new(event->mechanisms, (mailproto_bytes){random, sizeof random},
                                       mailproto_text("host.example"), event->mechanisms, &drop.exchange));
  }
  CHECK_OK(mailproto_sasl_server_respond(drop.exchange, event->data, &step));
  if (step == MAILPROTO_SASL_STEP_USER && is(mailproto_sasl_server_user(drop.exchange), "tim"))
    CHECK_OK(mailproto_sasl_server_password(drop.exchange, mailproto_text("a secret"), mailproto_text("some salt"), 4096,
                                            &step));
  else if (step == MAILPROTO_SASL_STEP_USER)
    CHECK_OK(mailproto_sasl_server_unknown_user(drop.exchange, mailproto_text("kept"), 4096, &step));
  if (step == MAILPROTO_SASL_STEP_CHALLENGE)
    return mailproto_pop3_server_challenge(server, mailproto_sasl_server_text(drop.exchange));
  return judge(server, step == MAILPROTO_SASL_STEP_COMPLETE);
}

static mailproto_status handle(mailproto_pop3_server *server, const mailproto_pop3_event *event) {
  const mailproto_bytes secret = mailproto_text("a secret");
  char id[32];
  switch (event->kind) {
    case MAILPROTO_POP3_EVENT_CONNECT:
      snprintf(drop.timestamp, sizeof drop.timestamp, "<%u.%u@host.example>", drop.session, (unsigned)getpid());
      return mailproto_pop3_server_accept_with_timestamp(server, mailproto_text("ready"), mailproto_text(drop.timestamp));
    case MAILPROTO_POP3_EVENT_AUTH:
      return judge(server, is(event->user, "tim") && is(event->password, "a secret"));
    case MAILPROTO_POP3_EVENT_AUTH_RESPONSE:
      return conduct(server, event);
    case MAILPROTO_POP3_EVENT_APOP: {
      bool matches = false;
      CHECK_OK(mailproto_pop3_apop_matches(mailproto_text(drop.timestamp), secret, event->text, &matches));
      return judge(server, is(event->user, "tim") && matches);
    }
    case MAILPROTO_POP3_EVENT_OPEN:
      return open_drop(server);
    case MAILPROTO_POP3_EVENT_SIZE:
    case MAILPROTO_POP3_EVENT_DELETE:
      return mailproto_pop3_server_size(server, octets_of(event->number));
    case MAILPROTO_POP3_EVENT_UNIQUE_ID_WANTED:
      snprintf(id, sizeof id, "message-%u", (unsigned)drop.numbers[event->number]);
      return mailproto_pop3_server_unique_id(server, mailproto_text(id));
    case MAILPROTO_POP3_EVENT_MESSAGE_WANTED:
      drop.message = fopen(path_of(event->number), "rb");
      CHECK(drop.message != NULL);
      drop.passing = true;
      drop.start = drop.end = 0;
      return mailproto_pop3_server_accept(server);
    case MAILPROTO_POP3_EVENT_UPDATE:
      for (uint32_t number = 0; (number = mailproto_pop3_server_next_deleted(server, number)) != 0;)
        CHECK(unlink(path_of(number)) == 0);
      return mailproto_pop3_server_accept(server);
    default:
      return event->is_question ? mailproto_pop3_server_accept(server) : MAILPROTO_OK;
  }
}

/* Passes on as much of the message as there is room for. */
static void pass_message(mailproto_pop3_server *server) {
  while (drop.passing) {
    if (drop.start == drop.end && mailproto_pop3_server_wants_data(server)) {
      drop.start = 0;
      drop.end = fread(drop.piece, 1, sizeof drop.piece, drop.message);
    }
    if (drop.start == drop.end || !mailproto_pop3_server_wants_data(server)) {
      mailproto_status status = mailproto_pop3_server_finish_data(server);
      if (status == MAILPROTO_ERR_FULL) return;
      CHECK_OK(status);
      fclose(drop.message);
      drop.passing = false;
      return;
    }
    mailproto_bytes rest = {drop.piece + drop.start, drop.end - drop.start};
    size_t taken = 0;
    CHECK_OK(mailproto_pop3_server_send_data(server, rest, &taken));
    if (taken == 0) return;
    drop.start += taken;
  }
}

static void serve(mailproto_pop3_server *server, struct line *line) {
  while (!mailproto_pop3_server_is_closed(server)) {
    mailproto_pop3_event event = {.struct_size = sizeof event};
    mailproto_status status = MAILPROTO_OK;
    pass_message(server);
    while (!drop.passing && (status = mailproto_pop3_server_next_event(server, &event)) == MAILPROTO_OK && event.kind != 0) {
      CHECK_OK(handle(server, &event));
      pass_message(server);
    }
    mailproto_bytes out = mailproto_pop3_server_transmit(server);
    ssize_t sent = out.len > 0 ? line_send(line, out.data, out.len) : LINE_WAIT;
    if (sent > 0) CHECK_OK(mailproto_pop3_server_transmitted(server, (size_t)sent));
    if (sent == LINE_BROKEN || (status != MAILPROTO_OK && sent < 1)) break;
    uint8_t *space;
    size_t room;
    CHECK_OK(mailproto_pop3_server_receive_space(server, &space, &room));
    ssize_t got = room > 0 ? line_receive(line, space, room) : LINE_WAIT;
    CHECK_OK(mailproto_pop3_server_received(server, got > 0 ? (size_t)got : 0));
    if (got == LINE_ENDED || got == LINE_BROKEN) CHECK_OK(mailproto_pop3_server_receive_eof(server));
    CHECK_OK(mailproto_pop3_server_handle_time(server, line_now()));
    if (sent == LINE_WAIT && got == LINE_WAIT && !mailproto_pop3_server_is_closed(server))
      line_wait(line, mailproto_pop3_server_next_timeout(server).at);
  }
  if (drop.passing) fclose(drop.message);
  drop.passing = false;
}

int main(int count, char **words) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t size = sizeof address;
  mailproto_pop3_server_options *options;
  CHECK(count == 3);
  drop.folder = words[1];
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 4) == 0);
  CHECK(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
  fprintf(stderr, "listening on 127.0.0.1:%u\n", ntohs(address.sin_port));

  CHECK_OK(mailproto_pop3_server_options_new(&options));
  CHECK_OK(mailproto_pop3_server_options_set_auth_without_tls(options, true));
  CHECK_OK(mailproto_pop3_server_options_set_mechanisms(
      options, MAILPROTO_SASL_PLAIN | MAILPROTO_SASL_LOGIN | MAILPROTO_SASL_SCRAM_SHA_256));
  CHECK_OK(mailproto_pop3_server_options_set_implementation(options, mailproto_text("maildrop in C")));
  for (; drop.session < (unsigned)atoi(words[2]); drop.session++) {
    mailproto_pop3_server *server;
    struct line line = {.socket = accept(listener, NULL, NULL)};
    CHECK(line.socket >= 0 && line_prepare(line.socket));
    CHECK_OK(mailproto_pop3_server_new(options, &server));
    serve(server, &line);
    mailproto_pop3_server_free(server);
    mailproto_sasl_server_free(drop.exchange);
    drop.exchange = NULL;
    line_close(&line);
  }
  mailproto_pop3_server_options_free(options);
  close(listener);
  return 0;
}
