/* SASL in the C face: the choice of a mechanism, and logins between a client and a server in memory. */
#include "check.h"

static mailproto_bytes text(const char *words) { return mailproto_text(words); }

/* No random bytes at all, so that a test does the same each time. */
static const mailproto_bytes CLIENT_RANDOM = {(const uint8_t *)"eighteen new bytes", 18};
static const mailproto_bytes SERVER_RANDOM = {(const uint8_t *)"eighteen old bytes", 18};
static const mailproto_bytes CHANNEL = {(const uint8_t *)"thirty-two bytes of key material", 32};
static const mailproto_bytes ANOTHER = {(const uint8_t *)"thirty-two bytes of key somewhere", 32};
enum { ITERATIONS = 4096 };

static mailproto_sasl_identity *identity_of(const char *user, const char *password) {
  mailproto_sasl_identity *identity;
  CHECK_OK(mailproto_sasl_identity_new(text(user), &identity));
  if (password != NULL) CHECK_OK(mailproto_sasl_identity_set_password(identity, text(password)));
  return identity;
}

static void null_and_nonsense_are_refused(void) {
  mailproto_sasl_identity *identity = identity_of("tim", "secret");
  mailproto_sasl_mechanisms chosen = 77;
  mailproto_sasl *sasl = NULL;
  mailproto_sasl_server *server = NULL;
  mailproto_sasl_step step = 77;
  uint8_t key[64];
  mailproto_sasl_identity_free(NULL);
  mailproto_sasl_server_free(NULL);
  CHECK_STATUS(mailproto_sasl_identity_new(text("x"), NULL), MAILPROTO_ERR_NULL_POINTER);
  CHECK_STATUS(mailproto_sasl_identity_set_token(NULL, text("x")), MAILPROTO_ERR_NULL_POINTER);
  CHECK_STATUS(mailproto_sasl_choose(NULL, 1, 0, true, &chosen), MAILPROTO_ERR_NULL_POINTER);
  CHECK_STATUS(mailproto_sasl_choose(identity, 1, 0, true, NULL), MAILPROTO_ERR_NULL_POINTER);
  CHECK_STATUS(mailproto_sasl_choose(identity, 1u << 20, 0, true, &chosen), MAILPROTO_ERR_INVALID_VALUE);
  CHECK_STATUS(mailproto_sasl_new(NULL, 1, 1, &sasl), MAILPROTO_ERR_NULL_POINTER);
  CHECK_STATUS(mailproto_sasl_new(identity, 3, 3, &sasl), MAILPROTO_ERR_INVALID_VALUE);
  CHECK_STATUS(mailproto_sasl_new(identity, MAILPROTO_SASL_XOAUTH2, 128, &sasl), MAILPROTO_ERR_NOT_OFFERED);
  CHECK_STATUS(mailproto_sasl_identity_set_random(identity, text("short")), MAILPROTO_ERR_INVALID_VALUE);
  CHECK_STATUS(mailproto_sasl_identity_set_binding(identity, 9, CHANNEL), MAILPROTO_ERR_INVALID_VALUE);
  CHECK_STATUS(mailproto_sasl_identity_set_iterations(identity, 2, 1, 1), MAILPROTO_ERR_INVALID_VALUE);
  CHECK_STATUS(mailproto_sasl_server_new(MAILPROTO_SASL_PLAIN, SERVER_RANDOM, text("mx"), 1, &server),
               MAILPROTO_ERR_INVALID_VALUE);
  CHECK_STATUS(mailproto_sasl_server_respond(NULL, text("x"), &step), MAILPROTO_ERR_NULL_POINTER);
  CHECK_STATUS(mailproto_sasl_derive_keys(MAILPROTO_SASL_PLAIN, text("x"), text("salt"), 1, key, key, 64, NULL),
               MAILPROTO_ERR_INVALID_VALUE);
  CHECK_STATUS(mailproto_sasl_derive_keys(MAILPROTO_SASL_SCRAM_SHA_256, text("x"), text("salt"), 1, key, key, 31, NULL),
               MAILPROTO_ERR_TOO_LONG);
  CHECK(chosen == 77 && sasl == NULL && server == NULL && step == 77);
  CHECK(mailproto_sasl_server_text(NULL).len == 0 && mailproto_sasl_failure(NULL) == MAILPROTO_SASL_REASON_NONE);
  mailproto_sasl_identity_free(identity);
}

