/* The C face by its own words: every handle, every error, and conversations between two of them in memory. */
#include "check.h"

static mailproto_bytes text(const char *words) { return mailproto_text(words); }

/* Gives an endpoint some bytes of its peer. */
static void hear(mailproto_smtp_client *client, const char *words) {
  size_t taken = 0;
  CHECK_OK(mailproto_smtp_client_receive(client, text(words), &taken));
  CHECK(taken == strlen(words));
}

static mailproto_smtp_event next(mailproto_smtp_client *client) {
  mailproto_smtp_event event = {.struct_size = sizeof event};
  CHECK_OK(mailproto_smtp_client_next_event(client, &event));
  return event;
}

/* Checks what is said, and says that it was sent. */
static void said(mailproto_smtp_client *client, const char *words) {
  mailproto_bytes out = mailproto_smtp_client_transmit(client);
  CHECK(is(out, words));
  CHECK_OK(mailproto_smtp_client_transmitted(client, out.len));
}

static void versions_agree(void) {
  char version[32];
  snprintf(version, sizeof version, "%d.%d.%d", MAILPROTO_VERSION_MAJOR, MAILPROTO_VERSION_MINOR,
           MAILPROTO_VERSION_PATCH);
  CHECK(strcmp(version, mailproto_version()) == 0);
  CHECK(mailproto_abi_version() == MAILPROTO_ABI_VERSION);
  CHECK(MAILPROTO_VERSION_NUMBER ==
        MAILPROTO_VERSION_MAJOR * 65536 + MAILPROTO_VERSION_MINOR * 256 + MAILPROTO_VERSION_PATCH);
  CHECK(strcmp(mailproto_status_text(MAILPROTO_ERR_FULL), mailproto_status_text(MAILPROTO_OK)) != 0);
  CHECK(mailproto_status_text(987654321) != NULL);
}

static void null_is_looked_for_everywhere(void) {
  const mailproto_status null = MAILPROTO_ERR_NULL_POINTER;
  uint8_t *space = NULL;
  size_t size = 0;
  mailproto_bytes bytes = {NULL, 3};
  mailproto_smtp_client *client = NULL;
  mailproto_smtp_event event = {.struct_size = sizeof event};
  mailproto_error error = {.struct_size = sizeof error};

  mailproto_smtp_client_free(NULL);
  mailproto_smtp_server_free(NULL);
  mailproto_smtp_submission_free(NULL);
  mailproto_smtp_client_options_free(NULL);
  mailproto_smtp_server_options_free(NULL);
  mailproto_smtp_submission_options_free(NULL);
  mailproto_smtp_envelope_free(NULL);
  mailproto_sasl_free(NULL);

  CHECK_STATUS(mailproto_smtp_client_new(NULL, NULL), null);
  CHECK_STATUS(mailproto_smtp_client_receive_space(NULL, &space, &size), null);
  CHECK_STATUS(mailproto_smtp_client_received(NULL, 1), null);
  CHECK_STATUS(mailproto_smtp_client_receive(NULL, text("x"), &size), null);
  CHECK_STATUS(mailproto_smtp_client_receive_eof(NULL), null);
  CHECK_STATUS(mailproto_smtp_client_next_event(NULL, &event), null);
  CHECK_STATUS(mailproto_smtp_client_transmitted(NULL, 1), null);
  CHECK_STATUS(mailproto_smtp_client_transmit_log(NULL, NULL), null);
  CHECK_STATUS(mailproto_smtp_client_handle_time(NULL, 1), null);
  CHECK_STATUS(mailproto_smtp_client_last_error(NULL, &error), null);
  CHECK_STATUS(mailproto_smtp_client_ehlo(NULL, text("x"), NULL), null);
  CHECK_STATUS(mailproto_smtp_server_accept(NULL), null);
  CHECK_STATUS(mailproto_smtp_submission_finish(NULL), null);
  CHECK_STATUS(mailproto_smtp_server_new(NULL, NULL), null);
  CHECK_STATUS(mailproto_smtp_envelope_set_size(NULL, 1), null);
  CHECK(mailproto_smtp_client_transmit(NULL).data == NULL);
  CHECK(mailproto_smtp_client_next_timeout(NULL).at == MAILPROTO_UNKNOWN);
  CHECK(!mailproto_smtp_client_wants_read(NULL) && mailproto_smtp_client_is_closed(NULL));

  CHECK_OK(mailproto_smtp_client_new(NULL, &client));
  CHECK_STATUS(mailproto_smtp_client_receive_space(client, NULL, &size), null);
  CHECK_STATUS(mailproto_smtp_client_receive(client, bytes, &size), null);
  CHECK_STATUS(mailproto_smtp_client_receive(client, text("220"), NULL), null);
  CHECK_STATUS(mailproto_smtp_client_next_event(client, NULL), null);
  CHECK_STATUS(mailproto_smtp_client_ehlo(client, bytes, NULL), null);
  CHECK_STATUS(mailproto_smtp_client_auth(client, NULL, NULL), null);
  CHECK_STATUS(mailproto_smtp_client_mail(client, text("a@b.example"), NULL, 1, NULL), null);
  mailproto_smtp_client_free(client);
}

