// The C++ face: a message goes from a submission to a server in memory, and what is wrong is thrown.
#include <mailproto.hpp>

#include <cstdio>
#include <cstdlib>
#include <type_traits>
#include <utility>

#define CHECK(condition)                                                         \
  do {                                                                           \
    if (!(condition)) {                                                          \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      std::exit(1);                                                              \
    }                                                                            \
  } while (0)

namespace {

using namespace mailproto;

template <typename Call>
mailproto_status thrown(Call call, std::string *words = nullptr) {
  try {
    call();
  } catch (const error &caught) {
    if (words != nullptr) *words = caught.what();
    return caught.status();
  }
  return MAILPROTO_OK;
}

void handles_are_owned_by_one() {
  static_assert(!std::is_copy_constructible_v<smtp::client>);
  static_assert(std::is_nothrow_move_constructible_v<smtp::client>);
  smtp::client first;
  mailproto_smtp_client *handle = first.get();
  smtp::client second = std::move(first);
  CHECK(second.get() == handle && first.get() == nullptr);
  CHECK(first.is_closed() && !second.is_closed());
  CHECK(thrown([&] { first.noop(); }) == MAILPROTO_ERR_NULL_POINTER);
}

void what_is_wrong_is_thrown_with_its_place() {
  smtp::client client;
  std::string words;
  CHECK(thrown([&] { client.ehlo("a b"); }, &words) == MAILPROTO_ERR_SYNTAX);
  CHECK(words == "an argument breaks the grammar, at byte 1 of the argument");
  CHECK(thrown([] { smtp::server(smtp::server_options("two words")); }) == MAILPROTO_ERR_SYNTAX);
}

void a_client_speaks() {
  smtp::client client{smtp::client_options()};
  CHECK(client.ehlo("host.example") == 0);
  CHECK(client.receive("220 mx\r\n250-mx\r\n250-SIZE 99\r\n250 AUTH PLAIN\r\n") > 0);
  CHECK(client.next_event()->kind == MAILPROTO_SMTP_EVENT_GREETING);
  CHECK(view(client.next_event()->reply).substr(0, 6) == "250-mx");
  CHECK(!client.next_event());
  CHECK(client.extensions().size == 99 && client.state() == MAILPROTO_SMTP_STATE_READY);
  client.transmitted(client.transmit().size());
  smtp::sasl mechanism = smtp::sasl::plain("tim", "secret");
  CHECK(client.auth(mechanism) == 1);
  CHECK(client.transmit_log() == "AUTH PLAIN [secret]\r\n");
}

void a_message_arrives() {
  smtp::submission submission(smtp::submission_options("host.example").tls(MAILPROTO_TLS_NONE));
  CHECK(submission.submit(smtp::envelope("a@host.example").to("b@mx.example").size(24)) == 0);
  submission.finish();
  smtp::server server(smtp::server_options("mx.example").offer(MAILPROTO_SMTP_EXTENSIONS_SERVER_DEFAULT));
  std::string message;
  bool accepted = false;
  while (!submission.is_closed()) {
    while (auto event = server.next_event()) {
      if (event->kind == MAILPROTO_SMTP_EVENT_DATA) message += view(event->data);
      if (event->is_question) CHECK(server.accept());
    }
    server.transmitted(submission.receive(server.transmit()));
    while (auto event = submission.next_event()) {
      if (event->kind == MAILPROTO_SMTP_EVENT_BODY_WANTED) {
        CHECK(submission.send_data("Subject: hi\r\n\r\n.hello\r\n") == 23);
        CHECK(submission.finish_data());
      }
      if (event->kind == MAILPROTO_SMTP_EVENT_RECIPIENT) accepted = event->verdict == MAILPROTO_SMTP_VERDICT_ACCEPTED;
    }
    submission.transmitted(server.receive(submission.transmit()));
  }
  CHECK(accepted && message == "Subject: hi\r\n\r\n.hello\r\n");
}

void a_maildrop_is_read() {
  const std::string_view random = "eighteen new bytes";
  const mailproto_sasl_mechanisms scram = MAILPROTO_SASL_SCRAM_SHA_256;
  pop3::server_options options;
  mailproto::check(mailproto_pop3_server_options_set_mechanisms(options.get(), scram | MAILPROTO_SASL_PLAIN));
  pop3::server server(options.auth_without_tls(true));
  std::optional<sasl_server> exchange;
  sasl_identity identity("tim");
  identity.password("secret").random(random);
  CHECK(identity.choose(scram | MAILPROTO_SASL_PLAIN, false) == scram);
  CHECK(thrown([&] { identity.choose(MAILPROTO_SASL_PLAIN, false); }) == MAILPROTO_ERR_NEEDS_TLS);
  sasl mechanism = sasl::by(identity, scram, scram);
  pop3::client client;
  client.auth(mechanism);
  std::string message;
  std::uint32_t deleted = 0;
  while (!client.is_closed()) {
    while (auto event = server.next_event()) {
      if (event->kind == MAILPROTO_POP3_EVENT_AUTH_RESPONSE) {
        if (event->first) exchange.emplace(event->mechanisms, random, "mx.example", scram);
        mailproto_sasl_step step = exchange->respond(view(event->data));
        if (step == MAILPROTO_SASL_STEP_USER) step = exchange->password("secret", "salt", 4096);
        if (step == MAILPROTO_SASL_STEP_CHALLENGE)
          CHECK(server.challenge(exchange->text()));
        else
          CHECK(step == MAILPROTO_SASL_STEP_COMPLETE && server.accept());
      } else if (event->kind == MAILPROTO_POP3_EVENT_OPEN) {
        CHECK(server.open(1, 20));
      } else if (event->kind == MAILPROTO_POP3_EVENT_DELETE) {
        CHECK(server.size(20));
      } else if (event->kind == MAILPROTO_POP3_EVENT_UPDATE) {
        deleted = server.next_deleted(0);
        CHECK(server.next_deleted(deleted) == 0 && server.accept());
      } else if (event->is_question) {
        CHECK(server.accept());
        if (event->kind == MAILPROTO_POP3_EVENT_MESSAGE_WANTED)
          CHECK(server.send_data("Subject: hi\n\n.hello\n") == 20 && server.finish_data());
      }
    }
    server.transmitted(client.receive(server.transmit()));
    while (auto event = client.next_event()) {
      if (event->kind == MAILPROTO_POP3_EVENT_CHALLENGE) client.auth_respond(mechanism);
      if (event->kind == MAILPROTO_POP3_EVENT_DATA) message += view(event->data);
      if (event->kind == MAILPROTO_POP3_EVENT_END) client.dele(1);
      if (event->verb == MAILPROTO_POP3_VERB_AUTH) client.retr(1);
      if (event->verb == MAILPROTO_POP3_VERB_DELE) client.quit();
    }
    client.transmitted(server.receive(client.transmit()));
  }
  CHECK(message == "Subject: hi\r\n\r\n.hello\r\n" && deleted == 1);
  CHECK(mechanism.failure() == MAILPROTO_SASL_REASON_NONE && exchange->user() == "tim");
}

void what_was_fetched_is_remembered() {
  pop3::seen known;
  known.add("old", 7);
  pop3::download_options options;
  options.login("tim", "secret").tls(MAILPROTO_TLS_NONE).retention(MAILPROTO_POP3_RETENTION_KEEP);
  mailproto::check(mailproto_pop3_download_options_set_login_without_tls(options.get(), true));
  pop3::download download(options, std::move(known));
  std::string_view talk =
      "+OK ready\r\n-ERR\r\n+OK\r\n+OK\r\n-ERR\r\n+OK\r\n1 old\r\n2 new\r\n.\r\n+OK\r\n1 9\r\n2 9\r\n.\r\n"
      "+OK\r\nA: b\r\n.\r\n+OK bye\r\n";
  std::string message;
  while (!download.is_closed()) {
    talk.remove_prefix(download.receive(talk));
    while (auto event = download.next_event()) {
      if (event->kind == MAILPROTO_POP3_EVENT_MESSAGE_DATA) message += view(event->data);
      if (event->kind == MAILPROTO_POP3_EVENT_MESSAGE_END) download.accept();
    }
    download.transmitted(download.transmit().size());
  }
  CHECK(message == "A: b\r\n" && view(download.next_seen("")->unique_id) == "new");
  CHECK(download.next_seen("new")->day == 7 && !download.next_seen("old"));
}

}  // namespace

int main() {
  handles_are_owned_by_one();
  what_is_wrong_is_thrown_with_its_place();
  a_client_speaks();
  a_message_arrives();
  a_maildrop_is_read();
  what_was_fetched_is_remembered();
  std::puts("the C++ face frees what it makes and throws what is wrong");
}
