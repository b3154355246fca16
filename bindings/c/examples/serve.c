/*
 * Receives mail: mailproto with POSIX sockets, poll() and OpenSSL, for many clients at once.
 *
 *     serve [--port N] [--name NAME] [--store FOLDER] [--user USER:PASSWORD]
 *           [--cert FILE --key FILE [--implicit]] [--messages N]
 *
 * Listens on 127.0.0.1 and says where. Each message is printed, or stored in FOLDER as 1.eml and so on.
 * With a certificate STARTTLS is offered, or with --implicit TLS runs from the first byte. With a user,
 * nothing is taken from others. Ends after N messages, if told to.
 */
#define _POSIX_C_SOURCE 200809L
#include "line.h"

#include <arpa/inet.h>
#include <mailproto.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 64, NO_SPACE = 452 };

struct session {
  struct line line;
  mailproto_smtp_server *server;
  FILE *message;
};

static struct {
  const char *store, *user;
  SSL_CTX *context;
  bool implicit;
  unsigned messages, wanted;
  mailproto_smtp_server_options *options;
} settings;

static void must(mailproto_status status, const char *what) {
  if (status == MAILPROTO_OK) return;
  fprintf(stderr, "%s: %s\n", what, mailproto_status_text(status));
  exit(2);
}

/* Whether these are the user and the password; takes the same time wherever they differ. */
static bool is_user(const mailproto_smtp_event *event) {
  size_t length = strlen(settings.user);
  if (event->user.len + 1 + event->password.len != length) return false;
  unsigned difference = 0;
  for (size_t index = 0; index < length; index++) {
    uint8_t given = index < event->user.len    ? event->user.data[index]
                    : index == event->user.len ? (uint8_t)':'
                                               : event->password.data[index - event->user.len - 1];
    difference |= (unsigned)(given ^ (uint8_t)settings.user[index]);
  }
  return difference == 0;
}

static void forget_message(struct session *session) {
  if (session->message != NULL) fclose(session->message);
  session->message = NULL;
}

/* The message is complete: prints or stores it. Only what is safe may be accepted. */
static bool keep_message(struct session *session) {
  FILE *from = session->message;
  char path[4096];
  snprintf(path, sizeof path, "%s/%u.eml", settings.store != NULL ? settings.store : "", settings.messages + 1);
  FILE *to = settings.store != NULL ? fopen(path, "wb") : stdout;
  if (from == NULL || to == NULL) return false;
  rewind(from);
  char piece[16384];
  size_t length;
  while ((length = fread(piece, 1, sizeof piece, from)) > 0) fwrite(piece, 1, length, to);
  bool safe = !ferror(from) && fflush(to) == 0 && !ferror(to);
  if (to != stdout) {
    safe = fsync(fileno(to)) == 0 && safe;
    safe = fclose(to) == 0 && safe;
  }
  if (safe) settings.messages++;
  return safe;
}

/* Looks at one event, and answers if it is a question. */
static mailproto_status handle(const mailproto_smtp_event *event, struct session *session) {
  static const mailproto_smtp_enhanced_code full = {4, 3, 1}, denied = {5, 7, 8};
  mailproto_smtp_server *server = session->server;
  switch (event->kind) {
    case MAILPROTO_SMTP_EVENT_STARTTLS:
      if (!line_start_tls(&session->line, settings.context, NULL)) return MAILPROTO_ERR_CONNECTION;
      return mailproto_smtp_server_tls_started(server);
    case MAILPROTO_SMTP_EVENT_AUTH:
      if (settings.user != NULL && is_user(event)) return mailproto_smtp_server_accept(server);
      return mailproto_smtp_server_reject(server, 535, denied, mailproto_text("Wrong user or password"));
    case MAILPROTO_SMTP_EVENT_DATA_START:
      forget_message(session);
      session->message = tmpfile();
      if (session->message != NULL) return mailproto_smtp_server_accept(server);
      return mailproto_smtp_server_reject(server, NO_SPACE, full, mailproto_text("No space"));
    case MAILPROTO_SMTP_EVENT_DATA:
      fwrite(event->data.data, 1, event->data.len, session->message);
      return MAILPROTO_OK;
    case MAILPROTO_SMTP_EVENT_DATA_END: {
      bool kept = keep_message(session);
      forget_message(session);
      if (kept) return mailproto_smtp_server_accept(server);
      return mailproto_smtp_server_reject(server, NO_SPACE, full, mailproto_text("No space"));
    }
    case MAILPROTO_SMTP_EVENT_DATA_ABORTED:
      forget_message(session);
      return MAILPROTO_OK;
    default:
      return event->is_question ? mailproto_smtp_server_accept(server) : MAILPROTO_OK;
  }
}