static void a_structure_without_its_size_is_refused(void) {
  mailproto_smtp_client *client;
  mailproto_smtp_event event = {.struct_size = 0, .kind = 77};
  mailproto_error error = {0};
  mailproto_smtp_extensions extensions = {0};
  CHECK_OK(mailproto_smtp_client_new(NULL, &client));
  CHECK_STATUS(mailproto_smtp_client_next_event(client, &event), MAILPROTO_ERR_STRUCT_SIZE);
  CHECK(event.kind == 77); /* outputs are written only on success */
  CHECK_STATUS(mailproto_smtp_client_last_error(client, &error), MAILPROTO_ERR_STRUCT_SIZE);
  CHECK_STATUS(mailproto_smtp_client_extensions(client, &extensions), MAILPROTO_ERR_STRUCT_SIZE);

  /* A structure of a later version: what this version knows is filled, the rest stays. */
  struct {
    mailproto_smtp_event event;
    char later[8];
  } larger = {.event = {.struct_size = sizeof larger}, .later = "as it is"};
  CHECK_OK(mailproto_smtp_client_next_event(client, &larger.event));
  CHECK(larger.event.kind == MAILPROTO_SMTP_EVENT_NONE && larger.event.struct_size == sizeof larger);
  CHECK(memcmp(larger.later, "as it is", 8) == 0);
  mailproto_smtp_client_free(client);
}

static void a_wrong_call_changes_nothing_and_says_where(void) {
  mailproto_smtp_client *client;
  uint32_t command = 77;
  mailproto_error error = {.struct_size = sizeof error};
  char words[128], little[8];
  size_t length = 0;
  CHECK_OK(mailproto_smtp_client_new(NULL, &client));
  CHECK_STATUS(mailproto_smtp_client_ehlo(client, text("host\r\nx"), &command), MAILPROTO_ERR_CONTROL_CHARACTER);
  CHECK(command == 77);
  CHECK_OK(mailproto_smtp_client_last_error(client, &error));
  CHECK(error.status == MAILPROTO_ERR_CONTROL_CHARACTER && error.offset == 4 && error.limit == MAILPROTO_UNKNOWN);
  CHECK_OK(mailproto_smtp_client_last_error_message(client, (uint8_t *)words, sizeof words, &length));
  CHECK(strcmp(words, "CR, LF or NUL in an argument, at byte 4 of the argument") == 0 && length == strlen(words));
  CHECK_OK(mailproto_smtp_client_last_error_message(client, (uint8_t *)little, sizeof little, &length));
  CHECK(strcmp(little, "CR, LF ") == 0 && length == 7);

  CHECK_STATUS(mailproto_smtp_client_ehlo(client, text("h\xff"), NULL), MAILPROTO_ERR_NOT_UTF8);
  CHECK_OK(mailproto_smtp_client_last_error(client, &error));
  CHECK(error.offset == 1);
  CHECK_STATUS(mailproto_smtp_client_mail(client, text("a b@c.example"), NULL, 0, NULL), MAILPROTO_ERR_SYNTAX);
  CHECK_STATUS(mailproto_smtp_client_data(client, NULL), MAILPROTO_ERR_OUT_OF_ORDER);
  CHECK_STATUS(mailproto_smtp_client_tls_started(client), MAILPROTO_ERR_OUT_OF_ORDER);
  CHECK_STATUS(mailproto_smtp_client_auth_cancel(client), MAILPROTO_ERR_OUT_OF_ORDER);
  CHECK(mailproto_smtp_client_queued_commands(client) == 0);
  mailproto_smtp_client_free(client);
}

