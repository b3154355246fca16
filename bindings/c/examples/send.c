/*
 * Sends one message: mailproto with POSIX sockets, poll() and OpenSSL.
 *
 *     send [--ca FILE] [--insecure] [--tls none|opportunistic|required] SERVER_URL FROM TO [FILE]
 *
 * SERVER_URL is smtp://[USER:PASSWORD@]HOST:PORT, or smtps:// for TLS from the first byte. The message is
 * read from FILE, or from standard input. Ends with 0 when the server has taken the message.
 */
#define _POSIX_C_SOURCE 200809L
#include "line.h"

#include <mailproto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct job {
  char *scheme, *user, *password, *host, *port;
  const char *from, *to;
  FILE *message;
  const char *authorities; /* a file of CA certificates; the system's if NULL */
  bool insecure;
  mailproto_tls_policy tls;
  SSL_CTX *context;
  bool accepted;
};

/* Ends the program when a call says that something is wrong with what it was given. */
static void must(mailproto_status status, const char *what) {
  if (status == MAILPROTO_OK) return;
  fprintf(stderr, "%s: %s\n", what, mailproto_status_text(status));
  exit(2);
}

/* Looks at one event; whether the message is wanted now. */
static bool handle(const mailproto_smtp_event *event, struct job *job, struct line *line,
                   mailproto_smtp_submission *submission) {
  static const char *const verdicts[] = {"", "accepted", "refused", "not now", "unknown"};
  switch (event->kind) {
    case MAILPROTO_SMTP_EVENT_STARTTLS:
      if (line_start_tls(line, job->context, job->host)) mailproto_smtp_submission_tls_started(submission);
      break;
    case MAILPROTO_SMTP_EVENT_BODY_WANTED:
      return true;
    case MAILPROTO_SMTP_EVENT_RECIPIENT:
      job->accepted = event->verdict == MAILPROTO_SMTP_VERDICT_ACCEPTED;
      printf("%s: %s", job->to, verdicts[event->verdict]);
      if (event->reason != 0) printf(" (reason %u)", event->reason);
      printf("%s%.*s", event->reply.len > 0 ? ": " : "\n", (int)event->reply.len, (const char *)event->reply.data);
      break;
    default:
      break;
  }
  return false;
}

/* Passes on as much of the message as there is room for; whether some of it is left. */
static bool pass_message(mailproto_smtp_submission *submission, FILE *message) {
  static uint8_t piece[16384];
  static size_t start, end;
  for (;;) {
    if (start == end) {
      start = 0;
      end = fread(piece, 1, sizeof piece, message);
      if (end == 0) return mailproto_smtp_submission_finish_data(submission) == MAILPROTO_ERR_FULL;
    }
    mailproto_bytes rest = {piece + start, end - start};
    size_t taken = 0;
    if (mailproto_smtp_submission_send_data(submission, rest, &taken) != MAILPROTO_OK) return false;
    if (taken == 0) return true;
    start += taken;
  }
}

/* The loop: what the server says goes in, what happened comes out, what is to be said goes out. */
static mailproto_status converse(mailproto_smtp_submission *submission, struct line *line, struct job *job) {
  mailproto_status status = MAILPROTO_OK;
  bool body_wanted = false;
  while (status == MAILPROTO_OK && !mailproto_smtp_submission_is_closed(submission)) {
    mailproto_smtp_event event = {.struct_size = sizeof event};
    while ((status = mailproto_smtp_submission_next_event(submission, &event)) == MAILPROTO_OK && event.kind != 0)
      if (handle(&event, job, line, submission)) body_wanted = true;
    if (body_wanted) body_wanted = pass_message(submission, job->message);

    mailproto_bytes out = mailproto_smtp_submission_transmit(submission);
    ssize_t sent = out.len > 0 ? line_send(line, out.data, out.len) : LINE_WAIT;
    if (sent > 0) mailproto_smtp_submission_transmitted(submission, (size_t)sent);

    uint8_t *space;
    size_t room;
    must(mailproto_smtp_submission_receive_space(submission, &space, &room), "receive");
    ssize_t got = room > 0 ? line_receive(line, space, room) : LINE_WAIT;
    mailproto_smtp_submission_received(submission, got > 0 ? (size_t)got : 0);
    if (got == LINE_ENDED || got == LINE_BROKEN || sent == LINE_BROKEN)
      mailproto_smtp_submission_receive_eof(submission);

    mailproto_smtp_submission_handle_time(submission, line_now());
    if (sent == LINE_WAIT && got == LINE_WAIT && !mailproto_smtp_submission_is_closed(submission))
      line_wait(line, mailproto_smtp_submission_next_timeout(submission).at);
  }
  return status;
}