static void the_best_mechanism_is_chosen(void) {
  mailproto_sasl_identity *identity = identity_of("tim", "secret");
  mailproto_sasl_mechanisms chosen = 0;
  const mailproto_sasl_mechanisms weak = MAILPROTO_SASL_PLAIN | MAILPROTO_SASL_LOGIN;
  const mailproto_sasl_mechanisms strong = weak | MAILPROTO_SASL_SCRAM_SHA_1 | MAILPROTO_SASL_SCRAM_SHA_256;
  CHECK_STATUS(mailproto_sasl_choose(identity, weak, 0, false, &chosen), MAILPROTO_ERR_NEEDS_TLS);
  CHECK_OK(mailproto_sasl_choose(identity, strong, 0, true, &chosen));
  CHECK(chosen == MAILPROTO_SASL_PLAIN); /* there is no nonce */
  CHECK_OK(mailproto_sasl_identity_set_random(identity, CLIENT_RANDOM));
  CHECK_OK(mailproto_sasl_choose(identity, strong, 0, false, &chosen));
  CHECK(chosen == MAILPROTO_SASL_SCRAM_SHA_256);
  CHECK_OK(mailproto_sasl_choose(identity, strong, chosen, false, &chosen));
  CHECK(chosen == MAILPROTO_SASL_SCRAM_SHA_1);
  CHECK_OK(mailproto_sasl_identity_set_binding(identity, MAILPROTO_SASL_BINDING_TLS_EXPORTER, CHANNEL));
  CHECK_OK(mailproto_sasl_choose(identity, strong | MAILPROTO_SASL_SCRAM_SHA_1_PLUS, 0, true, &chosen));
  CHECK(chosen == MAILPROTO_SASL_SCRAM_SHA_1_PLUS);
  CHECK_OK(mailproto_sasl_identity_set_allowed(identity, weak, weak));
  CHECK_OK(mailproto_sasl_choose(identity, strong, 0, false, &chosen));
  CHECK(chosen == MAILPROTO_SASL_PLAIN);
  CHECK_STATUS(mailproto_sasl_choose(identity, MAILPROTO_SASL_XOAUTH2, 0, true, &chosen), MAILPROTO_ERR_NOT_OFFERED);
  mailproto_sasl_identity_free(identity);
}

/* A client and a server of POP3 that log in to each other. */
struct pair {
  mailproto_pop3_client *client;
  mailproto_pop3_server *server;
  mailproto_sasl *sasl;
  mailproto_sasl_server *exchange;
  mailproto_sasl_mechanisms offered;
  const char *password; /* what the server knows of the user; NULL for nothing */
  mailproto_bytes channel;
  uint8_t stored_key[64], server_key[64];
  size_t key_length;
  unsigned steps;        /* calls of auth_respond that did not finish */
  bool over, logged_in;
  mailproto_status status; /* how the client's last event ended */
};

/* The program's part of the server: one response, one answer. */
static void conduct(struct pair *pair, const mailproto_pop3_event *event) {
  mailproto_sasl_step step = 0;
  if (event->first)
    CHECK_OK(mailproto_sasl_server_new(event->mechanisms, SERVER_RANDOM, text("mx.example"), pair->offered,
                                       &pair->exchange));
  if (event->first && pair->channel.len > 0)
    CHECK_OK(mailproto_sasl_server_add_binding(pair->exchange, MAILPROTO_SASL_BINDING_TLS_EXPORTER, pair->channel));
  CHECK_OK(mailproto_sasl_server_respond(pair->exchange, event->data, &step));
  if (step == MAILPROTO_SASL_STEP_USER) {
    CHECK(is(mailproto_sasl_server_user(pair->exchange), "tim"));
    if (pair->password == NULL)
      CHECK_OK(mailproto_sasl_server_unknown_user(pair->exchange, text("kept secret"), ITERATIONS, &step));
    else if (pair->key_length > 0)
      CHECK_OK(mailproto_sasl_server_verifier(
          pair->exchange, text("new salt"), ITERATIONS, (mailproto_bytes){pair->stored_key, pair->key_length},
          (mailproto_bytes){pair->server_key, pair->key_length}, &step));
    else
      CHECK_OK(mailproto_sasl_server_password(pair->exchange, text(pair->password), text("new salt"), ITERATIONS, &step));
  }
  switch (step) {
    case MAILPROTO_SASL_STEP_CHALLENGE:
      CHECK_OK(mailproto_pop3_server_challenge(pair->server, mailproto_sasl_server_text(pair->exchange)));
      break;
    case MAILPROTO_SASL_STEP_COMPLETE:
      CHECK_OK(mailproto_pop3_server_accept(pair->server));
      break;
    default:
      CHECK(step == MAILPROTO_SASL_STEP_FAILED);
      CHECK(mailproto_sasl_server_failure(pair->exchange) != MAILPROTO_SASL_REASON_NONE);
      CHECK_OK(mailproto_pop3_server_reject(pair->server, text(""), text("")));
  }
}

