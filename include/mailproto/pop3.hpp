/**
 * @file mailproto/pop3.hpp
 * POP3: client, server and download. Included by mailproto.hpp.
 */
#ifndef MAILPROTO_POP3_HPP
#define MAILPROTO_POP3_HPP

#include "sasl.hpp"

namespace mailproto {

namespace pop3 {

/** Something that happened; see its kind. */
using event = mailproto_pop3_event;

/** How a client behaves. */
class client_options {
 public:
  /** Every default. */
  client_options() {
    mailproto_pop3_client_options *made = nullptr;
    check(mailproto_pop3_client_options_new(&made));
    handle_.reset(made);
  }
  /** The handle, for the setters of mailproto.h. */
  mailproto_pop3_client_options *get() const noexcept { return handle_.get(); }

 private:
  detail::owned<mailproto_pop3_client_options, mailproto_pop3_client_options_free> handle_;
};

/** The client's side of one connection, verb by verb. Verbs return the number of their command. */
class client : public detail::endpoint<detail::pop3_client_functions> {
 public:
  /** A client with every default. */
  client() { make(nullptr); }
  /** A client with these options. */
  explicit client(const client_options &options) { make(options.get()); }

  /** CAPA. */
  std::uint32_t capa() { return verb(mailproto_pop3_client_capa); }
  /** STLS. */
  std::uint32_t stls() { return verb(mailproto_pop3_client_stls); }
  /** USER and PASS. */
  std::uint32_t login(std::string_view user, std::string_view password) {
    return verb(mailproto_pop3_client_login, bytes(user), bytes(password));
  }
  /** APOP, with the digest in hexadecimal digits. */
  std::uint32_t apop(std::string_view name, std::string_view digest) {
    return verb(mailproto_pop3_client_apop, bytes(name), bytes(digest));
  }
  /** AUTH. */
  std::uint32_t auth(sasl &mechanism) { return verb(mailproto_pop3_client_auth, mechanism.get()); }
  /** Answers a challenge, however long that takes to compute. */
  void auth_respond(sasl &mechanism) { check(mailproto_pop3_client_auth_respond(get(), mechanism.get(), nullptr)); }
  /** Goes a step towards the answer to a challenge; whether that was the last one. */
  bool auth_respond_step(sasl &mechanism) {
    bool done = false;
    check(mailproto_pop3_client_auth_respond(get(), mechanism.get(), &done));
    return done;
  }
  /** Cancels the exchange. */
  void auth_cancel() { check(mailproto_pop3_client_auth_cancel(get())); }
  /** STAT. */
  std::uint32_t stat() { return verb(mailproto_pop3_client_stat); }
  /** LIST, of all messages or of one. */
  std::uint32_t list(std::uint32_t number = 0) { return verb(mailproto_pop3_client_list, number); }
  /** UIDL, of all messages or of one. */
  std::uint32_t uidl(std::uint32_t number = 0) { return verb(mailproto_pop3_client_uidl, number); }
  /** RETR. */
  std::uint32_t retr(std::uint32_t number) { return verb(mailproto_pop3_client_retr, number); }
  /** TOP. */
  std::uint32_t top(std::uint32_t number, std::uint32_t lines) {
    return verb(mailproto_pop3_client_top, number, lines);
  }
  /** DELE. */
  std::uint32_t dele(std::uint32_t number) { return verb(mailproto_pop3_client_dele, number); }
  /** RSET. */
  std::uint32_t rset() { return verb(mailproto_pop3_client_rset); }
  /** NOOP. */
  std::uint32_t noop() { return verb(mailproto_pop3_client_noop); }
  /** UTF8. */
  std::uint32_t utf8() { return verb(mailproto_pop3_client_utf8); }
  /** LANG; without a range it asks for the languages. */
  std::uint32_t lang(std::string_view range = {}) { return verb(mailproto_pop3_client_lang, bytes(range)); }
  /** QUIT. */
  std::uint32_t quit() { return verb(mailproto_pop3_client_quit); }
  /** Where the conversation stands. */
  mailproto_pop3_state state() const noexcept { return mailproto_pop3_client_state(get()); }
  /** What the server announced last. */
  mailproto_pop3_capabilities capabilities() const {
    mailproto_pop3_capabilities found{};
    found.struct_size = sizeof found;
    check(mailproto_pop3_client_capabilities(get(), &found));
    return found;
  }