/* Does what can be done on one connection without waiting; whether it goes on. */
static bool serve(struct session *session) {
  mailproto_smtp_server *server = session->server;
  struct line *line = &session->line;
  line->events = 0;
  while (!mailproto_smtp_server_is_closed(server)) {
    mailproto_smtp_event event = {.struct_size = sizeof event};
    mailproto_status status;
    while ((status = mailproto_smtp_server_next_event(server, &event)) == MAILPROTO_OK && event.kind != 0)
      if (handle(&event, session) != MAILPROTO_OK) return false;

    mailproto_bytes out = mailproto_smtp_server_transmit(server);
    ssize_t sent = out.len > 0 ? line_send(line, out.data, out.len) : LINE_WAIT;
    if (sent > 0) mailproto_smtp_server_transmitted(server, (size_t)sent);
    if (sent == LINE_BROKEN || (status != MAILPROTO_OK && sent < 1)) return false;

    uint8_t *space;
    size_t room;
    if (mailproto_smtp_server_receive_space(server, &space, &room) != MAILPROTO_OK) return false;
    ssize_t got = room > 0 ? line_receive(line, space, room) : LINE_WAIT;
    mailproto_smtp_server_received(server, got > 0 ? (size_t)got : 0);
    if (got == LINE_ENDED || got == LINE_BROKEN) mailproto_smtp_server_receive_eof(server);

    mailproto_smtp_server_handle_time(server, line_now());
    if (sent == LINE_WAIT && got == LINE_WAIT) break;
  }
  return !mailproto_smtp_server_is_closed(server);
}

static void greet(struct session *session, int socket) {
  session->line = (struct line){.socket = socket};
  must(mailproto_smtp_server_new(settings.options, &session->server), "server");
  if (!line_prepare(socket) || (settings.implicit && !line_start_tls(&session->line, settings.context, NULL)))
    fputs("a client was lost\n", stderr);
}

static void part(struct session *session) {
  forget_message(session);
  mailproto_smtp_server_free(session->server);
  line_close(&session->line);
  session->server = NULL;
}

/* Waits for clients and serves them until there are as many messages as wanted. */
static void receive_mail(int listener) {
  static struct session sessions[CLIENTS];
  bool idle = false;
  while (settings.wanted == 0 || settings.messages < settings.wanted || !idle) {
    struct pollfd waited[CLIENTS + 1] = {{.fd = listener, .events = POLLIN}};
    uint64_t until = UINT64_MAX;
    struct session *vacant = NULL;
    idle = true;
    for (int index = 0; index < CLIENTS; index++) {
      struct session *session = &sessions[index];
      if (session->server != NULL && !serve(session)) part(session);
      waited[index + 1].fd = -1;
      if (session->server == NULL) {
        vacant = session;
        continue;
      }
      idle = false;
      waited[index + 1] = (struct pollfd){.fd = session->line.socket, .events = session->line.events};
      mailproto_timeout timeout = mailproto_smtp_server_next_timeout(session->server);
      if (timeout.at < until) until = timeout.at;
    }
    if (settings.wanted != 0 && settings.messages >= settings.wanted && idle) break;
    if (vacant == NULL) waited[0].fd = -1;
    if (poll(waited, CLIENTS + 1, line_patience(until)) < 0) continue;
    int socket = vacant != NULL && waited[0].revents != 0 ? accept(listener, NULL, NULL) : -1;
    if (socket >= 0) greet(vacant, socket);
  }
}

static int listen_on(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, CLIENTS) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
    perror(port);
    exit(2);
  }
  fprintf(stderr, "listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
  return listener;
}

static SSL_CTX *tls_context(const char *certificate, const char *key) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  if (context != NULL && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
      SSL_CTX_use_certificate_chain_file(context, certificate) == 1 &&
      SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1)
    return context;
  fprintf(stderr, "%s, %s: no certificate with its key\n", certificate, key);
  exit(2);
}

int main(int count, char **words) {
  const char *port = "0", *name = "localhost", *certificate = NULL, *key = NULL, *messages = "0";
  struct {
    const char *word, **value;
  } options[] = {{"--port", &port},        {"--name", &name}, {"--store", &settings.store},
                 {"--user", &settings.user}, {"--cert", &certificate}, {"--key", &key},
                 {"--messages", &messages}};
  for (int next = 1; next < count; next++) {
    const char **value = NULL;
    for (size_t index = 0; index < sizeof options / sizeof options[0]; index++)
      if (strcmp(words[next], options[index].word) == 0 && next + 1 < count) value = options[index].value;
    if (strcmp(words[next], "--implicit") == 0) {
      settings.implicit = true;
    } else if (value != NULL) {
      *value = words[++next];
    } else {
      fputs("usage: serve [--port N] [--name NAME] [--store FOLDER] [--user USER:PASSWORD]\n"
            "             [--cert FILE --key FILE [--implicit]] [--messages N]\n", stderr);
      return 2;
    }
  }
  settings.wanted = (unsigned)atoi(messages);
  must(mailproto_smtp_server_options_new(mailproto_text(name), &settings.options), "name");
  mailproto_smtp_extension_set offered = MAILPROTO_SMTP_EXTENSIONS_SERVER_DEFAULT;
  if (certificate != NULL && key != NULL) {
    settings.context = tls_context(certificate, key);
    must(mailproto_smtp_server_options_set_tls(settings.options, settings.implicit), "TLS");
    if (!settings.implicit) offered |= MAILPROTO_SMTP_EXTENSION_STARTTLS;
  }
  if (settings.user != NULL) {
    offered |= MAILPROTO_SMTP_EXTENSION_AUTH;
    must(mailproto_smtp_server_options_set_require_auth(settings.options, true), "login");
  }
  must(mailproto_smtp_server_options_set_offered(settings.options, offered), "extensions");

  int listener = listen_on(port);
  receive_mail(listener);
  close(listener);
  mailproto_smtp_server_options_free(settings.options);
  SSL_CTX_free(settings.context);
  return 0;
}