static void serve(struct pair *pair) {
  mailproto_pop3_event event = {.struct_size = sizeof event};
  for (;;) {
    CHECK_OK(mailproto_pop3_server_next_event(pair->server, &event));
    if (event.kind == MAILPROTO_POP3_EVENT_NONE) return;
    if (event.kind == MAILPROTO_POP3_EVENT_AUTH_RESPONSE) {
      conduct(pair, &event);
    } else if (event.kind == MAILPROTO_POP3_EVENT_OPEN) {
      CHECK_OK(mailproto_pop3_server_open(pair->server, 0, 0));
    } else if (event.is_question) {
      CHECK_OK(mailproto_pop3_server_accept(pair->server));
    }
  }
}

static void listen(struct pair *pair) {
  mailproto_pop3_event event = {.struct_size = sizeof event};
  while ((pair->status = mailproto_pop3_client_next_event(pair->client, &event)) == MAILPROTO_OK &&
         event.kind != MAILPROTO_POP3_EVENT_NONE) {
    if (event.kind == MAILPROTO_POP3_EVENT_CHALLENGE) {
      for (bool done = false; !done;) {
        CHECK_OK(mailproto_pop3_client_auth_respond(pair->client, pair->sasl, &done));
        pair->steps += !done;
      }
    }
    if (event.kind == MAILPROTO_POP3_EVENT_RESPONSE) {
      pair->over = true;
      pair->logged_in = event.is_ok;
    }
  }
  pair->over = pair->over || pair->status != MAILPROTO_OK;
}

/* One login from its beginning to its end; what the pair was made of is freed, the exchanges are not. */
static void log_in(struct pair *pair, mailproto_sasl_identity *identity, mailproto_sasl_mechanisms mechanism) {
  mailproto_pop3_server_options *options;
  size_t taken;
  CHECK_OK(mailproto_pop3_server_options_new(&options));
  CHECK_OK(mailproto_pop3_server_options_set_tls(options, true));
  CHECK_OK(mailproto_pop3_server_options_set_mechanisms(options, pair->offered));
  CHECK_OK(mailproto_pop3_server_new(options, &pair->server));
  mailproto_pop3_server_options_free(options);
  CHECK_OK(mailproto_pop3_client_new(NULL, &pair->client));
  CHECK_OK(mailproto_sasl_new(identity, mechanism, pair->offered, &pair->sasl));
  CHECK_OK(mailproto_pop3_client_auth(pair->client, pair->sasl, NULL));
  for (unsigned round = 0; !pair->over; round++) {
    CHECK(round < 20);
    serve(pair);
    mailproto_bytes out = mailproto_pop3_server_transmit(pair->server);
    CHECK_OK(mailproto_pop3_client_receive(pair->client, out, &taken));
    CHECK_OK(mailproto_pop3_server_transmitted(pair->server, taken));
    listen(pair);
    out = mailproto_pop3_client_transmit(pair->client);
    CHECK_OK(mailproto_pop3_server_receive(pair->server, out, &taken));
    CHECK_OK(mailproto_pop3_client_transmitted(pair->client, taken));
  }
  CHECK(pair->logged_in == mailproto_pop3_server_is_authenticated(pair->server));
  mailproto_pop3_client_free(pair->client);
  mailproto_pop3_server_free(pair->server);
}

static void part(struct pair *pair) {
  mailproto_sasl_free(pair->sasl);
  mailproto_sasl_server_free(pair->exchange);
}

