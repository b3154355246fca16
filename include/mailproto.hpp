/**
 * @file mailproto.hpp
 * A thin C++17 face of mailproto.h: handles that free themselves, std::string_view for bytes and text,
 * exceptions for what went wrong.
 *
 * Exceptions, because a handle is made in a constructor and a wrong call is a mistake of the program; what a
 * peer says is an event, never an exception. The one failure that is part of the normal course, a full
 * buffer (MAILPROTO_ERR_FULL), is a return value: the verbs that can meet it in the loop tell by a bool.
 *
 * Views that are returned lie in the handle, as long as mailproto.h says. Everything is inline.
 */
#ifndef MAILPROTO_HPP
#define MAILPROTO_HPP

#include "mailproto.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mailproto {

/** What went wrong, as a status of mailproto.h. */
class error : public std::runtime_error {
 public:
  /** An error with these words. */
  error(mailproto_status status, const std::string &words) : std::runtime_error(words), status_(status) {}

  /** Which MAILPROTO_ERR_ it is. */
  mailproto_status status() const noexcept { return status_; }

 private:
  mailproto_status status_;
};

/** The bytes as a view. */
inline std::string_view view(mailproto_bytes bytes) noexcept {
  return {reinterpret_cast<const char *>(bytes.data), bytes.len};
}

/** The view as bytes. */
inline mailproto_bytes bytes(std::string_view view) noexcept {
  return {reinterpret_cast<const std::uint8_t *>(view.data()), view.size()};
}

/** Throws what is no success. */
inline void check(mailproto_status status) {
  if (status != MAILPROTO_OK) throw error(status, mailproto_status_text(status));
}

/** Room to read into. */
struct space {
  /** Where it is; null if there is none. */
  std::uint8_t *data;
  /** How much there is. */
  std::size_t size;
};

namespace detail {

/** Frees by a function of the C face. */
template <auto Free>
struct deleter {
  template <typename T>
  void operator()(T *handle) const noexcept {
    Free(handle);
  }
};

/** A handle that one object owns. */
template <typename T, auto Free>
using owned = std::unique_ptr<T, deleter<Free>>;

/** The functions of one kind of endpoint, by the names of the C face. */
#define MAILPROTO_FUNCTIONS(protocol, name)                                                      \
  struct protocol##_##name##_functions {                                                         \
    using handle = mailproto_##protocol##_##name;                                                \
    using event = mailproto_##protocol##_event;                                                  \
    static constexpr auto free = mailproto_##protocol##_##name##_free;                           \
    static constexpr auto receive_space = mailproto_##protocol##_##name##_receive_space;         \
    static constexpr auto received = mailproto_##protocol##_##name##_received;                   \
    static constexpr auto receive = mailproto_##protocol##_##name##_receive;                     \
    static constexpr auto receive_eof = mailproto_##protocol##_##name##_receive_eof;             \
    static constexpr auto next_event = mailproto_##protocol##_##name##_next_event;               \
    static constexpr auto transmit = mailproto_##protocol##_##name##_transmit;                   \
    static constexpr auto transmitted = mailproto_##protocol##_##name##_transmitted;             \
    static constexpr auto transmit_log = mailproto_##protocol##_##name##_transmit_log;           \
    static constexpr auto handle_time = mailproto_##protocol##_##name##_handle_time;             \
    static constexpr auto next_timeout = mailproto_##protocol##_##name##_next_timeout;           \
    static constexpr auto wants_read = mailproto_##protocol##_##name##_wants_read;               \
    static constexpr auto wants_write = mailproto_##protocol##_##name##_wants_write;             \
    static constexpr auto is_closed = mailproto_##protocol##_##name##_is_closed;                 \
    static constexpr auto anomalies = mailproto_##protocol##_##name##_anomalies;                 \
    static constexpr auto tls_started = mailproto_##protocol##_##name##_tls_started;             \
    static constexpr auto last_message = mailproto_##protocol##_##name##_last_error_message;     \
  };
