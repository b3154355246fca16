/*
 * Fetches mail: mailproto with POSIX sockets, poll() and OpenSSL.
 *
 *     pop [--ca FILE] [--insecure] [--tls none|opportunistic|required] [--keep | --keep-days N] SERVER_URL FOLDER
 *
 * SERVER_URL is pop3://USER:PASSWORD@HOST:PORT, or pop3s:// for TLS from the first byte. Each message that is
 * new becomes a file of its own in FOLDER, 1.eml and so on, and is deleted on the server unless it is to be kept
 * there; FOLDER/seen holds what need not be fetched again. Ends with 0 when nothing is left to fetch.
 */
#define _POSIX_C_SOURCE 200809L
#include "line.h"

#include <mailproto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS_OF_A_DAY = 86400 };

struct job {
  char *scheme, *user, *password, *host, *port;
  const char *folder, *authorities;
  bool insecure, done;
  mailproto_tls_policy tls;
  mailproto_pop3_retention retention;
  uint32_t days;
  SSL_CTX *context;
  struct line line;
  mailproto_pop3_download *download;
  FILE *message;
  unsigned stored;
};

/* Ends the program when a call says that something is wrong with what it was given. */
static void must(mailproto_status status, const char *what) {
  if (status == MAILPROTO_OK) return;
  fprintf(stderr, "%s: %s\n", what, mailproto_status_text(status));
  exit(2);
}

/* The path of a file in the folder; of a message if there is a number. */
static void path_of(char path[4096], const struct job *job, const char *name, unsigned number) {
  if (number > 0)
    snprintf(path, 4096, "%s/%u.eml", job->folder, number);
  else
    snprintf(path, 4096, "%s/%s", job->folder, name);
}

/* Makes a file that was written safe under its name; whether that worked. */
static bool settle(const struct job *job, FILE *file, const char *name, unsigned number) {
  char partial[4096], path[4096];
  path_of(partial, job, "partial", 0);
  path_of(path, job, name, number);
  bool safe = fflush(file) == 0 && fsync(fileno(file)) == 0;
  safe = fclose(file) == 0 && safe;
  if (safe && rename(partial, path) == 0) return true;
  perror(path);
  return false;
}

static FILE *open_partial(const struct job *job) {
  char partial[4096];
  path_of(partial, job, "partial", 0);
  FILE *file = fopen(partial, "wb");
  if (file == NULL) perror(partial);
  return file;
}

/* Reads what need not be fetched again: a day and a unique id on each line. */
static mailproto_pop3_seen *read_seen(const struct job *job) {
  char path[4096], line[512];
  mailproto_pop3_seen *seen;
  must(mailproto_pop3_seen_new(&seen), "state");
  path_of(path, job, "seen", 0);
  FILE *file = fopen(path, "r");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    char *id = strchr(line, ' ');
    line[strcspn(line, "\n")] = 0;
    if (id != NULL) must(mailproto_pop3_seen_add(seen, mailproto_text(id + 1), (uint32_t)strtoul(line, NULL, 10)), path);
  }
  if (file != NULL) fclose(file);
  return seen;
}

/* Writes it anew; whether that worked. */
static bool write_seen(const struct job *job) {
  mailproto_pop3_seen_message message = {.struct_size = sizeof message};
  FILE *file = open_partial(job);
  if (file == NULL) return false;
  while (mailproto_pop3_download_next_seen(job->download, message.unique_id, &message) == MAILPROTO_OK)
    for (uint32_t copy = 0; copy < message.copies; copy++)
      fprintf(file, "%u %.*s\n", (unsigned)message.day, (int)message.unique_id.len,
              (const char *)message.unique_id.data);
  return settle(job, file, "seen", 0);
}

/* The first number after the last message that no file has. */
static unsigned free_number(const struct job *job) {
  char path[4096];
  unsigned number = job->stored;
  do path_of(path, job, NULL, ++number);
  while (access(path, F_OK) == 0);
  return number;
}

/* The message is complete. Only what is safe here may go there. */
static mailproto_status keep_message(struct job *job) {
  FILE *message = job->message;
  job->message = NULL;
  job->stored = free_number(job);
  if (message == NULL || !settle(job, message, NULL, job->stored)) return mailproto_pop3_download_reject(job->download);
  printf("%s/%u.eml\n", job->folder, job->stored);
  mailproto_status status = mailproto_pop3_download_accept(job->download);
  return status == MAILPROTO_OK && !write_seen(job) ? MAILPROTO_ERR_CONNECTION : status;
}