/* Tells the library what to send, and on what terms. */
static mailproto_smtp_submission *prepare(const struct job *job) {
  char name[256] = "localhost";
  gethostname(name, sizeof name - 1);
  mailproto_smtp_submission_options *options;
  must(mailproto_smtp_submission_options_new(mailproto_text(name), &options), "options");
  must(mailproto_smtp_submission_options_set_tls(options, job->tls), "TLS");
  if (job->user != NULL)
    must(mailproto_smtp_submission_options_set_login(options, mailproto_text(job->user),
                                                     mailproto_text(job->password)), "login");
  mailproto_smtp_submission *submission;
  must(mailproto_smtp_submission_new(options, &submission), "name or login");
  mailproto_smtp_submission_options_free(options);

  mailproto_smtp_envelope *envelope;
  must(mailproto_smtp_envelope_new(mailproto_text(job->from), &envelope), "sender");
  must(mailproto_smtp_envelope_add_recipient(envelope, mailproto_text(job->to), NULL), "recipient");
  if (fseek(job->message, 0, SEEK_SET) == 0) {
    /* A file can be read twice: how large it is, and whether ASCII is enough, is best known before. */
    uint64_t size = 0;
    bool ascii = true;
    for (int byte; (byte = getc(job->message)) != EOF; size++) ascii = ascii && byte < 128;
    rewind(job->message);
    mailproto_smtp_envelope_set_size(envelope, size);
    mailproto_smtp_envelope_set_body(envelope, ascii ? MAILPROTO_SMTP_BODY_7BIT : MAILPROTO_SMTP_BODY_8BITMIME);
  }
  must(mailproto_smtp_submission_submit(submission, envelope, NULL), "envelope");
  mailproto_smtp_envelope_free(envelope);
  mailproto_smtp_submission_finish(submission); /* QUIT when it is done */
  return submission;
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
  job->host = rest + 3;
  if ((at = strrchr(job->host, '@')) != NULL) {
    *at = 0;
    job->user = job->host;
    job->host = at + 1;
    if ((job->password = strchr(job->user, ':')) == NULL) return false;
    *job->password++ = 0;
  }
  if ((colon = strrchr(job->host, ':')) == NULL) return false;
  *colon = 0;
  job->port = colon + 1;
  size_t length = strlen(job->host);
  if (job->host[0] == '[' && job->host[length - 1] == ']') { /* an IPv6 address */
    job->host[length - 1] = 0;
    job->host++;
  }
  if (strcmp(job->scheme, "smtps") == 0) job->tls = MAILPROTO_TLS_IMPLICIT;
  return strcmp(job->scheme, "smtp") == 0 || strcmp(job->scheme, "smtps") == 0;
}

static int usage(void) {
  fputs("usage: send [--ca FILE] [--insecure] [--tls none|opportunistic|required] SERVER_URL FROM TO [FILE]\n",
        stderr);
  return 2;
}

int main(int count, char **words) {
  static const char *const policies[] = {"none", "opportunistic", "required"};
  struct job job = {.tls = MAILPROTO_TLS_OPPORTUNISTIC, .message = stdin};
  int next = 1;
  for (; next < count && strncmp(words[next], "--", 2) == 0; next++) {
    if (strcmp(words[next], "--insecure") == 0) {
      job.insecure = true;
    } else if (strcmp(words[next], "--ca") == 0 && next + 1 < count) {
      job.authorities = words[++next];
    } else if (strcmp(words[next], "--tls") == 0 && next + 1 < count) {
      for (job.tls = 0, next++; strcmp(words[next], policies[job.tls]) != 0;)
        if (++job.tls > MAILPROTO_TLS_REQUIRED) return usage();
    } else {
      return usage();
    }
  }
  if (count - next < 3 || count - next > 4 || !read_url(words[next], &job)) return usage();
  job.from = words[next + 1];
  job.to = words[next + 2];
  if (count - next == 4 && (job.message = fopen(words[next + 3], "rb")) == NULL) {
    perror(words[next + 3]);
    return 2;
  }

  struct line line = {.socket = -1};
  mailproto_smtp_submission *submission = prepare(&job);
  bool ready = (job.context = tls_context(&job)) != NULL && line_connect(&line, job.host, job.port) &&
               (job.tls != MAILPROTO_TLS_IMPLICIT || line_start_tls(&line, job.context, job.host));
  mailproto_status status = ready ? converse(submission, &line, &job) : MAILPROTO_ERR_CONNECTION;
  if (ready && status != MAILPROTO_OK) {
    char text[128];
    mailproto_smtp_submission_last_error_message(submission, (uint8_t *)text, sizeof text, NULL);
    fprintf(stderr, "%s\n", text);
  }
  mailproto_smtp_submission_free(submission);
  line_close(&line);
  SSL_CTX_free(job.context);
  if (job.message != stdin) fclose(job.message);
  return job.accepted ? 0 : 1;
}