MAILPROTO_FUNCTIONS(smtp, client)
MAILPROTO_FUNCTIONS(smtp, server)
MAILPROTO_FUNCTIONS(smtp, submission)
MAILPROTO_FUNCTIONS(pop3, client)
MAILPROTO_FUNCTIONS(pop3, server)
MAILPROTO_FUNCTIONS(pop3, download)
#undef MAILPROTO_FUNCTIONS

/** What every endpoint can do. */
template <typename Functions>
class endpoint {
 public:
  /** The handle, for functions that have no method here. */
  typename Functions::handle *get() const noexcept { return handle_.get(); }

  /** Room to read into. */
  space receive_space() {
    space found{};
    check(Functions::receive_space(get(), &found.data, &found.size));
    return found;
  }
  /** The first `count` bytes of the room were filled. */
  void received(std::size_t count) { check(Functions::received(get(), count)); }
  /** Copies in what fits, and returns how much that was. */
  std::size_t receive(std::string_view bytes_in) {
    std::size_t taken = 0;
    check(Functions::receive(get(), bytes(bytes_in), &taken));
    return taken;
  }
  /** The peer closed its side. */
  void receive_eof() { check(Functions::receive_eof(get())); }
  /** What happened next, if anything did. */
  std::optional<typename Functions::event> next_event() {
    typename Functions::event event{};
    event.struct_size = sizeof event;
    check(Functions::next_event(get(), &event));
    if (event.kind == 0) return std::nullopt;
    return event;
  }
  /** Bytes for the peer. */
  std::string_view transmit() const noexcept { return view(Functions::transmit(get())); }
  /** The first `count` bytes for the peer were sent. */
  void transmitted(std::size_t count) { check(Functions::transmitted(get(), count)); }
  /** What transmit shows, fit for a log. */
  std::string transmit_log() const {
    mailproto_transmit_log log{};
    check(Functions::transmit_log(get(), &log));
    std::string text(view(log.before));
    if (log.hidden > 0) text += "[secret]";
    return text.append(view(log.after));
  }
  /** The time, in milliseconds. */
  void handle_time(std::uint64_t milliseconds) { check(Functions::handle_time(get(), milliseconds)); }
  /** When to tell the time at the latest. */
  mailproto_timeout next_timeout() const noexcept { return Functions::next_timeout(get()); }
  /** Something is still expected of the peer. */
  bool wants_read() const noexcept { return Functions::wants_read(get()); }
  /** There are bytes for the peer. */
  bool wants_write() const noexcept { return Functions::wants_write(get()); }
  /** Close the socket. */
  bool is_closed() const noexcept { return Functions::is_closed(get()); }
  /** What was tolerated so far. */
  mailproto_anomalies anomalies() const noexcept { return Functions::anomalies(get()); }
  /** TLS has begun. */
  void tls_started() { check(Functions::tls_started(get())); }

 protected:
  endpoint() = default;

  /** Throws what is no success, with the words and the place that the handle remembers. */
  void check(mailproto_status status) const {
    if (status == MAILPROTO_OK) return;
    char words[128];
    std::size_t length = 0;
    Functions::last_message(get(), reinterpret_cast<std::uint8_t *>(words), sizeof words, &length);
    throw error(status, std::string(words, length));
  }

  /** True for success, false for a full buffer; throws anything else. */
  bool unless_full(mailproto_status status) const {
    if (status == MAILPROTO_ERR_FULL) return false;
    check(status);
    return true;
  }

  /** The handle. */
  owned<typename Functions::handle, Functions::free> handle_;
};

}  // namespace detail