 private:
  void make(const mailproto_pop3_client_options *options) {
    mailproto_pop3_client *made = nullptr;
    mailproto::check(mailproto_pop3_client_new(options, &made));
    handle_.reset(made);
  }

  template <typename Verb, typename... Arguments>
  std::uint32_t verb(Verb call, Arguments... arguments) {
    std::uint32_t command = 0;
    check(call(get(), arguments..., &command));
    return command;
  }
};

/** What a server offers and demands. */
class server_options {
 public:
  /** Every default. */
  server_options() {
    mailproto_pop3_server_options *made = nullptr;
    check(mailproto_pop3_server_options_new(&made));
    handle_.reset(made);
  }
  /** What CAPA announces. */
  server_options &offer(mailproto_pop3_capability_set capabilities) {
    check(mailproto_pop3_server_options_set_offered(get(), capabilities));
    return *this;
  }
  /** Whether passwords may be read on the line. */
  server_options &auth_without_tls(bool allowed) {
    check(mailproto_pop3_server_options_set_auth_without_tls(get(), allowed));
    return *this;
  }
  /** The handle, for the other setters of mailproto.h. */
  mailproto_pop3_server_options *get() const noexcept { return handle_.get(); }

 private:
  detail::owned<mailproto_pop3_server_options, mailproto_pop3_server_options_free> handle_;
};

/** The server's side of one connection. Answers are false when there is no room for them yet. */
class server : public detail::endpoint<detail::pop3_server_functions> {
 public:
  /** A server on these terms. */
  explicit server(const server_options &options) {
    mailproto_pop3_server *made = nullptr;
    mailproto::check(mailproto_pop3_server_new(options.get(), &made));
    handle_.reset(made);
  }

  /** Says yes to the question that waits. */
  bool accept() { return unless_full(mailproto_pop3_server_accept(get())); }
  /** The same, with a text of one's own. */
  bool accept_with(std::string_view text) { return unless_full(mailproto_pop3_server_accept_with(get(), bytes(text))); }
  /** Says yes to a client, and offers APOP. */
  bool accept_with_timestamp(std::string_view text, std::string_view timestamp) {
    return unless_full(mailproto_pop3_server_accept_with_timestamp(get(), bytes(text), bytes(timestamp)));
  }
  /** Says no, with a word for programs and a text for people. */
  bool reject(std::string_view code = {}, std::string_view text = {}) {
    return unless_full(mailproto_pop3_server_reject(get(), bytes(code), bytes(text)));
  }
  /** Goes on with an exchange that the program conducts. */
  bool challenge(std::string_view text) { return unless_full(mailproto_pop3_server_challenge(get(), bytes(text))); }
  /** Refuses a bearer token and says why. */
  bool reject_token(std::string_view status, std::string_view scope = {}, std::string_view configuration = {}) {
    return unless_full(
        mailproto_pop3_server_reject_token(get(), bytes(status), bytes(scope), bytes(configuration)));
  }
  /** What is in the maildrop. */
  bool open(std::uint32_t messages, std::uint64_t octets) {
    return unless_full(mailproto_pop3_server_open(get(), messages, octets));
  }
  /** How large the message is. */
  bool size(std::uint64_t octets) { return unless_full(mailproto_pop3_server_size(get(), octets)); }
  /** The message's name for life. */
  bool unique_id(std::string_view id) { return unless_full(mailproto_pop3_server_unique_id(get(), bytes(id))); }
  /** One of the languages. */
  bool language(std::string_view tag, std::string_view description) {
    return unless_full(mailproto_pop3_server_language(get(), bytes(tag), bytes(description)));
  }
  /** Passes a piece of the message on, and returns how much of it was taken. */
  std::size_t send_data(std::string_view piece) {
    std::size_t taken = 0;
    check(mailproto_pop3_server_send_data(get(), bytes(piece), &taken));
    return taken;
  }
  /** Ends the message. */
  bool finish_data() { return unless_full(mailproto_pop3_server_finish_data(get())); }
  /** Ends the session as soon as what is in flight is finished. */
  void shut_down() { check(mailproto_pop3_server_shut_down(get())); }
  /** The first message behind `number` that is to be deleted; 0 if there is none. */
  std::uint32_t next_deleted(std::uint32_t number) const noexcept {
    return mailproto_pop3_server_next_deleted(get(), number);
  }
  /** Where the conversation stands. */
  mailproto_pop3_state state() const noexcept { return mailproto_pop3_server_state(get()); }
  /** The client has proved who it is. */
  bool is_authenticated() const noexcept { return mailproto_pop3_server_is_authenticated(get()); }
  /** The client has said UTF8. */
  bool is_utf8() const noexcept { return mailproto_pop3_server_is_utf8(get()); }
  /** A question waits. */
  bool awaits_answer() const noexcept { return mailproto_pop3_server_awaits_answer(get()); }
  /** More of a message is wanted. */
  bool wants_data() const noexcept { return mailproto_pop3_server_wants_data(get()); }
};

/** The terms of a download. */
class download_options {
 public:
  /** Every default; set a login. */
  download_options() {
    mailproto_pop3_download_options *made = nullptr;
    check(mailproto_pop3_download_options_new(&made));
    handle_.reset(made);
  }
  /** Whether TLS is wanted. */
  download_options &tls(mailproto_tls_policy policy) {
    check(mailproto_pop3_download_options_set_tls(get(), policy));
    return *this;
  }
  /** Whom to log in as, by showing the password. */
  download_options &login(std::string_view user, std::string_view password) {
    check(mailproto_pop3_download_options_set_login(get(), bytes(user), bytes(password)));
    return *this;
  }
  /** Whom to log in as, by the best mechanism. */
  download_options &identity(const sasl_identity &identity) {
    check(mailproto_pop3_download_options_set_identity(get(), identity.get()));
    return *this;
  }
  /** What becomes of messages on the server. */
  download_options &retention(mailproto_pop3_retention retention, std::uint32_t days = 0) {
    check(mailproto_pop3_download_options_set_retention(get(), retention, days));
    return *this;
  }
  /** The handle, for the other setters of mailproto.h. */
  mailproto_pop3_download_options *get() const noexcept { return handle_.get(); }

