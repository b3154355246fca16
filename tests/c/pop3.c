/* The C face of POP3: each side by its words, and the two of them in memory. */
#include "check.h"

static mailproto_bytes text(const char *words) { return mailproto_text(words); }

static void hear(mailproto_pop3_client *client, const char *words) {
  size_t taken = 0;
  CHECK_OK(mailproto_pop3_client_receive(client, text(words), &taken));
  CHECK(taken == strlen(words));
}

static mailproto_pop3_event next(mailproto_pop3_client *client) {
  mailproto_pop3_event event = {.struct_size = sizeof event};
  CHECK_OK(mailproto_pop3_client_next_event(client, &event));
  return event;
}

static void said(mailproto_pop3_client *client, const char *words) {
  mailproto_bytes out = mailproto_pop3_client_transmit(client);
  CHECK(is(out, words));
  CHECK_OK(mailproto_pop3_client_transmitted(client, out.len));
}

static void null_is_looked_for_everywhere(void) {
  const mailproto_status null = MAILPROTO_ERR_NULL_POINTER;
  mailproto_pop3_event event = {.struct_size = sizeof event};
  mailproto_bytes nowhere = {NULL, 3};
  mailproto_pop3_client *client = NULL;
  size_t size = 0;
  mailproto_pop3_client_free(NULL);
  mailproto_pop3_server_free(NULL);
  mailproto_pop3_client_options_free(NULL);
  mailproto_pop3_server_options_free(NULL);
  CHECK_STATUS(mailproto_pop3_client_new(NULL, NULL), null);
  CHECK_STATUS(mailproto_pop3_client_next_event(NULL, &event), null);
  CHECK_STATUS(mailproto_pop3_client_receive(NULL, text("x"), &size), null);
  CHECK_STATUS(mailproto_pop3_client_capa(NULL, NULL), null);
  CHECK_STATUS(mailproto_pop3_client_capabilities(NULL, NULL), null);
  CHECK_STATUS(mailproto_pop3_server_new(NULL, NULL), null);
  CHECK_STATUS(mailproto_pop3_server_accept(NULL), null);
  CHECK_STATUS(mailproto_pop3_server_options_set_tls(NULL, true), null);
  CHECK(mailproto_pop3_server_next_deleted(NULL, 0) == 0 && mailproto_pop3_server_is_closed(NULL));
  CHECK(mailproto_pop3_client_state(NULL) == MAILPROTO_POP3_STATE_ENDED);

  CHECK_OK(mailproto_pop3_client_new(NULL, &client));
  CHECK_STATUS(mailproto_pop3_client_next_event(client, NULL), null);
  CHECK_STATUS(mailproto_pop3_client_login(client, nowhere, text("x"), NULL), null);
  CHECK_STATUS(mailproto_pop3_client_auth(client, NULL, NULL), null);
  event.struct_size = 12;
  event.kind = 77;
  CHECK_STATUS(mailproto_pop3_client_next_event(client, &event), MAILPROTO_ERR_STRUCT_SIZE);
  CHECK(event.kind == 77);
  mailproto_pop3_client_free(client);
}

static void a_wrong_call_changes_nothing_and_says_where(void) {
  mailproto_pop3_client *client;
  mailproto_error error = {.struct_size = sizeof error};
  uint32_t command = 77;
  CHECK_OK(mailproto_pop3_client_new(NULL, &client));
  CHECK_STATUS(mailproto_pop3_client_login(client, text("tim"), text("a\nb"), &command),
               MAILPROTO_ERR_CONTROL_CHARACTER);
  CHECK_OK(mailproto_pop3_client_last_error(client, &error));
  CHECK(command == 77 && error.offset == 1);
  CHECK_STATUS(mailproto_pop3_client_retr(client, 0, NULL), MAILPROTO_ERR_SYNTAX);
  CHECK_STATUS(mailproto_pop3_client_apop(client, text("tim"), text("0"), NULL), MAILPROTO_ERR_NOT_OFFERED);
  CHECK_STATUS(mailproto_pop3_client_tls_started(client), MAILPROTO_ERR_OUT_OF_ORDER);
  CHECK(mailproto_pop3_client_queued_commands(client) == 0);
  hear(client, "hello\r\n");
  mailproto_pop3_event event = {.struct_size = sizeof event};
  CHECK_STATUS(mailproto_pop3_client_next_event(client, &event), MAILPROTO_ERR_MALFORMED_RESPONSE);
  mailproto_pop3_client_free(client);
}