/** Whatever a client has to prove who it is. */
class sasl_identity {
 public:
  /** The identity of a user, who has to prove it by what is set. */
  explicit sasl_identity(std::string_view user) {
    mailproto_sasl_identity *made = nullptr;
    check(mailproto_sasl_identity_new(bytes(user), &made));
    handle_.reset(made);
  }
  /** The password. */
  sasl_identity &password(std::string_view password) {
    check(mailproto_sasl_identity_set_password(get(), bytes(password)));
    return *this;
  }
  /** A bearer token. */
  sasl_identity &token(std::string_view token) {
    check(mailproto_sasl_identity_set_token(get(), bytes(token)));
    return *this;
  }
  /** Random bytes, exactly 18, new for every exchange. */
  sasl_identity &random(std::string_view random) {
    check(mailproto_sasl_identity_set_random(get(), bytes(random)));
    return *this;
  }
  /** What the TLS channel is known by. */
  sasl_identity &binding(mailproto_sasl_binding kind, std::string_view data) {
    check(mailproto_sasl_identity_set_binding(get(), kind, bytes(data)));
    return *this;
  }
  /** The best mechanism of those that a server offers. */
  mailproto_sasl_mechanisms choose(mailproto_sasl_mechanisms offered, bool tls,
                                   mailproto_sasl_mechanisms refused = 0) const {
    mailproto_sasl_mechanisms chosen = 0;
    check(mailproto_sasl_choose(get(), offered, refused, tls, &chosen));
    return chosen;
  }
  /** The handle, for the other setters of mailproto.h. */
  mailproto_sasl_identity *get() const noexcept { return handle_.get(); }

 private:
  detail::owned<mailproto_sasl_identity, mailproto_sasl_identity_free> handle_;
};

/** The client's side of an authentication exchange. */
class sasl {
 public:
  /** PLAIN. */
  static sasl plain(std::string_view user, std::string_view password, std::string_view authorization = {}) {
    mailproto_sasl *made = nullptr;
    check(mailproto_sasl_plain_new(bytes(authorization), bytes(user), bytes(password), &made));
    return sasl(made);
  }
  /** LOGIN. */
  static sasl login(std::string_view user, std::string_view password) {
    mailproto_sasl *made = nullptr;
    check(mailproto_sasl_login_new(bytes(user), bytes(password), &made));
    return sasl(made);
  }
  /** By a mechanism with an identity, at a server that offers those. */
  static sasl by(const sasl_identity &identity, mailproto_sasl_mechanisms mechanism,
                 mailproto_sasl_mechanisms offered) {
    mailproto_sasl *made = nullptr;
    check(mailproto_sasl_new(identity.get(), mechanism, offered, &made));
    return sasl(made);
  }
  /** Why it went wrong, as far as the mechanism can tell. */
  mailproto_sasl_reason failure() const noexcept { return mailproto_sasl_failure(get()); }
  /** The JSON by which a server refused a token. */
  std::string_view token_error() const noexcept { return view(mailproto_sasl_token_error(get())); }
  /** The handle. */
  mailproto_sasl *get() const noexcept { return handle_.get(); }

 private:
  explicit sasl(mailproto_sasl *handle) : handle_(handle) {}
  detail::owned<mailproto_sasl, mailproto_sasl_free> handle_;
};

