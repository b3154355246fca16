/* Runs out of memory at every allocation of a whole delivery, one after the other: each call says so or does
   its work, nothing is leaked, and no message is ever told of as accepted that the server did not take. */
#include "failing.h"

/* Everything of one delivery; what was not made is NULL. */
struct delivery {
  mailproto_sasl *sasl;
  mailproto_smtp_client *client;
  mailproto_smtp_client_options *client_options;
  mailproto_smtp_server_options *server_options;
  mailproto_smtp_server *server;
  mailproto_smtp_submission_options *options;
  mailproto_smtp_submission *submission;
  mailproto_smtp_envelope *envelope;
  unsigned taken, accepted, told;
  bool body_wanted, body_passed;
  size_t body;
};

static const char MESSAGE[] =
    "Subject: out of memory\r\n\r\n"
    ".a line that is long enough to make buffers grow, .a line that is long enough to make buffers grow\r\n";

enum { PIECES = 100 };

static mailproto_status make(struct delivery *all) {
  mailproto_bytes name = mailproto_text("host.example");
  size_t index;
  TRY(mailproto_sasl_plain_new(name, name, name, &all->sasl));
  TRY(mailproto_smtp_client_options_new(&all->client_options));
  TRY(mailproto_smtp_client_new(all->client_options, &all->client));
  TRY(mailproto_smtp_client_ehlo(all->client, name, NULL));
  TRY(mailproto_smtp_server_options_new(name, &all->server_options));
  TRY(mailproto_smtp_server_options_set_offered(
      all->server_options, MAILPROTO_SMTP_EXTENSIONS_SERVER_DEFAULT | MAILPROTO_SMTP_EXTENSION_AUTH));
  TRY(mailproto_smtp_server_options_set_auth_without_tls(all->server_options, true));
  TRY(mailproto_smtp_server_new(all->server_options, &all->server));
  TRY(mailproto_smtp_submission_options_new(name, &all->options));
  TRY(mailproto_smtp_submission_options_set_login(all->options, name, name));
  TRY(mailproto_smtp_submission_options_set_login_without_tls(all->options, true));
  TRY(mailproto_smtp_submission_new(all->options, &all->submission));
  TRY(mailproto_smtp_envelope_new(mailproto_text("a@host.example"), &all->envelope));
  TRY(mailproto_smtp_envelope_add_recipient(all->envelope, mailproto_text("b@host.example"), &index));
  TRY(mailproto_smtp_envelope_add_recipient(all->envelope, mailproto_text("c@host.example"), &index));
  TRY(mailproto_smtp_envelope_set_recipient_original(all->envelope, index, mailproto_text("rfc822"), name));
  TRY(mailproto_smtp_envelope_set_envelope_id(all->envelope, name));
  TRY(mailproto_smtp_submission_submit(all->submission, all->envelope, NULL));
  TRY(mailproto_smtp_submission_submit(all->submission, all->envelope, NULL));
  return mailproto_smtp_submission_finish(all->submission);
}

static void part(struct delivery *all) {
  mailproto_sasl_free(all->sasl);
  mailproto_smtp_client_options_free(all->client_options);
  mailproto_smtp_client_free(all->client);
  mailproto_smtp_server_options_free(all->server_options);
  mailproto_smtp_server_free(all->server);
  mailproto_smtp_submission_options_free(all->options);
  mailproto_smtp_submission_free(all->submission);
  mailproto_smtp_envelope_free(all->envelope);
}

static mailproto_status serve(struct delivery *all) {
  mailproto_smtp_event event = {.struct_size = sizeof event};
  for (;;) {
    TRY(mailproto_smtp_server_next_event(all->server, &event));
    if (event.kind == MAILPROTO_SMTP_EVENT_NONE) return MAILPROTO_OK;
    if (event.kind == MAILPROTO_SMTP_EVENT_DATA_END) all->taken++;
    if (event.is_question) TRY(mailproto_smtp_server_accept(all->server));
  }
}

static mailproto_status submit(struct delivery *all) {
  mailproto_smtp_event event = {.struct_size = sizeof event};
  for (;;) {
    TRY(mailproto_smtp_submission_next_event(all->submission, &event));
    if (event.kind == MAILPROTO_SMTP_EVENT_NONE) break;
    if (event.kind == MAILPROTO_SMTP_EVENT_BODY_WANTED) {
      all->body_wanted = true;
      all->body = 0;
    }
    if (event.kind == MAILPROTO_SMTP_EVENT_RECIPIENT) {
      all->told++;
      all->accepted += event.verdict == MAILPROTO_SMTP_VERDICT_ACCEPTED;
    }
  }
  const size_t length = sizeof MESSAGE - 1;
  while (all->body_wanted && all->body < PIECES * length) {
    size_t taken = 0, start = all->body % length;
    mailproto_bytes rest = {(const uint8_t *)MESSAGE + start, length - start};
    TRY(mailproto_smtp_submission_send_data(all->submission, rest, &taken));
    if (taken == 0) return MAILPROTO_OK;
    all->body += taken;
  }
  if (all->body_wanted) {
    mailproto_status status = mailproto_smtp_submission_finish_data(all->submission);
    if (status == MAILPROTO_ERR_FULL) return MAILPROTO_OK;
    TRY(status);
    all->body_wanted = false;
  }
  return MAILPROTO_OK;
}

/* Lets the two talk until both are done. */
static mailproto_status converse(struct delivery *all) {
  uint8_t *space;
  size_t room, taken;
  for (unsigned round = 0; !mailproto_smtp_submission_is_closed(all->submission); round++) {
    CHECK(round < 10000); /* nobody waits for what cannot come */
    TRY(serve(all));
    mailproto_bytes out = mailproto_smtp_server_transmit(all->server);
    TRY(mailproto_smtp_submission_receive_space(all->submission, &space, &room));
    if (room > out.len) room = out.len;
    if (room > 0) memcpy(space, out.data, room);
    TRY(mailproto_smtp_submission_received(all->submission, room));
    TRY(mailproto_smtp_server_transmitted(all->server, room));
    TRY(submit(all));
    out = mailproto_smtp_submission_transmit(all->submission);
    TRY(mailproto_smtp_server_receive(all->server, out, &taken));
    TRY(mailproto_smtp_submission_transmitted(all->submission, taken));
  }
  return MAILPROTO_OK;
}

/* One delivery with one failure; whether there was a failure. */
static bool run(size_t fail_at, bool for_ever) {
  struct delivery all = {0};
  fail_from(fail_at, for_ever);
  mailproto_status status = make(&all);
  if (status == MAILPROTO_OK) status = converse(&all);
  if (status != MAILPROTO_OK) {
    CHECK(memory.failed);
    CHECK_STATUS(status, MAILPROTO_ERR_NO_MEMORY);
  } else {
    CHECK(all.taken == 2 && all.told == 4 && all.accepted == 4);
  }
  CHECK(all.accepted <= all.taken * 2);
  part(&all);
  CHECK(memory.live == 0);
  return memory.failed;
}

int main(void) {
  CHECK_STATUS(mailproto_set_allocator(NULL), MAILPROTO_ERR_NULL_POINTER);
  mailproto_allocator none = {0};
  CHECK_STATUS(mailproto_set_allocator(&none), MAILPROTO_ERR_STRUCT_SIZE);
  none.struct_size = sizeof none;
  CHECK_STATUS(mailproto_set_allocator(&none), MAILPROTO_ERR_NULL_POINTER);
  fail_everywhere(run, 30);
  return 0;
}