/* The example of RFC 1939 section 7. */
static void the_digest_of_apop_is_made_and_compared(void) {
  const mailproto_bytes stamp = text("<1896.697170952@dbc.mtview.ca.us>"), secret = text("tanstaaf");
  uint8_t digest[32] = {0};
  bool matches = false;
  CHECK_OK(mailproto_pop3_apop_digest(stamp, secret, digest, sizeof digest));
  CHECK(memcmp(digest, "c4c9334bac560ecc979e58001b3e22fb", 32) == 0);
  CHECK_OK(mailproto_pop3_apop_matches(stamp, secret, (mailproto_bytes){digest, 32}, &matches));
  CHECK(matches);
  CHECK_OK(mailproto_pop3_apop_matches(stamp, text("tanstaaff"), (mailproto_bytes){digest, 32}, &matches));
  CHECK(!matches);
  CHECK_STATUS(mailproto_pop3_apop_digest(stamp, secret, digest, 31), MAILPROTO_ERR_TOO_LONG);
  CHECK_STATUS(mailproto_pop3_apop_digest(stamp, secret, NULL, 32), MAILPROTO_ERR_NULL_POINTER);
  CHECK_STATUS(mailproto_pop3_apop_matches(stamp, secret, stamp, NULL), MAILPROTO_ERR_NULL_POINTER);
}

static void a_silent_server_times_out(void) {
  mailproto_pop3_client_options *options;
  mailproto_pop3_client *client;
  mailproto_pop3_event event = {.struct_size = sizeof event};
  CHECK_OK(mailproto_pop3_client_options_new(&options));
  CHECK_OK(mailproto_pop3_client_options_set_timeout(options, MAILPROTO_TIMEOUT_GREETING, 7));
  CHECK_OK(mailproto_pop3_client_options_set_limit(options, MAILPROTO_LIMIT_REPLY, 600));
  CHECK_STATUS(mailproto_pop3_client_options_set_timeout(options, MAILPROTO_TIMEOUT_DATA_START, 7),
               MAILPROTO_ERR_INVALID_VALUE);
  CHECK_OK(mailproto_pop3_client_new(options, &client));
  mailproto_pop3_client_options_free(options);
  CHECK_OK(mailproto_pop3_client_handle_time(client, 1000));
  mailproto_timeout timeout = mailproto_pop3_client_next_timeout(client);
  CHECK(timeout.at == 8000 && timeout.reason == MAILPROTO_TIMEOUT_GREETING);
  CHECK_OK(mailproto_pop3_client_handle_time(client, 8000));
  CHECK_STATUS(mailproto_pop3_client_next_event(client, &event), MAILPROTO_ERR_TIMED_OUT);
  mailproto_pop3_client_free(client);
}