/** The server's side of an exchange by SCRAM or CRAM-MD5. */
class sasl_server {
 public:
  /** An exchange by the mechanism of an event whose `first` is set; `random` is 18 bytes. */
  sasl_server(mailproto_sasl_mechanisms mechanism, std::string_view random, std::string_view name,
              mailproto_sasl_mechanisms offered) {
    mailproto_sasl_server *made = nullptr;
    check(mailproto_sasl_server_new(mechanism, bytes(random), bytes(name), offered, &made));
    handle_.reset(made);
  }
  /** What the TLS channel is known by. */
  sasl_server &binding(mailproto_sasl_binding kind, std::string_view data) {
    check(mailproto_sasl_server_add_binding(get(), kind, bytes(data)));
    return *this;
  }
  /** Takes a response. */
  mailproto_sasl_step respond(std::string_view response) {
    mailproto_sasl_step step = 0;
    check(mailproto_sasl_server_respond(get(), bytes(response), &step));
    return step;
  }
  /** Goes on with the user's password. */
  mailproto_sasl_step password(std::string_view password, std::string_view salt, std::uint32_t iterations) {
    mailproto_sasl_step step = 0;
    check(mailproto_sasl_server_password(get(), bytes(password), bytes(salt), iterations, &step));
    return step;
  }
  /** Goes on with what is kept of the user. */
  mailproto_sasl_step verifier(std::string_view salt, std::uint32_t iterations, std::string_view stored_key,
                               std::string_view server_key) {
    mailproto_sasl_step step = 0;
    check(mailproto_sasl_server_verifier(get(), bytes(salt), iterations, bytes(stored_key), bytes(server_key), &step));
    return step;
  }
  /** Goes on with a user that does not exist. */
  mailproto_sasl_step unknown_user(std::string_view secret, std::uint32_t iterations) {
    mailproto_sasl_step step = 0;
    check(mailproto_sasl_server_unknown_user(get(), bytes(secret), iterations, &step));
    return step;
  }
  /** What to send as a challenge. */
  std::string_view text() const noexcept { return view(mailproto_sasl_server_text(get())); }
  /** Who the client says it is. */
  std::string_view user() const noexcept { return view(mailproto_sasl_server_user(get())); }
  /** Whom it wants to act as. */
  std::string_view authorization() const noexcept { return view(mailproto_sasl_server_authorization(get())); }
  /** Why it failed. */
  mailproto_sasl_reason failure() const noexcept { return mailproto_sasl_server_failure(get()); }
  /** The handle. */
  mailproto_sasl_server *get() const noexcept { return handle_.get(); }

 private:
  detail::owned<mailproto_sasl_server, mailproto_sasl_server_free> handle_;
};

namespace smtp {

/** Something that happened; see its kind. */
using event = mailproto_smtp_event;
using mailproto::sasl;

/** How a client behaves. */
class client_options {
 public:
  /** Every default. */
  client_options() {
    mailproto_smtp_client_options *made = nullptr;
    check(mailproto_smtp_client_options_new(&made));
    handle_.reset(made);
  }
  /** The handle, for the setters of mailproto.h. */
  mailproto_smtp_client_options *get() const noexcept { return handle_.get(); }

 private:
  detail::owned<mailproto_smtp_client_options, mailproto_smtp_client_options_free> handle_;
};

/** The client's side of one connection, verb by verb. Verbs return the number of their command. */
class client : public detail::endpoint<detail::smtp_client_functions> {
 public:
  /** A client with every default. */
  client() { make(nullptr); }
  /** A client with these options. */
  explicit client(const client_options &options) { make(options.get()); }