static void a_login_needs_the_right_password(void) {
  static const mailproto_sasl_mechanisms mechanisms[] = {
      MAILPROTO_SASL_CRAM_MD5,           MAILPROTO_SASL_SCRAM_SHA_1,        MAILPROTO_SASL_SCRAM_SHA_1_PLUS,
      MAILPROTO_SASL_SCRAM_SHA_256,      MAILPROTO_SASL_SCRAM_SHA_256_PLUS, MAILPROTO_SASL_SCRAM_SHA_512,
      MAILPROTO_SASL_SCRAM_SHA_512_PLUS, MAILPROTO_SASL_PLAIN,
  };
  for (size_t index = 0; index < sizeof mechanisms / sizeof mechanisms[0]; index++) {
    const char *const known[] = {"secret", "another", NULL};
    for (size_t trial = 0; trial < 3; trial++) {
      if (mechanisms[index] == MAILPROTO_SASL_PLAIN && trial > 0) continue; /* here the server accepts all */
      struct pair pair = {.offered = mechanisms[index], .password = known[trial], .channel = CHANNEL};
      mailproto_sasl_identity *identity = identity_of("tim", "secret");
      CHECK_OK(mailproto_sasl_identity_set_random(identity, CLIENT_RANDOM));
      CHECK_OK(mailproto_sasl_identity_set_binding(identity, MAILPROTO_SASL_BINDING_TLS_EXPORTER, CHANNEL));
      log_in(&pair, identity, mechanisms[index]);
      CHECK(pair.logged_in == (trial == 0) && pair.steps == 0);
      CHECK(mailproto_sasl_failure(pair.sasl) == MAILPROTO_SASL_REASON_NONE);
      if (trial > 0) CHECK(mailproto_sasl_server_failure(pair.exchange) == MAILPROTO_SASL_REASON_BAD_PROOF);
      part(&pair);
      mailproto_sasl_identity_free(identity);
    }
  }
}

static void keys_that_were_kept_do_as_well_as_a_password(void) {
  struct pair pair = {.offered = MAILPROTO_SASL_SCRAM_SHA_256, .password = "secret"};
  mailproto_sasl_identity *identity = identity_of("tim", "secret");
  CHECK_OK(mailproto_sasl_derive_keys(MAILPROTO_SASL_SCRAM_SHA_256, text("secret"), text("new salt"), ITERATIONS,
                                      pair.stored_key, pair.server_key, 64, &pair.key_length));
  CHECK(pair.key_length == 32);
  CHECK_OK(mailproto_sasl_identity_set_random(identity, CLIENT_RANDOM));
  CHECK_OK(mailproto_sasl_identity_set_iterations(identity, ITERATIONS, ITERATIONS, 1000));
  log_in(&pair, identity, MAILPROTO_SASL_SCRAM_SHA_256);
  CHECK(pair.logged_in && pair.steps == 4); /* 4096 iterations, 1000 a call */
  part(&pair);

  /* A server that asks for more than the client allows is not answered. */
  struct pair greedy = {.offered = MAILPROTO_SASL_SCRAM_SHA_256, .password = "secret"};
  CHECK_OK(mailproto_sasl_identity_set_iterations(identity, 1, 4095, UINT32_MAX));
  log_in(&greedy, identity, MAILPROTO_SASL_SCRAM_SHA_256);
  CHECK(!greedy.logged_in && mailproto_sasl_failure(greedy.sasl) == MAILPROTO_SASL_REASON_MANY_ITERATIONS);
  part(&greedy);
  mailproto_sasl_identity_free(identity);
}

static void somebody_in_between_is_found_out(void) {
  mailproto_sasl_identity *identity = identity_of("tim", "secret");
  CHECK_OK(mailproto_sasl_identity_set_random(identity, CLIENT_RANDOM));
  CHECK_OK(mailproto_sasl_identity_set_binding(identity, MAILPROTO_SASL_BINDING_TLS_EXPORTER, ANOTHER));
  struct pair pair = {.offered = MAILPROTO_SASL_SCRAM_SHA_1_PLUS, .password = "secret", .channel = CHANNEL};
  log_in(&pair, identity, MAILPROTO_SASL_SCRAM_SHA_1_PLUS);
  CHECK(!pair.logged_in);
  CHECK(mailproto_sasl_server_failure(pair.exchange) == MAILPROTO_SASL_REASON_BINDING_MISMATCH);
  part(&pair);
  mailproto_sasl_identity_free(identity);
}