static void a_client_says_what_it_is_told(void) {
  mailproto_pop3_client *client;
  mailproto_pop3_event event;
  mailproto_sasl *sasl;
  uint32_t capa = 99, list = 99;
  bool done = false;
  CHECK_OK(mailproto_pop3_client_new(NULL, &client));
  CHECK_OK(mailproto_pop3_client_capa(client, &capa));
  hear(client, "+OK ready <1896.697170952@dbc.mtview.ca.us>\r\n");
  event = next(client);
  CHECK(event.kind == MAILPROTO_POP3_EVENT_GREETING && event.is_ok);
  CHECK(is(event.timestamp, "<1896.697170952@dbc.mtview.ca.us>"));
  CHECK(next(client).kind == MAILPROTO_POP3_EVENT_NONE);
  said(client, "CAPA\r\n");
  hear(client, "+OK list\r\nSASL PLAIN LOGIN NTLM\r\nEXPIRE 60 USER\r\nIMPLEMENTATION tiny 1.0\r\nPIPELINING\r\n"
               "X-ODD a b\r\n.\r\n");
  event = next(client);
  CHECK(event.kind == MAILPROTO_POP3_EVENT_START && event.command == capa && event.verb == MAILPROTO_POP3_VERB_CAPA);
  CHECK(is(event.text, "list"));
  event = next(client);
  CHECK(event.kind == MAILPROTO_POP3_EVENT_CAPABILITY && event.capability == MAILPROTO_POP3_CAPABILITY_SASL);
  CHECK(event.mechanisms == (MAILPROTO_SASL_PLAIN | MAILPROTO_SASL_LOGIN));
  event = next(client);
  CHECK(event.capability == MAILPROTO_POP3_CAPABILITY_EXPIRE && event.value == 60 && event.per_user);
  event = next(client);
  CHECK(event.capability == MAILPROTO_POP3_CAPABILITY_IMPLEMENTATION && is(event.text, "tiny 1.0"));
  CHECK(next(client).capability == MAILPROTO_POP3_CAPABILITY_PIPELINING);
  event = next(client);
  CHECK(event.capability == 0 && is(event.name, "X-ODD") && is(event.text, "a b"));
  event = next(client);
  CHECK(event.kind == MAILPROTO_POP3_EVENT_END && event.command == capa);
  mailproto_pop3_capabilities found = {.struct_size = sizeof found};
  CHECK_OK(mailproto_pop3_client_capabilities(client, &found));
  CHECK(found.expire_days == 60 && found.login_delay == MAILPROTO_UNKNOWN && !found.utf8_user);
  CHECK(found.set & MAILPROTO_POP3_CAPABILITY_PIPELINING && found.mechanisms == 3);

  CHECK_OK(mailproto_sasl_login_new(text("tim"), text("secret"), &sasl));
  CHECK_OK(mailproto_pop3_client_auth(client, sasl, NULL));
  said(client, "AUTH LOGIN\r\n");
  hear(client, "+ VXNlcm5hbWU6\r\n");
  event = next(client);
  CHECK(event.kind == MAILPROTO_POP3_EVENT_CHALLENGE && is(event.data, "VXNlcm5hbWU6"));
  CHECK_OK(mailproto_pop3_client_auth_respond(client, sasl, &done));
  CHECK(done);
  said(client, "dGlt\r\n");
  hear(client, "-ERR [AUTH] no such luck\r\n");
  event = next(client);
  CHECK(event.kind == MAILPROTO_POP3_EVENT_RESPONSE && !event.is_ok && event.code == MAILPROTO_POP3_CODE_AUTH);
  CHECK(is(event.code_name, "AUTH") && is(event.text, "no such luck") && is(event.line, "[AUTH] no such luck"));
  mailproto_sasl_free(sasl);

  CHECK_OK(mailproto_pop3_client_login(client, text("tim"), text("a secret"), NULL));
  said(client, "USER tim\r\n");
  hear(client, "+OK\r\n");
  CHECK(next(client).kind == MAILPROTO_POP3_EVENT_NONE);
  mailproto_transmit_log log;
  CHECK_OK(mailproto_pop3_client_transmit_log(client, &log));
  CHECK(is(log.before, "PASS ") && log.hidden == 8 && is(log.after, "\r\n"));
  said(client, "PASS a secret\r\n");
  hear(client, "+OK\r\n");
  CHECK(next(client).verb == MAILPROTO_POP3_VERB_PASS);
  CHECK(mailproto_pop3_client_state(client) == MAILPROTO_POP3_STATE_TRANSACTION);

  CHECK_OK(mailproto_pop3_client_stat(client, NULL));
  CHECK_OK(mailproto_pop3_client_list(client, 0, &list));
  CHECK_OK(mailproto_pop3_client_list(client, 2, NULL));
  CHECK_OK(mailproto_pop3_client_uidl(client, 0, NULL));
  CHECK_OK(mailproto_pop3_client_uidl(client, 1, NULL));
  CHECK_OK(mailproto_pop3_client_top(client, 1, 0, NULL));
  CHECK_OK(mailproto_pop3_client_dele(client, 1, NULL));
  said(client, "STAT\r\nLIST\r\nLIST 2\r\nUIDL\r\nUIDL 1\r\nTOP 1 0\r\nDELE 1\r\n");
  hear(client, "+OK 2 320\r\n+OK\r\n1 120\r\n2 200\r\n.\r\n+OK 2 200\r\n+OK\r\n1 abc\r\nodd\r\n.\r\n+OK 1 abc\r\n"
               "+OK\r\nSubject: hi\r\n\r\n..\r\n.\r\n-ERR not me\r\n");
  event = next(client);
  CHECK(event.verb == MAILPROTO_POP3_VERB_STAT && event.messages == 2 && event.octets == 320);
  event = next(client);
  CHECK(event.kind == MAILPROTO_POP3_EVENT_START && event.command == list);
  event = next(client);
  CHECK(event.kind == MAILPROTO_POP3_EVENT_LISTING && event.number == 1 && event.octets == 120);
  CHECK(next(client).octets == 200 && next(client).kind == MAILPROTO_POP3_EVENT_END);
  event = next(client);
  CHECK(event.verb == MAILPROTO_POP3_VERB_LIST_ONE && event.number == 2 && event.octets == 200);
  CHECK(next(client).verb == MAILPROTO_POP3_VERB_UIDL);
  event = next(client);
  CHECK(event.kind == MAILPROTO_POP3_EVENT_UNIQUE_ID && event.number == 1 && is(event.unique_id, "abc"));
  event = next(client);
  CHECK(event.kind == MAILPROTO_POP3_EVENT_MALFORMED && is(event.data, "odd"));
  CHECK(next(client).kind == MAILPROTO_POP3_EVENT_END);
  event = next(client);
  CHECK(event.verb == MAILPROTO_POP3_VERB_UIDL_ONE && event.number == 1 && is(event.unique_id, "abc"));
  CHECK(next(client).verb == MAILPROTO_POP3_VERB_TOP);
  char message[64] = "";
  while ((event = next(client)).kind == MAILPROTO_POP3_EVENT_DATA)
    strncat(message, (const char *)event.data.data, event.data.len);
  CHECK(strcmp(message, "Subject: hi\r\n\r\n.\r\n") == 0 && event.kind == MAILPROTO_POP3_EVENT_END);
  event = next(client);
  CHECK(event.verb == MAILPROTO_POP3_VERB_DELE && !event.is_ok && event.code == MAILPROTO_POP3_CODE_NONE);
  CHECK(mailproto_pop3_client_anomalies(client) == MAILPROTO_ANOMALY_MALFORMED_LINE);
  CHECK_OK(mailproto_pop3_client_quit(client, NULL));
  said(client, "QUIT\r\n");
  hear(client, "+OK bye\r\n");
  CHECK(next(client).verb == MAILPROTO_POP3_VERB_QUIT && mailproto_pop3_client_is_closed(client));
  mailproto_pop3_client_free(client);
}