/* What the TLS channel is known by (RFC 9266), so that nobody in between can log in with what they hear. It is
   known once the handshake has come to its end, which is waited for here. */
static bool start_tls(struct job *job) {
  uint8_t key[32];
  if (!line_start_tls(&job->line, job->context, job->host)) return false;
  for (int result; (result = SSL_do_handshake(job->line.tls)) != 1;) {
    if (line_tls_result(&job->line, result) != LINE_WAIT) return false;
    line_wait(&job->line, line_now() + 60000);
  }
  if (SSL_version(job->line.tls) < TLS1_3_VERSION ||
      SSL_export_keying_material(job->line.tls, key, sizeof key, "EXPORTER-Channel-Binding", 24, NULL, 0, 1) != 1)
    return true;
  mailproto_bytes channel = {key, sizeof key};
  return mailproto_pop3_download_bind_channel(job->download, MAILPROTO_SASL_BINDING_TLS_EXPORTER, channel) ==
         MAILPROTO_OK;
}

/* Looks at one event. */
static mailproto_status handle(const mailproto_pop3_event *event, struct job *job) {
  switch (event->kind) {
    case MAILPROTO_POP3_EVENT_STARTTLS:
      return start_tls(job) ? mailproto_pop3_download_tls_started(job->download) : MAILPROTO_ERR_CONNECTION;
    case MAILPROTO_POP3_EVENT_MESSAGE:
      job->message = open_partial(job);
      return MAILPROTO_OK;
    case MAILPROTO_POP3_EVENT_MESSAGE_DATA:
      /* An error shows when the file is closed. */
      if (job->message != NULL) fwrite(event->data.data, 1, event->data.len, job->message);
      return MAILPROTO_OK;
    case MAILPROTO_POP3_EVENT_MESSAGE_END:
      return keep_message(job);
    case MAILPROTO_POP3_EVENT_SKIPPED:
    case MAILPROTO_POP3_EVENT_FAILED:
      if (event->kind == MAILPROTO_POP3_EVENT_SKIPPED) fprintf(stderr, "message %u, ", (unsigned)event->number);
      fprintf(stderr, "reason %u: %.*s\n", (unsigned)event->reason, (int)event->line.len,
              event->line.len > 0 ? (const char *)event->line.data : "");
      return MAILPROTO_OK;
    case MAILPROTO_POP3_EVENT_DONE:
      job->done = event->is_ok && write_seen(job);
      return MAILPROTO_OK;
    default:
      return MAILPROTO_OK;
  }
}

/* The loop: what the server says goes in, what happened comes out, what is to be said goes out. */
static mailproto_status converse(struct job *job) {
  mailproto_pop3_download *download = job->download;
  mailproto_status status = MAILPROTO_OK;
  while (status == MAILPROTO_OK && !mailproto_pop3_download_is_closed(download)) {
    mailproto_pop3_event event = {.struct_size = sizeof event};
    while ((status = mailproto_pop3_download_next_event(download, &event)) == MAILPROTO_OK && event.kind != 0)
      if ((status = handle(&event, job)) != MAILPROTO_OK) return status;

    mailproto_bytes out = mailproto_pop3_download_transmit(download);
    ssize_t sent = out.len > 0 ? line_send(&job->line, out.data, out.len) : LINE_WAIT;
    if (sent > 0) mailproto_pop3_download_transmitted(download, (size_t)sent);

    uint8_t *space;
    size_t room;
    must(mailproto_pop3_download_receive_space(download, &space, &room), "receive");
    ssize_t got = room > 0 ? line_receive(&job->line, space, room) : LINE_WAIT;
    mailproto_pop3_download_received(download, got > 0 ? (size_t)got : 0);
    if (got == LINE_ENDED || got == LINE_BROKEN || sent == LINE_BROKEN) mailproto_pop3_download_receive_eof(download);

    mailproto_pop3_download_handle_time(download, line_now());
    if (sent == LINE_WAIT && got == LINE_WAIT && !mailproto_pop3_download_is_closed(download))
      line_wait(&job->line, mailproto_pop3_download_next_timeout(download).at);
  }
  return status;
}