  /** EHLO, or LHLO. */
  std::uint32_t ehlo(std::string_view name) { return verb(mailproto_smtp_client_ehlo, bytes(name)); }
  /** HELO. */
  std::uint32_t helo(std::string_view name) { return verb(mailproto_smtp_client_helo, bytes(name)); }
  /** STARTTLS. */
  std::uint32_t starttls() { return verb(mailproto_smtp_client_starttls); }
  /** AUTH. */
  std::uint32_t auth(sasl &mechanism) { return verb(mailproto_smtp_client_auth, mechanism.get()); }
  /** Answers a challenge, however long that takes to compute. */
  void auth_respond(sasl &mechanism) { check(mailproto_smtp_client_auth_respond(get(), mechanism.get(), nullptr)); }
  /** Goes a step towards the answer to a challenge; whether that was the last one. */
  bool auth_respond_step(sasl &mechanism) {
    bool done = false;
    check(mailproto_smtp_client_auth_respond(get(), mechanism.get(), &done));
    return done;
  }
  /** Cancels the exchange. */
  void auth_cancel() { check(mailproto_smtp_client_auth_cancel(get())); }
  /** MAIL. */
  std::uint32_t mail(std::string_view sender, const mailproto_smtp_parameter *parameters = nullptr,
                     std::size_t count = 0) {
    return verb(mailproto_smtp_client_mail, bytes(sender), parameters, count);
  }
  /** RCPT. */
  std::uint32_t rcpt(std::string_view recipient, const mailproto_smtp_parameter *parameters = nullptr,
                     std::size_t count = 0) {
    return verb(mailproto_smtp_client_rcpt, bytes(recipient), parameters, count);
  }
  /** DATA. */
  std::uint32_t data() { return verb(mailproto_smtp_client_data); }
  /** BDAT. */
  std::uint32_t bdat(std::uint64_t length, bool last) { return verb(mailproto_smtp_client_bdat, length, last); }
  /** Passes a piece of the message on, and returns how much of it was taken. */
  std::size_t send_data(std::string_view piece) {
    std::size_t taken = 0;
    check(mailproto_smtp_client_send_data(get(), bytes(piece), &taken));
    return taken;
  }
  /** Ends the message; false when there is no room yet. */
  bool finish_data() { return unless_full(mailproto_smtp_client_finish_data(get())); }
  /** RSET. */
  std::uint32_t rset() { return verb(mailproto_smtp_client_rset); }
  /** VRFY. */
  std::uint32_t vrfy(std::string_view text) { return verb(mailproto_smtp_client_vrfy, bytes(text)); }
  /** EXPN. */
  std::uint32_t expn(std::string_view text) { return verb(mailproto_smtp_client_expn, bytes(text)); }
  /** HELP. */
  std::uint32_t help(std::string_view text = {}) { return verb(mailproto_smtp_client_help, bytes(text)); }
  /** NOOP. */
  std::uint32_t noop() { return verb(mailproto_smtp_client_noop); }
  /** QUIT. */
  std::uint32_t quit() { return verb(mailproto_smtp_client_quit); }
  /** Where the conversation stands. */
  mailproto_smtp_state state() const noexcept { return mailproto_smtp_client_state(get()); }
  /** What the server announced last. */
  mailproto_smtp_extensions extensions() const {
    mailproto_smtp_extensions found{};
    found.struct_size = sizeof found;
    check(mailproto_smtp_client_extensions(get(), &found));
    return found;
  }

 private:
  void make(const mailproto_smtp_client_options *options) {
    mailproto_smtp_client *made = nullptr;
    mailproto::check(mailproto_smtp_client_new(options, &made));
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
  /** Options for a server of this name, with every default. */
  explicit server_options(std::string_view name) {
    mailproto_smtp_server_options *made = nullptr;
    check(mailproto_smtp_server_options_new(bytes(name), &made));
    handle_.reset(made);
  }
  /** What EHLO announces. */
  server_options &offer(mailproto_smtp_extension_set extensions) {
    check(mailproto_smtp_server_options_set_offered(get(), extensions));
    return *this;
  }
  /** The handle, for the other setters of mailproto.h. */
  mailproto_smtp_server_options *get() const noexcept { return handle_.get(); }

 private:
  detail::owned<mailproto_smtp_server_options, mailproto_smtp_server_options_free> handle_;
};

/** The server's side of one connection. */
class server : public detail::endpoint<detail::smtp_server_functions> {
 public:
  /** A server on these terms. */
  explicit server(const server_options &options) {
    mailproto_smtp_server *made = nullptr;
    mailproto::check(mailproto_smtp_server_new(options.get(), &made));
    handle_.reset(made);
  }