static void what_a_peer_breaks_is_told_with_its_place(void) {
  mailproto_smtp_client *client;
  mailproto_smtp_event event = {.struct_size = sizeof event};
  mailproto_error error = {.struct_size = sizeof error};
  char words[128];
  CHECK_OK(mailproto_smtp_client_new(NULL, &client));
  hear(client, "220 mx\r\nhello\r\n");
  CHECK(next(client).kind == MAILPROTO_SMTP_EVENT_GREETING);
  CHECK_STATUS(mailproto_smtp_client_next_event(client, &event), MAILPROTO_ERR_MALFORMED_REPLY);
  CHECK_OK(mailproto_smtp_client_last_error(client, &error));
  CHECK(error.status == MAILPROTO_ERR_MALFORMED_REPLY && error.offset == 8);
  CHECK_OK(mailproto_smtp_client_last_error_message(client, (uint8_t *)words, sizeof words, NULL));
  CHECK(strcmp(words, "a reply without a three-digit code, at byte 8 of the connection") == 0);
  CHECK_STATUS(mailproto_smtp_client_next_event(client, &event), MAILPROTO_ERR_MALFORMED_REPLY);
  CHECK_STATUS(mailproto_smtp_client_noop(client, NULL), MAILPROTO_ERR_CLOSED);
  CHECK(mailproto_smtp_client_is_closed(client));
  mailproto_smtp_client_free(client);
}

static void a_silent_server_times_out(void) {
  mailproto_smtp_client_options *options;
  mailproto_smtp_client *client;
  mailproto_smtp_event event = {.struct_size = sizeof event};
  mailproto_error error = {.struct_size = sizeof error};
  CHECK_OK(mailproto_smtp_client_options_new(&options));
  CHECK_OK(mailproto_smtp_client_options_set_timeout(options, MAILPROTO_TIMEOUT_GREETING, 7));
  CHECK_STATUS(mailproto_smtp_client_options_set_timeout(options, MAILPROTO_TIMEOUT_COMMAND, 7),
               MAILPROTO_ERR_INVALID_VALUE);
  CHECK_OK(mailproto_smtp_client_new(options, &client));
  mailproto_smtp_client_options_free(options);
  CHECK(mailproto_smtp_client_next_timeout(client).reason == MAILPROTO_TIMEOUT_NONE);
  CHECK_OK(mailproto_smtp_client_handle_time(client, 1000));
  mailproto_timeout timeout = mailproto_smtp_client_next_timeout(client);
  CHECK(timeout.at == 8000 && timeout.reason == MAILPROTO_TIMEOUT_GREETING);
  CHECK_OK(mailproto_smtp_client_handle_time(client, 8000));
  CHECK_STATUS(mailproto_smtp_client_next_event(client, &event), MAILPROTO_ERR_TIMED_OUT);
  CHECK_OK(mailproto_smtp_client_last_error(client, &error));
  CHECK(error.timeout == MAILPROTO_TIMEOUT_GREETING && error.offset == MAILPROTO_UNKNOWN);
  mailproto_smtp_client_free(client);
}