 private:
  detail::owned<mailproto_pop3_download_options, mailproto_pop3_download_options_free> handle_;
};

/** What is remembered from one download to the next. */
class seen {
 public:
  /** Nothing. */
  seen() {
    mailproto_pop3_seen *made = nullptr;
    check(mailproto_pop3_seen_new(&made));
    handle_.reset(made);
  }
  /** Remembers that a message was accepted on a day. */
  seen &add(std::string_view unique_id, std::uint32_t day) {
    check(mailproto_pop3_seen_add(get(), bytes(unique_id), day));
    return *this;
  }
  /** The handle. */
  mailproto_pop3_seen *get() const noexcept { return handle_.get(); }

 private:
  detail::owned<mailproto_pop3_seen, mailproto_pop3_seen_free> handle_;
};

/** A maildrop fetched as one task. */
class download : public detail::endpoint<detail::pop3_download_functions> {
 public:
  /** A download on these terms of what is not known yet; what is known moves into it. */
  explicit download(const download_options &options, seen &&known = seen()) {
    mailproto_pop3_download *made = nullptr;
    mailproto::check(mailproto_pop3_download_new(options.get(), known.get(), &made));
    handle_.reset(made);
  }

  /** The message that ended is safe. */
  void accept() { check(mailproto_pop3_download_accept(get())); }
  /** The message that ended could not be kept. */
  void reject() { check(mailproto_pop3_download_reject(get())); }
  /** A message waits for accept or reject. */
  bool awaits_answer() const noexcept { return mailproto_pop3_download_awaits_answer(get()); }
  /** The first unique id behind `after` that is to be remembered, if there is one. */
  std::optional<mailproto_pop3_seen_message> next_seen(std::string_view after) const {
    mailproto_pop3_seen_message found{};
    found.struct_size = sizeof found;
    mailproto_status status = mailproto_pop3_download_next_seen(get(), bytes(after), &found);
    if (status == MAILPROTO_ERR_OUT_OF_ORDER) return std::nullopt;
    mailproto::check(status);
    return found;
  }
};

}  // namespace pop3

}  // namespace mailproto

#endif  // MAILPROTO_POP3_HPP