/* Success before the server has proved anything is none. */
static void a_server_that_proves_nothing_is_not_believed(void) {
  mailproto_sasl_identity *identity = identity_of("tim", "secret");
  mailproto_smtp_event event = {.struct_size = sizeof event};
  mailproto_smtp_client *client;
  mailproto_sasl *sasl;
  size_t taken;
  CHECK_OK(mailproto_sasl_identity_set_random(identity, CLIENT_RANDOM));
  CHECK_OK(mailproto_sasl_new(identity, MAILPROTO_SASL_SCRAM_SHA_1, MAILPROTO_SASL_SCRAM_SHA_1, &sasl));
  CHECK_OK(mailproto_smtp_client_new(NULL, &client));
  CHECK_OK(mailproto_smtp_client_ehlo(client, text("host.example"), NULL));
  CHECK_OK(mailproto_smtp_client_receive(client, text("220 mx\r\n250-mx\r\n250 AUTH SCRAM-SHA-1\r\n"), &taken));
  do CHECK_OK(mailproto_smtp_client_next_event(client, &event));
  while (event.kind != MAILPROTO_SMTP_EVENT_NONE);
  CHECK_OK(mailproto_smtp_client_auth(client, sasl, NULL));
  CHECK_OK(mailproto_smtp_client_transmitted(client, mailproto_smtp_client_transmit(client).len));
  CHECK_OK(mailproto_smtp_client_receive(client, text("235 2.7.0 welcome\r\n"), &taken));
  CHECK_STATUS(mailproto_smtp_client_next_event(client, &event), MAILPROTO_ERR_UNPROVEN_SERVER);
  mailproto_smtp_client_free(client);
  mailproto_sasl_free(sasl);
  mailproto_sasl_identity_free(identity);
}

static void why_a_token_was_refused_is_told(void) {
  static const mailproto_sasl_mechanisms mechanisms[] = {MAILPROTO_SASL_OAUTHBEARER, MAILPROTO_SASL_XOAUTH2};
  for (size_t index = 0; index < 2; index++) {
    mailproto_sasl_identity *identity = identity_of("tim@example.org", NULL);
    mailproto_smtp_server_options *options;
    mailproto_smtp_server *server;
    mailproto_smtp_client *client;
    mailproto_sasl *sasl;
    size_t taken;
    unsigned code = 0;
    CHECK_OK(mailproto_sasl_identity_set_token(identity, text("a-token")));
    CHECK_OK(mailproto_sasl_identity_set_service(identity, text("mx.example"), 587));
    CHECK_OK(mailproto_sasl_new(identity, mechanisms[index], mechanisms[index], &sasl));
    CHECK_OK(mailproto_smtp_server_options_new(text("mx.example"), &options));
    CHECK_OK(mailproto_smtp_server_options_set_tls(options, true));
    CHECK_OK(mailproto_smtp_server_options_set_mechanisms(options, mechanisms[index]));
    CHECK_OK(mailproto_smtp_server_options_set_offered(options, MAILPROTO_SMTP_EXTENSION_AUTH));
    CHECK_OK(mailproto_smtp_server_new(options, &server));
    mailproto_smtp_server_options_free(options);
    CHECK_OK(mailproto_smtp_client_new(NULL, &client));
    CHECK_OK(mailproto_smtp_client_ehlo(client, text("host.example"), NULL));
    for (unsigned round = 0; code != 535; round++) {
      CHECK(round < 20);
      mailproto_smtp_event event = {.struct_size = sizeof event};
      for (;;) {
        CHECK_OK(mailproto_smtp_server_next_event(server, &event));
        if (event.kind == MAILPROTO_SMTP_EVENT_NONE) break;
        if (event.kind == MAILPROTO_SMTP_EVENT_AUTH) {
          CHECK(is(event.user, "tim@example.org") && is(event.token, "a-token") && event.password.len == 0);
          CHECK_OK(mailproto_smtp_server_reject_token(server, text("invalid_token"), text("mail"), text("")));
        } else if (event.is_question) {
          CHECK_OK(mailproto_smtp_server_accept(server));
        }
      }
      CHECK_OK(mailproto_smtp_client_receive(client, mailproto_smtp_server_transmit(server), &taken));
      CHECK_OK(mailproto_smtp_server_transmitted(server, taken));
      for (;;) {
        CHECK_OK(mailproto_smtp_client_next_event(client, &event));
        if (event.kind == MAILPROTO_SMTP_EVENT_NONE) break;
        if (event.verb == MAILPROTO_SMTP_VERB_EHLO) CHECK_OK(mailproto_smtp_client_auth(client, sasl, NULL));
        if (event.kind == MAILPROTO_SMTP_EVENT_CHALLENGE)
          CHECK_OK(mailproto_smtp_client_auth_respond(client, sasl, NULL));
        if (event.verb == MAILPROTO_SMTP_VERB_AUTH && event.code != 0) code = event.code;
      }
      CHECK_OK(mailproto_smtp_server_receive(server, mailproto_smtp_client_transmit(client), &taken));
      CHECK_OK(mailproto_smtp_client_transmitted(client, taken));
    }
    CHECK(is(mailproto_sasl_token_error(sasl), "{\"status\":\"invalid_token\",\"scope\":\"mail\"}"));
    CHECK(mailproto_sasl_failure(sasl) == MAILPROTO_SASL_REASON_TOKEN_REFUSED);
    mailproto_smtp_client_free(client);
    mailproto_smtp_server_free(server);
    mailproto_sasl_free(sasl);
    mailproto_sasl_identity_free(identity);
  }
}

