/* Runs out of memory at every allocation of a whole session of POP3 with a login by SCRAM, one after the other: each
   call says so or does its work, nothing is leaked, and nothing is deleted that the client has not fetched. */
#include "failing.h"

/* Everything of one session; what was not made is NULL. */
struct session {
  mailproto_sasl_identity *identity;
  mailproto_sasl *sasl;
  mailproto_sasl_server *exchange;
  mailproto_pop3_client_options *client_options;
  mailproto_pop3_client *client;
  mailproto_pop3_server_options *server_options;
  mailproto_pop3_server *server;
  unsigned fetched, deleted;
  size_t octets, passed;
  bool passing;
};

enum { LINES = 2000, MESSAGES = 2 };
static const char LINE[] = ".a line that is long enough to make buffers grow\r\n";
static const uint8_t RANDOM[18] = "eighteen new bytes";

static mailproto_status make(struct session *all) {
  const mailproto_bytes name = mailproto_text("tim"), random = {RANDOM, sizeof RANDOM};
  const mailproto_sasl_mechanisms scram = MAILPROTO_SASL_SCRAM_SHA_1;
  TRY(mailproto_sasl_identity_new(name, &all->identity));
  TRY(mailproto_sasl_identity_set_password(all->identity, name));
  TRY(mailproto_sasl_identity_set_random(all->identity, random));
  TRY(mailproto_sasl_identity_set_service(all->identity, name, 110));
  TRY(mailproto_sasl_identity_set_authorization(all->identity, mailproto_text("tom")));
  TRY(mailproto_sasl_identity_set_binding(all->identity, MAILPROTO_SASL_BINDING_TLS_UNIQUE, name));
  TRY(mailproto_sasl_new(all->identity, scram, scram, &all->sasl));
  TRY(mailproto_pop3_client_options_new(&all->client_options));
  TRY(mailproto_pop3_client_new(all->client_options, &all->client));
  TRY(mailproto_pop3_client_auth(all->client, all->sasl, NULL));
  TRY(mailproto_pop3_server_options_new(&all->server_options));
  TRY(mailproto_pop3_server_options_set_implementation(all->server_options, name));
  TRY(mailproto_pop3_server_options_set_mechanisms(all->server_options, scram));
  TRY(mailproto_pop3_server_options_set_auth_without_tls(all->server_options, true));
  return mailproto_pop3_server_new(all->server_options, &all->server);
}

static void part(struct session *all) {
  mailproto_sasl_identity_free(all->identity);
  mailproto_sasl_free(all->sasl);
  mailproto_sasl_server_free(all->exchange);
  mailproto_pop3_client_options_free(all->client_options);
  mailproto_pop3_client_free(all->client);
  mailproto_pop3_server_options_free(all->server_options);
  mailproto_pop3_server_free(all->server);
}

static mailproto_status conduct(struct session *all, const mailproto_pop3_event *event) {
  const mailproto_bytes password = mailproto_text("tim"), random = {RANDOM, sizeof RANDOM};
  mailproto_sasl_step step;
  if (event->first) {
    TRY(mailproto_sasl_server_new(event->mechanisms, random, password, event->mechanisms, &all->exchange));
    TRY(mailproto_sasl_server_add_binding(all->exchange, MAILPROTO_SASL_BINDING_TLS_UNIQUE, password));
  }
  TRY(mailproto_sasl_server_respond(all->exchange, event->data, &step));
  if (step == MAILPROTO_SASL_STEP_USER) {
    CHECK(is(mailproto_sasl_server_authorization(all->exchange), "tom"));
    TRY(mailproto_sasl_server_password(all->exchange, password, mailproto_text("salt"), 4096, &step));
  }
  if (step == MAILPROTO_SASL_STEP_CHALLENGE)
    return mailproto_pop3_server_challenge(all->server, mailproto_sasl_server_text(all->exchange));
  CHECK(step == MAILPROTO_SASL_STEP_COMPLETE);
  return mailproto_pop3_server_accept(all->server);
}

