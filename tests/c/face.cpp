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
  smtp::submission submission(smtp::submission_options("host.example").tls(MAILPROTO_SMTP_TLS_NONE));
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

}  // namespace

int main() {
  handles_are_owned_by_one();
  what_is_wrong_is_thrown_with_its_place();
  a_client_speaks();
  a_message_arrives();
  std::puts("the C++ face frees what it makes and throws what is wrong");
}