static void a_client_says_what_it_is_told(void) {
  mailproto_smtp_client *client;
  mailproto_sasl *sasl;
  uint32_t hello = 99, mail = 99;
  uint8_t *space;
  size_t room, taken;
  CHECK_OK(mailproto_smtp_client_new(NULL, &client));
  CHECK_OK(mailproto_smtp_client_ehlo(client, text("host.example"), &hello));
  CHECK(mailproto_smtp_client_transmit(client).len == 0); /* the greeting has not come */
  CHECK_OK(mailproto_smtp_client_receive_space(client, &space, &room));
  CHECK(room >= 8);
  memcpy(space, "220 mx\r\n", 8);
  CHECK_OK(mailproto_smtp_client_received(client, 8));
  mailproto_smtp_event event = next(client);
  CHECK(event.kind == MAILPROTO_SMTP_EVENT_GREETING && event.code == 220 && is(event.reply, "220 mx\r\n"));
  CHECK(next(client).kind == MAILPROTO_SMTP_EVENT_NONE);
  said(client, "EHLO host.example\r\n");

  hear(client, "250-mx\r\n250-SIZE 1000\r\n250-DSN\r\n250-AUTH LOGIN PLAIN\r\n250-CHUNKING\r\n250 PIPELINING\r\n");
  event = next(client);
  CHECK(event.kind == MAILPROTO_SMTP_EVENT_REPLY && event.command == hello);
  CHECK(event.verb == MAILPROTO_SMTP_VERB_EHLO && event.text.data == NULL);
  mailproto_smtp_extensions extensions = {.struct_size = sizeof extensions};
  CHECK_OK(mailproto_smtp_client_extensions(client, &extensions));
  CHECK(extensions.size == 1000 && extensions.mechanisms == (MAILPROTO_SASL_PLAIN | MAILPROTO_SASL_LOGIN));
  CHECK(extensions.set & MAILPROTO_SMTP_EXTENSION_PIPELINING && extensions.rcpt_max == MAILPROTO_UNKNOWN);

  CHECK_OK(mailproto_sasl_login_new(text("tim"), text("secret"), &sasl));
  CHECK_STATUS(mailproto_sasl_set_response(sasl, text("x")), MAILPROTO_ERR_OUT_OF_ORDER);
  CHECK_OK(mailproto_smtp_client_auth(client, sasl, NULL));
  said(client, "AUTH LOGIN\r\n");
  hear(client, "334 VXNlcm5hbWU6\r\n");
  event = next(client);
  CHECK(event.kind == MAILPROTO_SMTP_EVENT_CHALLENGE && is(event.text, "VXNlcm5hbWU6"));
  CHECK_OK(mailproto_smtp_client_auth_respond(client, sasl, NULL));
  said(client, "dGlt\r\n");
  hear(client, "334 UGFzc3dvcmQ6\r\n");
  CHECK(next(client).kind == MAILPROTO_SMTP_EVENT_CHALLENGE);
  CHECK_OK(mailproto_smtp_client_auth_respond(client, sasl, NULL));
  mailproto_transmit_log log;
  CHECK_OK(mailproto_smtp_client_transmit_log(client, &log));
  CHECK(log.before.len == 0 && log.hidden == 8 && is(log.after, "\r\n"));
  said(client, "c2VjcmV0\r\n");
  mailproto_sasl_free(sasl);
  hear(client, "535 5.7.8 no\r\n");
  event = next(client);
  CHECK(event.verb == MAILPROTO_SMTP_VERB_AUTH && event.code == 535);
  CHECK(event.enhanced.class_digit == 5 && event.enhanced.subject == 7 && event.enhanced.detail == 8);

  CHECK_OK(mailproto_sasl_custom_new(text("XOAUTH2"), &sasl));
  CHECK_OK(mailproto_sasl_set_response(sasl, text("token")));
  CHECK_OK(mailproto_smtp_client_auth(client, sasl, NULL));
  said(client, "AUTH XOAUTH2 dG9rZW4=\r\n");
  mailproto_sasl_free(sasl);
  hear(client, "235 ok\r\n");
  CHECK(next(client).code == 235);

  mailproto_smtp_parameter wishes[] = {
      {.kind = MAILPROTO_SMTP_PARAMETER_SIZE, .number = 12},
      {.kind = MAILPROTO_SMTP_PARAMETER_RET, .choice = MAILPROTO_SMTP_RETURN_HEADERS},
      {.kind = MAILPROTO_SMTP_PARAMETER_ENVID, .text = text("a=b")},
  };
  CHECK_OK(mailproto_smtp_client_mail(client, text("a@b.example"), wishes, 3, &mail));
  CHECK(mail == hello + 3);
  wishes[0] = (mailproto_smtp_parameter){.kind = MAILPROTO_SMTP_PARAMETER_NOTIFY,
                                         .choice = MAILPROTO_SMTP_NOTIFY_SUCCESS | MAILPROTO_SMTP_NOTIFY_DELAY};
  wishes[1] = (mailproto_smtp_parameter){
      .kind = MAILPROTO_SMTP_PARAMETER_ORCPT, .keyword = text("rfc822"), .text = text("x@y.example")};
  CHECK_OK(mailproto_smtp_client_rcpt(client, text("c@d.example"), wishes, 2, NULL));
  wishes[0].choice = 99;
  CHECK_STATUS(mailproto_smtp_client_rcpt(client, text("c@d.example"), wishes, 2, NULL), MAILPROTO_ERR_INVALID_VALUE);
  wishes[0] = (mailproto_smtp_parameter){.kind = MAILPROTO_SMTP_PARAMETER_SMTPUTF8};
  CHECK_STATUS(mailproto_smtp_client_rcpt(client, text("c@d.example"), wishes, 1, NULL), MAILPROTO_ERR_NOT_OFFERED);
  CHECK_OK(mailproto_smtp_client_data(client, NULL));
  said(client, "MAIL FROM:<a@b.example> SIZE=12 RET=HDRS ENVID=a+3Db\r\n"
               "RCPT TO:<c@d.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x@y.example\r\nDATA\r\n");
  hear(client, "250 ok\r\n250 ok\r\n354 go\r\n");
  CHECK(next(client).verb == MAILPROTO_SMTP_VERB_MAIL && next(client).verb == MAILPROTO_SMTP_VERB_RCPT);
  CHECK(next(client).kind == MAILPROTO_SMTP_EVENT_DATA_READY);
  CHECK_STATUS(mailproto_smtp_client_send_data(client, text("\nx"), &taken), MAILPROTO_ERR_BARE_LINE_END);
  CHECK_OK(mailproto_smtp_client_send_data(client, text("A: b\r\n\r\n.dot"), &taken));
  CHECK(taken == 12);
  CHECK_OK(mailproto_smtp_client_finish_data(client));
  said(client, "A: b\r\n\r\n..dot\r\n.\r\n");
  hear(client, "250 taken\r\n");
  CHECK(next(client).verb == MAILPROTO_SMTP_VERB_DATA_END);
  CHECK(mailproto_smtp_client_state(client) == MAILPROTO_SMTP_STATE_READY);
  CHECK_OK(mailproto_smtp_client_quit(client, NULL));
  said(client, "QUIT\r\n");
  hear(client, "221 bye\r\n");
  CHECK(next(client).verb == MAILPROTO_SMTP_VERB_QUIT);
  CHECK(mailproto_smtp_client_is_closed(client) && mailproto_smtp_client_anomalies(client) == 0);
  mailproto_smtp_client_free(client);
}