  /** Says yes to the question that waits; false when there is no room for the reply yet. */
  bool accept() { return unless_full(mailproto_smtp_server_accept(get())); }
  /** The same, with a text of one's own. */
  bool accept_with(std::string_view text) { return unless_full(mailproto_smtp_server_accept_with(get(), bytes(text))); }
  /** Says no. */
  bool reject(std::uint16_t code, std::string_view text, mailproto_smtp_enhanced_code enhanced = {0, 0, 0}) {
    return unless_full(mailproto_smtp_server_reject(get(), code, enhanced, bytes(text)));
  }
  /** Refuses a bearer token and says why. */
  bool reject_token(std::string_view status, std::string_view scope = {}, std::string_view configuration = {}) {
    return unless_full(
        mailproto_smtp_server_reject_token(get(), bytes(status), bytes(scope), bytes(configuration)));
  }
  /** Goes on with an exchange that the program conducts. */
  bool challenge(std::string_view text) { return unless_full(mailproto_smtp_server_challenge(get(), bytes(text))); }
  /** Ends the session as soon as what is in flight is finished. */
  void shut_down() { check(mailproto_smtp_server_shut_down(get())); }
  /** Where the conversation stands. */
  mailproto_smtp_state state() const noexcept { return mailproto_smtp_server_state(get()); }
  /** The client has proved who it is. */
  bool is_authenticated() const noexcept { return mailproto_smtp_server_is_authenticated(get()); }
  /** A question waits. */
  bool awaits_answer() const noexcept { return mailproto_smtp_server_awaits_answer(get()); }
};

/** One message's envelope. */
class envelope {
 public:
  /** An envelope without recipients; an empty sender is for reports. */
  explicit envelope(std::string_view sender) {
    mailproto_smtp_envelope *made = nullptr;
    check(mailproto_smtp_envelope_new(bytes(sender), &made));
    handle_.reset(made);
  }
  /** Adds a recipient. */
  envelope &to(std::string_view address) {
    check(mailproto_smtp_envelope_add_recipient(get(), bytes(address), nullptr));
    return *this;
  }
  /** How large the message is. */
  envelope &size(std::uint64_t size) {
    check(mailproto_smtp_envelope_set_size(get(), size));
    return *this;
  }
  /** What the message is made of. */
  envelope &body(mailproto_smtp_body body) {
    check(mailproto_smtp_envelope_set_body(get(), body));
    return *this;
  }
  /** The handle, for the other setters of mailproto.h. */
  mailproto_smtp_envelope *get() const noexcept { return handle_.get(); }

 private:
  detail::owned<mailproto_smtp_envelope, mailproto_smtp_envelope_free> handle_;
};

/** The terms of a submission. */
class submission_options {
 public:
  /** Terms for a host of this name, with every default. */
  explicit submission_options(std::string_view name) {
    mailproto_smtp_submission_options *made = nullptr;
    check(mailproto_smtp_submission_options_new(bytes(name), &made));
    handle_.reset(made);
  }
  /** Whether TLS is wanted. */
  submission_options &tls(mailproto_tls_policy policy) {
    check(mailproto_smtp_submission_options_set_tls(get(), policy));
    return *this;
  }
  /** Whom to log in as. */
  submission_options &login(std::string_view user, std::string_view password) {
    check(mailproto_smtp_submission_options_set_login(get(), bytes(user), bytes(password)));
    return *this;
  }
  /** Whom to log in as, by the best mechanism. */
  submission_options &identity(const sasl_identity &identity) {
    check(mailproto_smtp_submission_options_set_identity(get(), identity.get()));
    return *this;
  }
  /** The handle, for the other setters of mailproto.h. */
  mailproto_smtp_submission_options *get() const noexcept { return handle_.get(); }

 private:
  detail::owned<mailproto_smtp_submission_options, mailproto_smtp_submission_options_free> handle_;
};

/** A whole delivery as one task. */
class submission : public detail::endpoint<detail::smtp_submission_functions> {
 public:
  /** A submission on these terms. */
  explicit submission(const submission_options &options) {
    mailproto_smtp_submission *made = nullptr;
    mailproto::check(mailproto_smtp_submission_new(options.get(), &made));
    handle_.reset(made);
  }

  /** Adds a message, and returns its number. */
  std::uint32_t submit(const envelope &message) {
    std::uint32_t number = 0;
    check(mailproto_smtp_submission_submit(get(), message.get(), &number));
    return number;
  }
  /** Passes a piece of the message that is wanted, and returns how much of it was taken. */
  std::size_t send_data(std::string_view piece) {
    std::size_t taken = 0;
    check(mailproto_smtp_submission_send_data(get(), bytes(piece), &taken));
    return taken;
  }
  /** Ends the message; false when there is no room yet. */
  bool finish_data() { return unless_full(mailproto_smtp_submission_finish_data(get())); }
  /** Says QUIT when every message is done. */
  void finish() { check(mailproto_smtp_submission_finish(get())); }
};

}  // namespace smtp

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

#endif  // MAILPROTO_HPP