/* A server and what it is asked. */
static mailproto_pop3_server *server;
static mailproto_pop3_event event;

static void ask(const char *words, mailproto_pop3_event_kind kind) {
  size_t taken = 0;
  CHECK_OK(mailproto_pop3_server_receive(server, text(words), &taken));
  CHECK(taken == strlen(words));
  event.struct_size = sizeof event;
  CHECK_OK(mailproto_pop3_server_next_event(server, &event));
  CHECK(event.kind == kind);
}

static void answers(const char *words) {
  mailproto_bytes out = mailproto_pop3_server_transmit(server);
  if (!is(out, words)) fprintf(stderr, "said `%.*s`, not `%s`\n", (int)out.len, (const char *)out.data, words);
  CHECK(is(out, words));
  CHECK_OK(mailproto_pop3_server_transmitted(server, out.len));
}

static void a_server_asks_and_is_answered(void) {
  mailproto_pop3_server_options *options;
  size_t taken = 0;
  CHECK_OK(mailproto_pop3_server_options_new(&options));
  CHECK_OK(mailproto_pop3_server_options_set_auth_without_tls(options, true));
  CHECK_OK(mailproto_pop3_server_options_set_implementation(options, text("tiny")));
  CHECK_OK(mailproto_pop3_server_options_set_mechanisms(options, MAILPROTO_SASL_PLAIN | MAILPROTO_SASL_CRAM_MD5));
  CHECK_OK(mailproto_pop3_server_options_set_offered(
      options, MAILPROTO_POP3_CAPABILITIES_SERVER_DEFAULT | MAILPROTO_POP3_CAPABILITY_EXPIRE |
                   MAILPROTO_POP3_CAPABILITY_LANG | MAILPROTO_POP3_CAPABILITY_UTF8));
  CHECK_OK(mailproto_pop3_server_options_set_expire_days(options, MAILPROTO_UNKNOWN));
  CHECK_STATUS(mailproto_pop3_server_options_set_expire_days(options, 1ull << 40), MAILPROTO_ERR_INVALID_VALUE);
  CHECK_STATUS(mailproto_pop3_server_options_set_offered(options, 1u << 20), MAILPROTO_ERR_INVALID_VALUE);
  CHECK_OK(mailproto_pop3_server_options_set_limit(options, MAILPROTO_LIMIT_MESSAGES, 100));
  CHECK_OK(mailproto_pop3_server_new(options, &server));
  mailproto_pop3_server_options_free(options);

  ask("", MAILPROTO_POP3_EVENT_CONNECT);
  CHECK(event.is_question && mailproto_pop3_server_awaits_answer(server));
  CHECK_OK(mailproto_pop3_server_accept_with_timestamp(server, text("hello"), text("<1@host.example>")));
  answers("+OK hello <1@host.example>\r\n");
  ask("CAPA\r\n", MAILPROTO_POP3_EVENT_ANSWERED);
  CHECK(event.verb == MAILPROTO_POP3_VERB_CAPA);
  CHECK_OK(mailproto_pop3_server_transmitted(server, mailproto_pop3_server_transmit(server).len));
  ask("LANG\r\n", MAILPROTO_POP3_EVENT_LANGUAGES);
  CHECK_OK(mailproto_pop3_server_language(server, text("en"), text("English")));
  CHECK_OK(mailproto_pop3_server_accept(server));
  ask("LANG de\r\n", MAILPROTO_POP3_EVENT_LANGUAGE_WANTED);
  CHECK(is(event.text, "de"));
  CHECK_OK(mailproto_pop3_server_reject(server, text(""), text("English only")));
  ask("UTF8\r\n", MAILPROTO_POP3_EVENT_UTF8);
  CHECK(mailproto_pop3_server_is_utf8(server));
  CHECK_OK(mailproto_pop3_server_transmitted(server, mailproto_pop3_server_transmit(server).len));

  ask("APOP tim c4c9334bac560ecc979e58001b3e22fb\r\n", MAILPROTO_POP3_EVENT_APOP);
  CHECK(is(event.user, "tim") && is(event.text, "c4c9334bac560ecc979e58001b3e22fb"));
  CHECK_OK(mailproto_pop3_server_reject(server, text(""), text("")));
  answers("-ERR [AUTH] Authentication failed\r\n");
  ask("AUTH CRAM-MD5\r\n", MAILPROTO_POP3_EVENT_AUTH_RESPONSE);
  CHECK(event.first && !event.has_response && event.mechanisms == MAILPROTO_SASL_CRAM_MD5);
  CHECK_STATUS(mailproto_pop3_server_open(server, 1, 1), MAILPROTO_ERR_OUT_OF_ORDER);
  CHECK_OK(mailproto_pop3_server_challenge(server, text("<2@host.example>")));
  answers("+ PDJAaG9zdC5leGFtcGxlPg==\r\n");
  ask("dGltIDA=\r\n", MAILPROTO_POP3_EVENT_AUTH_RESPONSE);
  CHECK(!event.first && event.has_response && is(event.data, "tim 0"));
  CHECK_OK(mailproto_pop3_server_reject(server, text("SYS/TEMP"), text("later")));
  answers("-ERR [SYS/TEMP] later\r\n");
  ask("USER tim\r\n", MAILPROTO_POP3_EVENT_ANSWERED);
  answers("+OK Send PASS\r\n");
  ask("PASS a secret\r\n", MAILPROTO_POP3_EVENT_AUTH);
  CHECK(is(event.user, "tim") && is(event.password, "a secret") && event.mechanisms == MAILPROTO_SASL_LOGIN);
  CHECK_OK(mailproto_pop3_server_accept(server));
  ask("", MAILPROTO_POP3_EVENT_OPEN);
  CHECK_OK(mailproto_pop3_server_open(server, 3, 60));
  CHECK(mailproto_pop3_server_is_authenticated(server));
  CHECK_OK(mailproto_pop3_server_transmitted(server, mailproto_pop3_server_transmit(server).len));

  ask("LIST 2\r\n", MAILPROTO_POP3_EVENT_SIZE);
  CHECK(event.number == 2);
  CHECK_OK(mailproto_pop3_server_size(server, 20));
  answers("+OK 2 20\r\n");
  ask("UIDL 3\r\n", MAILPROTO_POP3_EVENT_UNIQUE_ID_WANTED);
  CHECK_STATUS(mailproto_pop3_server_unique_id(server, text("a b")), MAILPROTO_ERR_SYNTAX);
  CHECK_OK(mailproto_pop3_server_unique_id(server, text("abc")));
  answers("+OK 3 abc\r\n");
  ask("TOP 1 1\r\n", MAILPROTO_POP3_EVENT_MESSAGE_WANTED);
  CHECK(event.number == 1 && event.lines == 1);
  CHECK_OK(mailproto_pop3_server_accept(server));
  CHECK_OK(mailproto_pop3_server_transmitted(server, mailproto_pop3_server_transmit(server).len));
  CHECK(mailproto_pop3_server_wants_data(server));
  CHECK_OK(mailproto_pop3_server_send_data(server, text("A: b\n\n.one\ntwo\n"), &taken));
  CHECK(taken == 15 && !mailproto_pop3_server_wants_data(server));
  CHECK_OK(mailproto_pop3_server_finish_data(server));
  answers("A: b\r\n\r\n..one\r\n.\r\n");
  ask("RETR 2\r\n", MAILPROTO_POP3_EVENT_MESSAGE_WANTED);
  CHECK(event.lines == MAILPROTO_POP3_ALL_LINES);
  CHECK_OK(mailproto_pop3_server_reject(server, text("SYS/PERM"), text("gone")));
  answers("-ERR [SYS/PERM] gone\r\n");
  for (uint32_t number = 1; number <= 3; number += 2) {
    char line[16];
    snprintf(line, sizeof line, "DELE %u\r\n", (unsigned)number);
    ask(line, MAILPROTO_POP3_EVENT_DELETE);
    CHECK(event.number == number);
    CHECK_OK(mailproto_pop3_server_size(server, 20));
  }
  ask("FROB\r\n", MAILPROTO_POP3_EVENT_REFUSED);
  CHECK(is(event.data, "FROB") && event.text.len > 0 && !event.is_question);
  ask("QUIT\r\n", MAILPROTO_POP3_EVENT_UPDATE);
  CHECK(event.messages == 2 && mailproto_pop3_server_next_deleted(server, 0) == 1);
  CHECK(mailproto_pop3_server_next_deleted(server, 1) == 3 && mailproto_pop3_server_next_deleted(server, 3) == 0);
  CHECK_OK(mailproto_pop3_server_accept(server));
  CHECK_OK(mailproto_pop3_server_transmitted(server, mailproto_pop3_server_transmit(server).len));
  CHECK(mailproto_pop3_server_is_closed(server));
  mailproto_pop3_server_free(server);
}