static void bytes_are_parsed_without_a_session(void) {
  mailproto_smtp_reply reply = {.struct_size = sizeof reply};
  mailproto_smtp_command command = {.struct_size = sizeof command};
  mailproto_smtp_enhanced_code code;
  mailproto_bytes line;
  size_t offset = 77;
  CHECK_OK(mailproto_smtp_reply_parse(text("250-2.1.5 fine\r\n250 really \r\n"), 0, &reply, &offset));
  CHECK(reply.code == 250 && reply.enhanced.class_digit == 2 && offset == 77);
  CHECK_OK(mailproto_smtp_next_reply_line(&reply.lines, &line, &code));
  CHECK(is(line, "2.1.5 fine") && code.detail == 5);
  CHECK_OK(mailproto_smtp_next_reply_line(&reply.lines, &line, &code));
  CHECK(is(line, "really ") && code.class_digit == 0);
  CHECK_STATUS(mailproto_smtp_next_reply_line(&reply.lines, &line, NULL), MAILPROTO_ERR_OUT_OF_ORDER);
  CHECK_STATUS(mailproto_smtp_reply_parse(text("250-cut\r\n"), 0, &reply, &offset), MAILPROTO_ERR_PARSE_INCOMPLETE);
  CHECK(offset == 9);
  CHECK_STATUS(mailproto_smtp_reply_parse(text("what?\r\n"), 0, &reply, NULL), MAILPROTO_ERR_PARSE_REPLY);

  CHECK_OK(mailproto_smtp_command_parse(
      text("MAIL FROM:<a@b.example> SIZE=9 BY=-5;NT AUTH=<> ENVID=a+3Db RRVS=x;R X=y SIZE=z"), 0, &command, NULL));
  CHECK(command.verb == MAILPROTO_SMTP_VERB_MAIL && is(command.argument, "a@b.example"));
  mailproto_bytes rest = command.parameters;
  mailproto_smtp_parameter parameter;
  CHECK_OK(mailproto_smtp_next_parameter(&rest, &parameter));
  CHECK(parameter.kind == MAILPROTO_SMTP_PARAMETER_SIZE && parameter.number == 9);
  CHECK_OK(mailproto_smtp_next_parameter(&rest, &parameter));
  CHECK(parameter.kind == MAILPROTO_SMTP_PARAMETER_BY && parameter.number == -5);
  CHECK(parameter.choice == (MAILPROTO_SMTP_DELIVER_BY_NOTIFY | MAILPROTO_SMTP_DELIVER_BY_TRACE));
  CHECK_OK(mailproto_smtp_next_parameter(&rest, &parameter));
  CHECK(parameter.kind == MAILPROTO_SMTP_PARAMETER_AUTH && parameter.choice == 1);
  CHECK_OK(mailproto_smtp_next_parameter(&rest, &parameter));
  char plain[4];
  size_t length = 0;
  CHECK(parameter.kind == MAILPROTO_SMTP_PARAMETER_ENVID && is(parameter.text, "a+3Db"));
  CHECK_STATUS(mailproto_smtp_xtext_decode(parameter.text, (uint8_t *)plain, 2, &length), MAILPROTO_ERR_TOO_LONG);
  CHECK_OK(mailproto_smtp_xtext_decode(parameter.text, (uint8_t *)plain, 3, &length));
  CHECK(length == 3 && memcmp(plain, "a=b", 3) == 0);
  CHECK_OK(mailproto_smtp_next_parameter(&rest, &parameter));
  CHECK(parameter.kind == MAILPROTO_SMTP_PARAMETER_RRVS && parameter.choice == MAILPROTO_SMTP_RRVS_REJECT);
  CHECK_OK(mailproto_smtp_next_parameter(&rest, &parameter));
  CHECK(parameter.kind == MAILPROTO_SMTP_PARAMETER_UNKNOWN && is(parameter.keyword, "X") && is(parameter.text, "y"));
  CHECK_STATUS(mailproto_smtp_next_parameter(&rest, &parameter), MAILPROTO_ERR_PARSE_SYNTAX);
  CHECK(is(parameter.keyword, "SIZE") && is(parameter.text, "z"));
  CHECK_OK(mailproto_smtp_next_parameter(&rest, &parameter));
  CHECK(parameter.kind == MAILPROTO_SMTP_PARAMETER_NONE && rest.data == NULL);

  CHECK_OK(mailproto_smtp_command_parse(text("bdat 123 last"), 0, &command, NULL));
  CHECK(command.verb == MAILPROTO_SMTP_VERB_BDAT_LAST && command.length == 123);
  CHECK_OK(mailproto_smtp_command_parse(text("AUTH PLAIN ="), 0, &command, NULL));
  CHECK(command.has_initial && is(command.argument, "PLAIN") && is(command.initial, "="));
  CHECK_STATUS(mailproto_smtp_command_parse(text("FROB"), 0, &command, &offset), MAILPROTO_ERR_PARSE_UNKNOWN);
  CHECK_STATUS(mailproto_smtp_command_parse(text("RCPT TO:<a b>"), 0, &command, &offset), MAILPROTO_ERR_PARSE_PATH);
  CHECK_STATUS(mailproto_smtp_command_parse(text("NOOP"), 1u << 30, &command, NULL), MAILPROTO_ERR_INVALID_VALUE);
}