/* The same in POP3. */
static void a_token_is_refused_in_pop3_too(void) {
  mailproto_sasl_identity *identity = identity_of("tim", NULL);
  mailproto_pop3_server_options *options;
  mailproto_pop3_event event = {.struct_size = sizeof event};
  struct pair pair = {.offered = MAILPROTO_SASL_XOAUTH2};
  size_t taken;
  CHECK_OK(mailproto_sasl_identity_set_token(identity, text("a-token")));
  CHECK_OK(mailproto_sasl_new(identity, MAILPROTO_SASL_XOAUTH2, MAILPROTO_SASL_XOAUTH2, &pair.sasl));
  CHECK_OK(mailproto_pop3_server_options_new(&options));
  CHECK_OK(mailproto_pop3_server_options_set_tls(options, true));
  CHECK_OK(mailproto_pop3_server_options_set_mechanisms(options, MAILPROTO_SASL_XOAUTH2));
  CHECK_OK(mailproto_pop3_server_new(options, &pair.server));
  mailproto_pop3_server_options_free(options);
  CHECK_OK(mailproto_pop3_client_new(NULL, &pair.client));
  CHECK_OK(mailproto_pop3_client_auth(pair.client, pair.sasl, NULL));
  for (unsigned round = 0; !pair.over; round++) {
    CHECK(round < 20);
    for (;;) {
      CHECK_OK(mailproto_pop3_server_next_event(pair.server, &event));
      if (event.kind == MAILPROTO_POP3_EVENT_NONE) break;
      if (event.kind == MAILPROTO_POP3_EVENT_AUTH) {
        CHECK(is(event.token, "a-token"));
        CHECK_OK(mailproto_pop3_server_reject_token(pair.server, text("invalid_token"), text(""), text("")));
      } else if (event.is_question) {
        CHECK_OK(mailproto_pop3_server_accept(pair.server));
      }
    }
    CHECK_OK(mailproto_pop3_client_receive(pair.client, mailproto_pop3_server_transmit(pair.server), &taken));
    CHECK_OK(mailproto_pop3_server_transmitted(pair.server, taken));
    listen(&pair);
    CHECK_OK(mailproto_pop3_server_receive(pair.server, mailproto_pop3_client_transmit(pair.client), &taken));
    CHECK_OK(mailproto_pop3_client_transmitted(pair.client, taken));
  }
  CHECK(!pair.logged_in && is(mailproto_sasl_token_error(pair.sasl), "{\"status\":\"invalid_token\"}"));
  mailproto_pop3_client_free(pair.client);
  mailproto_pop3_server_free(pair.server);
  part(&pair);
  mailproto_sasl_identity_free(identity);
}

int main(void) {
  null_and_nonsense_are_refused();
  the_best_mechanism_is_chosen();
  a_login_needs_the_right_password();
  keys_that_were_kept_do_as_well_as_a_password();
  somebody_in_between_is_found_out();
  a_server_that_proves_nothing_is_not_believed();
  why_a_token_was_refused_is_told();
  a_token_is_refused_in_pop3_too();
  puts("SASL in the C face proves what it must and nothing else");
  return 0;
}