/* Remembers what is given, tells it one by one, and keeps what was accepted. */
static void a_download_fetches_what_is_new_and_remembers_it(void) {
  static const char talk[] =
      "+OK ready\r\n-ERR what is CAPA\r\n+OK\r\n+OK welcome\r\n-ERR\r\n+OK\r\n1 old\r\n2 new\r\n3 large\r\n.\r\n"
      "+OK\r\n1 10\r\n2 13\r\n3 9999\r\n.\r\n+OK\r\nSubject: hi\r\n.\r\n+OK bye\r\n";
  mailproto_pop3_download_options *options;
  mailproto_pop3_download *download = NULL;
  mailproto_pop3_seen *seen;
  mailproto_pop3_event event = {.struct_size = sizeof event};
  mailproto_pop3_seen_message message = {.struct_size = sizeof message};
  char content[32] = "", wire[256] = "";
  unsigned listed = 0, skipped = 0, done = 0;
  size_t spoken = 0, taken;
  mailproto_pop3_download_free(NULL);
  mailproto_pop3_seen_free(NULL);
  CHECK_OK(mailproto_pop3_download_options_new(&options));
  CHECK_OK(mailproto_pop3_seen_new(&seen));
  CHECK_OK(mailproto_pop3_seen_add(seen, text("old"), 7));
  CHECK_OK(mailproto_pop3_seen_add(seen, text("gone"), 6));
  CHECK_STATUS(mailproto_pop3_download_new(options, seen, &download), MAILPROTO_ERR_OUT_OF_ORDER);
  CHECK_STATUS(mailproto_pop3_download_options_set_mechanism(options, 1), MAILPROTO_ERR_OUT_OF_ORDER);
  CHECK_STATUS(mailproto_pop3_download_options_set_retention(options, 3, 0), MAILPROTO_ERR_INVALID_VALUE);
  CHECK_OK(mailproto_pop3_download_options_set_login(options, text("tim"), text("a\nb")));
  CHECK_STATUS(mailproto_pop3_download_new(options, seen, &download), MAILPROTO_ERR_CONTROL_CHARACTER);
  CHECK_OK(mailproto_pop3_download_options_set_login(options, text("tim"), text("secret")));
  CHECK_OK(mailproto_pop3_download_options_set_login_without_tls(options, true));
  CHECK_OK(mailproto_pop3_download_options_set_retention(options, MAILPROTO_POP3_RETENTION_KEEP, 0));
  CHECK_OK(mailproto_pop3_download_options_set_today(options, 9));
  CHECK_OK(mailproto_pop3_download_options_set_largest(options, 1000));
  CHECK_OK(mailproto_pop3_download_new(options, seen, &download));
  mailproto_pop3_download_options_free(options);
  mailproto_pop3_seen_free(seen);
  CHECK_STATUS(mailproto_pop3_download_accept(download), MAILPROTO_ERR_OUT_OF_ORDER);

  while (!mailproto_pop3_download_is_closed(download)) {
    mailproto_bytes rest = {(const uint8_t *)talk + spoken, sizeof talk - 1 - spoken};
    CHECK_OK(mailproto_pop3_download_receive(download, rest, &taken));
    spoken += taken;
    for (;;) {
      CHECK_OK(mailproto_pop3_download_next_event(download, &event));
      if (event.kind == MAILPROTO_POP3_EVENT_NONE) break;
      switch (event.kind) {
        case MAILPROTO_POP3_EVENT_LISTED:
          CHECK(event.messages == 3 && event.unfetched == 1);
          listed++;
          break;
        case MAILPROTO_POP3_EVENT_SKIPPED:
          CHECK(event.number == 3 && is(event.unique_id, "large") && event.octets == 9999);
          CHECK(event.reason == MAILPROTO_POP3_REASON_TOO_LARGE && event.line.len == 0);
          skipped++;
          break;
        case MAILPROTO_POP3_EVENT_MESSAGE:
          CHECK(event.number == 2 && is(event.unique_id, "new") && event.octets == 13);
          break;
        case MAILPROTO_POP3_EVENT_MESSAGE_DATA:
          strncat(content, (const char *)event.data.data, event.data.len);
          break;
        case MAILPROTO_POP3_EVENT_MESSAGE_END:
          CHECK(event.is_question && mailproto_pop3_download_awaits_answer(download));
          CHECK_OK(mailproto_pop3_download_accept(download));
          break;
        default:
          CHECK(event.kind == MAILPROTO_POP3_EVENT_DONE && event.messages == 0 && is(event.text, "bye"));
          done++;
      }
    }
    mailproto_bytes out = mailproto_pop3_download_transmit(download);
    strncat(wire, out.len > 0 ? (const char *)out.data : "", out.len);
    CHECK_OK(mailproto_pop3_download_transmitted(download, out.len));
  }
  CHECK(strcmp(content, "Subject: hi\r\n") == 0 && listed == 1 && skipped == 1 && done == 1);
  CHECK(strstr(wire, "USER tim\r\nPASS secret\r\n") != NULL && strstr(wire, "RETR 2\r\nQUIT\r\n") != NULL);
  CHECK_OK(mailproto_pop3_download_next_seen(download, text(""), &message));
  CHECK(is(message.unique_id, "new") && message.day == 9 && message.copies == 1);
  CHECK_OK(mailproto_pop3_download_next_seen(download, message.unique_id, &message));
  CHECK(is(message.unique_id, "old") && message.day == 7);
  CHECK_STATUS(mailproto_pop3_download_next_seen(download, message.unique_id, &message), MAILPROTO_ERR_OUT_OF_ORDER);
  mailproto_pop3_download_free(download);
}

int main(void) {
  null_is_looked_for_everywhere();
  a_wrong_call_changes_nothing_and_says_where();
  the_digest_of_apop_is_made_and_compared();
  a_silent_server_times_out();
  a_client_says_what_it_is_told();
  a_server_asks_and_is_answered();
  a_download_fetches_what_is_new_and_remembers_it();
  puts("the C face of POP3 does what its header says");
  return 0;
}