static void a_server_asks_and_is_answered(void) {
  mailproto_smtp_server_options *options;
  mailproto_smtp_server *server;
  mailproto_smtp_event event = {.struct_size = sizeof event};
  mailproto_smtp_attribute attribute;
  const mailproto_smtp_enhanced_code none = {0, 0, 0}, odd = {3, 0, 0}, unknown = {5, 1, 1};
  size_t taken;
  CHECK_OK(mailproto_smtp_server_options_new(text("mx.example"), &options));
  CHECK_STATUS(mailproto_smtp_server_options_set_offered(options, 1u << 31), MAILPROTO_ERR_INVALID_VALUE);
  CHECK_OK(mailproto_smtp_server_options_set_offered(
      options, MAILPROTO_SMTP_EXTENSION_XCLIENT | MAILPROTO_SMTP_EXTENSION_AUTH |
                   MAILPROTO_SMTP_EXTENSION_ENHANCEDSTATUSCODES));
  CHECK_OK(mailproto_smtp_server_options_set_auth_without_tls(options, true));
  CHECK_OK(mailproto_smtp_server_options_set_limit(options, MAILPROTO_LIMIT_MESSAGE, 10));
  CHECK_STATUS(mailproto_smtp_server_options_set_limit(options, MAILPROTO_LIMIT_BAD_COMMANDS, 70000),
               MAILPROTO_ERR_INVALID_VALUE);
  CHECK_OK(mailproto_smtp_server_new(options, &server));
  mailproto_smtp_server_options_free(options);

#define NEXT(expected)                                            \
  do {                                                            \
    CHECK_OK(mailproto_smtp_server_next_event(server, &event));   \
    CHECK(event.kind == (expected));                              \
  } while (0)
#define HEAR(words)                                                           \
  do {                                                                        \
    CHECK_OK(mailproto_smtp_server_receive(server, text(words), &taken));     \
    CHECK(taken == strlen(words));                                            \
  } while (0)
#define SAID(words)                                                           \
  do {                                                                        \
    CHECK(is(mailproto_smtp_server_transmit(server), words));                 \
    CHECK_OK(mailproto_smtp_server_transmitted(server, strlen(words)));       \
  } while (0)

  NEXT(MAILPROTO_SMTP_EVENT_CONNECT);
  CHECK(event.is_question && mailproto_smtp_server_awaits_answer(server));
  CHECK_OK(mailproto_smtp_server_accept(server));
  CHECK_STATUS(mailproto_smtp_server_accept(server), MAILPROTO_ERR_OUT_OF_ORDER);
  SAID("220 mx.example ESMTP\r\n");
  HEAR("EHLO c.example\r\n");
  NEXT(MAILPROTO_SMTP_EVENT_HELLO);
  CHECK(event.extended && is(event.text, "c.example"));
  CHECK_OK(mailproto_smtp_server_accept(server));
  CHECK_OK(mailproto_smtp_server_transmitted(server, mailproto_smtp_server_transmit(server).len));
  HEAR("XCLIENT ADDR=192.0.2.1 NAME=x+2By\r\n");
  NEXT(MAILPROTO_SMTP_EVENT_XCLIENT);
  CHECK_OK(mailproto_smtp_next_attribute(&event.parameters, &attribute));
  CHECK(is(attribute.name, "ADDR") && is(attribute.value, "192.0.2.1"));
  CHECK_OK(mailproto_smtp_next_attribute(&event.parameters, &attribute));
  CHECK(is(attribute.name, "NAME") && is(attribute.value, "x+2By"));
  CHECK_OK(mailproto_smtp_next_attribute(&event.parameters, &attribute));
  CHECK(attribute.name.len == 0);
  CHECK_STATUS(mailproto_smtp_server_reject(server, 250, none, text("no")), MAILPROTO_ERR_REPLY_CODE);
  CHECK_STATUS(mailproto_smtp_server_reject(server, 550, odd, text("no")), MAILPROTO_ERR_INVALID_VALUE);
  CHECK_OK(mailproto_smtp_server_reject(server, 550, none, text("not you")));
  SAID("550 not you\r\n");
  HEAR("AUTH PLAIN AHRpbQBzZWNyZXQ=\r\n");
  NEXT(MAILPROTO_SMTP_EVENT_AUTH);
  CHECK(event.mechanisms == MAILPROTO_SASL_PLAIN && is(event.user, "tim") && is(event.password, "secret"));
  CHECK_OK(mailproto_smtp_server_accept(server));
  CHECK(mailproto_smtp_server_is_authenticated(server));
  SAID("235 2.7.0 Authentication succeeded\r\n");
  HEAR("MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n");
  NEXT(MAILPROTO_SMTP_EVENT_MAIL);
  CHECK(event.text.len == 0 && event.parameters.data == NULL);
  CHECK_OK(mailproto_smtp_server_accept(server));
  NEXT(MAILPROTO_SMTP_EVENT_RCPT);
  CHECK_OK(mailproto_smtp_server_reject(server, 550, unknown, text("nobody\nhere")));
  NEXT(MAILPROTO_SMTP_EVENT_RCPT);
  CHECK_OK(mailproto_smtp_server_accept_with(server, text("fine")));
  NEXT(MAILPROTO_SMTP_EVENT_DATA_START);
  CHECK_OK(mailproto_smtp_server_accept(server));
  SAID("250 2.1.0 Sender OK\r\n550-5.1.1 nobody\r\n550 5.1.1 here\r\n250 2.1.5 fine\r\n"
       "354 End data with <CR><LF>.<CR><LF>\r\n");
  HEAR("..1\r\n.\r\n");
  NEXT(MAILPROTO_SMTP_EVENT_DATA);
  CHECK(is(event.data, ".1\r\n"));
  NEXT(MAILPROTO_SMTP_EVENT_DATA_END);
  CHECK_OK(mailproto_smtp_server_accept_with(server, text("kept as 7")));
  SAID("250 2.6.0 kept as 7\r\n");
  HEAR("MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n");
  for (int question = 0; question < 3; question++) {
    CHECK_OK(mailproto_smtp_server_next_event(server, &event));
    CHECK_OK(mailproto_smtp_server_accept(server));
  }
  HEAR("0123456789abcdef\r\n.\r\nFROB\r\nQUIT\r\n");
  do CHECK_OK(mailproto_smtp_server_next_event(server, &event));
  while (event.kind == MAILPROTO_SMTP_EVENT_DATA);
  CHECK(event.kind == MAILPROTO_SMTP_EVENT_DATA_ABORTED && event.reason == MAILPROTO_SMTP_REASON_ABORT_TOO_LARGE);
  NEXT(MAILPROTO_SMTP_EVENT_REFUSED);
  CHECK(event.code == 500 && is(event.text, "FROB"));
  NEXT(MAILPROTO_SMTP_EVENT_QUIT);
  CHECK_OK(mailproto_smtp_server_transmitted(server, mailproto_smtp_server_transmit(server).len));
  CHECK(mailproto_smtp_server_is_closed(server));
  mailproto_smtp_server_free(server);
}