/* Tells the library what to fetch, and on what terms. */
static void prepare(struct job *job) {
  uint8_t random[18];
  mailproto_sasl_identity *identity;
  mailproto_pop3_download_options *options;
  must(mailproto_sasl_identity_new(mailproto_text(job->user), &identity), "user");
  must(mailproto_sasl_identity_set_password(identity, mailproto_text(job->password)), "password");
  if (RAND_bytes(random, sizeof random) == 1)
    must(mailproto_sasl_identity_set_random(identity, (mailproto_bytes){random, sizeof random}), "random bytes");
  must(mailproto_pop3_download_options_new(&options), "options");
  must(mailproto_pop3_download_options_set_identity(options, identity), "login");
  must(mailproto_pop3_download_options_set_tls(options, job->tls), "TLS");
  must(mailproto_pop3_download_options_set_retention(options, job->retention, job->days), "retention");
  must(mailproto_pop3_download_options_set_today(options, (uint32_t)(time(NULL) / SECONDS_OF_A_DAY)), "day");
  mailproto_sasl_identity_free(identity);
  mailproto_pop3_seen *seen = read_seen(job);
  must(mailproto_pop3_download_new(options, seen, &job->download), "user or password");
  mailproto_pop3_seen_free(seen);
  mailproto_pop3_download_options_free(options);
}

/* Checks certificates, unless it was told not to. */
static SSL_CTX *tls_context(const struct job *job) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (context == NULL) return NULL;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, job->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
  int known = job->authorities != NULL ? SSL_CTX_load_verify_locations(context, job->authorities, NULL)
                                       : SSL_CTX_set_default_verify_paths(context);
  if (known == 1) return context;
  fprintf(stderr, "%s: no certificates\n", job->authorities != NULL ? job->authorities : "the system");
  SSL_CTX_free(context);
  return NULL;
}

/* Takes a URL apart, in place. */
static bool read_url(char *url, struct job *job) {
  char *rest = strstr(url, "://"), *at, *colon;
  if (rest == NULL) return false;
  *rest = 0;
  job->scheme = url;
  job->user = rest + 3;
  if ((at = strrchr(job->user, '@')) == NULL || (job->password = strchr(job->user, ':')) == NULL) return false;
  *at = 0;
  *job->password++ = 0;
  job->host = at + 1;
  if (job->password > at || (colon = strrchr(job->host, ':')) == NULL) return false;
  *colon = 0;
  job->port = colon + 1;
  if (strcmp(job->scheme, "pop3s") == 0) job->tls = MAILPROTO_TLS_IMPLICIT;
  return strcmp(job->scheme, "pop3") == 0 || strcmp(job->scheme, "pop3s") == 0;
}

static int usage(void) {
  fputs("usage: pop [--ca FILE] [--insecure] [--tls none|opportunistic|required] [--keep | --keep-days N]\n"
        "           SERVER_URL FOLDER\n", stderr);
  return 2;
}

int main(int count, char **words) {
  static const char *const policies[] = {"none", "opportunistic", "required"};
  struct job job = {.tls = MAILPROTO_TLS_OPPORTUNISTIC, .line = {.socket = -1}};
  int next = 1;
  for (; next < count && strncmp(words[next], "--", 2) == 0; next++) {
    if (strcmp(words[next], "--insecure") == 0) {
      job.insecure = true;
    } else if (strcmp(words[next], "--keep") == 0) {
      job.retention = MAILPROTO_POP3_RETENTION_KEEP;
    } else if (strcmp(words[next], "--keep-days") == 0 && next + 1 < count) {
      job.retention = MAILPROTO_POP3_RETENTION_KEEP_DAYS;
      job.days = (uint32_t)strtoul(words[++next], NULL, 10);
    } else if (strcmp(words[next], "--ca") == 0 && next + 1 < count) {
      job.authorities = words[++next];
    } else if (strcmp(words[next], "--tls") == 0 && next + 1 < count) {
      for (job.tls = 0, next++; strcmp(words[next], policies[job.tls]) != 0;)
        if (++job.tls > MAILPROTO_TLS_REQUIRED) return usage();
    } else {
      return usage();
    }
  }
  if (count - next != 2 || !read_url(words[next], &job)) return usage();
  job.folder = words[next + 1];

  prepare(&job);
  bool ready = (job.context = tls_context(&job)) != NULL && line_connect(&job.line, job.host, job.port) &&
               (job.tls != MAILPROTO_TLS_IMPLICIT || start_tls(&job));
  mailproto_status status = ready ? converse(&job) : MAILPROTO_ERR_CONNECTION;
  if (ready && status != MAILPROTO_OK) {
    char text[128];
    mailproto_pop3_download_last_error_message(job.download, (uint8_t *)text, sizeof text, NULL);
    fprintf(stderr, "%s\n", text);
  }
  if (job.message != NULL) fclose(job.message);
  mailproto_pop3_download_free(job.download);
  line_close(&job.line);
  SSL_CTX_free(job.context);
  return job.done ? 0 : 1;
}