static mailproto_status serve(struct session *all) {
  const size_t length = sizeof LINE - 1, total = LINES * length;
  mailproto_pop3_event event = {.struct_size = sizeof event};
  for (;;) {
    while (all->passing && all->passed < total) {
      size_t taken = 0, start = all->passed % length;
      mailproto_bytes rest = {(const uint8_t *)LINE + start, length - start};
      TRY(mailproto_pop3_server_send_data(all->server, rest, &taken));
      if (taken == 0) return MAILPROTO_OK;
      all->passed += taken;
    }
    if (all->passing) {
      mailproto_status status = mailproto_pop3_server_finish_data(all->server);
      if (status == MAILPROTO_ERR_FULL) return MAILPROTO_OK;
      TRY(status);
      all->passing = false;
    }
    TRY(mailproto_pop3_server_next_event(all->server, &event));
    switch (event.kind) {
      case MAILPROTO_POP3_EVENT_NONE:
        return MAILPROTO_OK;
      case MAILPROTO_POP3_EVENT_AUTH_RESPONSE:
        TRY(conduct(all, &event));
        break;
      case MAILPROTO_POP3_EVENT_OPEN:
        TRY(mailproto_pop3_server_open(all->server, MESSAGES, MESSAGES * total));
        break;
      case MAILPROTO_POP3_EVENT_DELETE:
        TRY(mailproto_pop3_server_size(all->server, total));
        break;
      case MAILPROTO_POP3_EVENT_MESSAGE_WANTED:
        TRY(mailproto_pop3_server_accept(all->server));
        all->passing = true;
        all->passed = 0;
        break;
      case MAILPROTO_POP3_EVENT_UPDATE:
        all->deleted = event.messages;
        TRY(mailproto_pop3_server_accept(all->server));
        break;
      default:
        if (event.is_question) TRY(mailproto_pop3_server_accept(all->server));
    }
  }
}

static mailproto_status fetch(struct session *all) {
  mailproto_pop3_event event = {.struct_size = sizeof event};
  for (;;) {
    TRY(mailproto_pop3_client_next_event(all->client, &event));
    switch (event.kind) {
      case MAILPROTO_POP3_EVENT_NONE:
        return MAILPROTO_OK;
      case MAILPROTO_POP3_EVENT_CHALLENGE:
        TRY(mailproto_pop3_client_auth_respond(all->client, all->sasl, NULL));
        break;
      case MAILPROTO_POP3_EVENT_DATA:
        all->octets += event.data.len;
        break;
      case MAILPROTO_POP3_EVENT_RESPONSE:
        if (event.verb == MAILPROTO_POP3_VERB_AUTH) TRY(mailproto_pop3_client_retr(all->client, 1, NULL));
        /* A server without memory for its marks says so. */
        if (event.verb == MAILPROTO_POP3_VERB_DELE && !event.is_ok) return MAILPROTO_ERR_NO_MEMORY;
        if (event.verb == MAILPROTO_POP3_VERB_DELE && all->fetched < MESSAGES)
          TRY(mailproto_pop3_client_retr(all->client, all->fetched + 1, NULL));
        else if (event.verb == MAILPROTO_POP3_VERB_DELE)
          TRY(mailproto_pop3_client_quit(all->client, NULL));
        break;
      case MAILPROTO_POP3_EVENT_END:
        TRY(mailproto_pop3_client_dele(all->client, ++all->fetched, NULL));
        break;
      default:
        break;
    }
  }
}

static mailproto_status converse(struct session *all) {
  size_t taken;
  for (unsigned round = 0; !mailproto_pop3_client_is_closed(all->client); round++) {
    CHECK(round < 10000); /* nobody waits for what cannot come */
    TRY(serve(all));
    mailproto_bytes out = mailproto_pop3_server_transmit(all->server);
    TRY(mailproto_pop3_client_receive(all->client, out, &taken));
    TRY(mailproto_pop3_server_transmitted(all->server, taken));
    TRY(fetch(all));
    out = mailproto_pop3_client_transmit(all->client);
    TRY(mailproto_pop3_server_receive(all->server, out, &taken));
    TRY(mailproto_pop3_client_transmitted(all->client, taken));
  }
  return MAILPROTO_OK;
}

/* One session with one failure; whether there was a failure. */
static bool run(size_t fail_at, bool for_ever) {
  struct session all = {0};
  fail_from(fail_at, for_ever);
  mailproto_status status = make(&all);
  if (status == MAILPROTO_OK) status = converse(&all);
  if (status != MAILPROTO_OK) {
    CHECK(memory.failed);
    CHECK_STATUS(status, MAILPROTO_ERR_NO_MEMORY);
  } else {
    CHECK(all.fetched == MESSAGES && all.deleted == MESSAGES);
    CHECK(all.octets == MESSAGES * LINES * (sizeof LINE - 1));
  }
  CHECK(all.deleted <= all.fetched);
  part(&all);
  CHECK(memory.live == 0);
  return memory.failed;
}

int main(void) {
  fail_everywhere(run, 30);
  return 0;
}