static void a_submission_tells_of_each_recipient(void) {
  static const char *const talk[] = {
      "220 mx\r\n250-mx\r\n250-STARTTLS\r\n250 PIPELINING\r\n", "220 go\r\n",
      "250-mx\r\n250-PIPELINING\r\n250-DSN\r\n250 AUTH PLAIN\r\n", "235 ok\r\n",
      "250 ok\r\n250 ok\r\n450 4.2.1 busy\r\n354 go\r\n", "250 2.0.0 queued\r\n", "221 bye\r\n"};
  mailproto_smtp_submission_options *options;
  mailproto_smtp_submission *submission;
  mailproto_smtp_envelope *envelope;
  mailproto_smtp_event event = {.struct_size = sizeof event};
  uint32_t message = 99;
  size_t index, taken, spoken = 0;
  char wire[2048] = "";
  CHECK_OK(mailproto_smtp_submission_options_new(text("host.example"), &options));
  CHECK_STATUS(mailproto_smtp_submission_options_set_mechanism(options, 1), MAILPROTO_ERR_OUT_OF_ORDER);
  CHECK_STATUS(mailproto_smtp_submission_options_set_tls(options, 9), MAILPROTO_ERR_INVALID_VALUE);
  CHECK_OK(mailproto_smtp_submission_options_set_tls(options, MAILPROTO_TLS_REQUIRED));
  CHECK_OK(mailproto_smtp_submission_options_set_login(options, text("tim"), text("secret")));
  CHECK_OK(mailproto_smtp_submission_options_set_mechanism(options, MAILPROTO_SASL_PLAIN));
  CHECK_OK(mailproto_smtp_submission_new(options, &submission));
  mailproto_smtp_submission_options_free(options);
  CHECK_OK(mailproto_smtp_envelope_new(text("a@host.example"), &envelope));
  CHECK_STATUS(mailproto_smtp_submission_submit(submission, envelope, NULL), MAILPROTO_ERR_SYNTAX);
  CHECK_OK(mailproto_smtp_envelope_add_recipient(envelope, text("b@example.org"), NULL));
  CHECK_OK(mailproto_smtp_envelope_add_recipient(envelope, text("c@example.org"), &index));
  CHECK(index == 1);
  CHECK_OK(mailproto_smtp_envelope_set_recipient_notify(envelope, 1, MAILPROTO_SMTP_NOTIFY_NEVER));
  CHECK_STATUS(mailproto_smtp_envelope_set_recipient_notify(envelope, 2, 0), MAILPROTO_ERR_INVALID_VALUE);
  CHECK_STATUS(mailproto_smtp_envelope_set_priority(envelope, 10), MAILPROTO_ERR_INVALID_VALUE);
  CHECK_OK(mailproto_smtp_submission_submit(submission, envelope, &message));
  CHECK(message == 0);
  mailproto_smtp_envelope_free(envelope);
  CHECK_OK(mailproto_smtp_submission_finish(submission));

  unsigned told = 0;
  while (!mailproto_smtp_submission_is_closed(submission)) {
    CHECK(spoken < sizeof talk / sizeof talk[0]);
    CHECK_OK(mailproto_smtp_submission_receive(submission, text(talk[spoken]), &taken));
    CHECK(taken == strlen(talk[spoken]));
    spoken++;
    for (;;) {
      CHECK_OK(mailproto_smtp_submission_next_event(submission, &event));
      mailproto_bytes out = mailproto_smtp_submission_transmit(submission);
      if (event.kind == MAILPROTO_SMTP_EVENT_NONE) {
        strncat(wire, out.len > 0 ? (const char *)out.data : "", out.len);
        CHECK_OK(mailproto_smtp_submission_transmitted(submission, out.len));
        break;
      }
      if (event.kind == MAILPROTO_SMTP_EVENT_STARTTLS) CHECK_OK(mailproto_smtp_submission_tls_started(submission));
      if (event.kind == MAILPROTO_SMTP_EVENT_BODY_WANTED) {
        CHECK_OK(mailproto_smtp_submission_send_data(submission, text("A: b\n\n.\n"), &taken));
        CHECK_OK(mailproto_smtp_submission_finish_data(submission));
      }
      if (event.kind == MAILPROTO_SMTP_EVENT_RECIPIENT) {
        told++;
        CHECK(event.verdict == (event.recipient == 1 ? MAILPROTO_SMTP_VERDICT_TRANSIENT : MAILPROTO_SMTP_VERDICT_ACCEPTED));
        CHECK(event.code == (event.recipient == 1 ? 450 : 250) && event.reason == MAILPROTO_SMTP_REASON_NONE);
      }
    }
  }
  CHECK(told == 2);
  CHECK(strcmp(wire, "EHLO host.example\r\nSTARTTLS\r\nEHLO host.example\r\nAUTH PLAIN AHRpbQBzZWNyZXQ=\r\n"
                     "MAIL FROM:<a@host.example>\r\nRCPT TO:<b@example.org>\r\n"
                     "RCPT TO:<c@example.org> NOTIFY=NEVER\r\nDATA\r\nA: b\r\n\r\n..\r\n.\r\nQUIT\r\n") == 0);
  mailproto_smtp_submission_free(submission);
}

int main(void) {
  versions_agree();
  null_is_looked_for_everywhere();
  a_structure_without_its_size_is_refused();
  a_wrong_call_changes_nothing_and_says_where();
  what_a_peer_breaks_is_told_with_its_place();
  a_silent_server_times_out();
  a_client_says_what_it_is_told();
  bytes_are_parsed_without_a_session();
  a_server_asks_and_is_answered();
  a_submission_tells_of_each_recipient();
  puts("the C face does what its header says");
  return 0;
}
