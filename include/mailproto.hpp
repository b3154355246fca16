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
#define MAILPROTO_FUNCTIONS(name)                                               \
  struct name##_functions {                                                     \
    using handle = mailproto_smtp_##name;                                       \
    static constexpr auto free = mailproto_smtp_##name##_free;                  \
    static constexpr auto receive_space = mailproto_smtp_##name##_receive_space; \
    static constexpr auto received = mailproto_smtp_##name##_received;          \
    static constexpr auto receive = mailproto_smtp_##name##_receive;            \
    static constexpr auto receive_eof = mailproto_smtp_##name##_receive_eof;    \
    static constexpr auto next_event = mailproto_smtp_##name##_next_event;      \
    static constexpr auto transmit = mailproto_smtp_##name##_transmit;          \
    static constexpr auto transmitted = mailproto_smtp_##name##_transmitted;    \
    static constexpr auto transmit_log = mailproto_smtp_##name##_transmit_log;  \
    static constexpr auto handle_time = mailproto_smtp_##name##_handle_time;    \
    static constexpr auto next_timeout = mailproto_smtp_##name##_next_timeout;  \
    static constexpr auto wants_read = mailproto_smtp_##name##_wants_read;      \
    static constexpr auto wants_write = mailproto_smtp_##name##_wants_write;    \
    static constexpr auto is_closed = mailproto_smtp_##name##_is_closed;        \
    static constexpr auto last_message = mailproto_smtp_##name##_last_error_message; \
    static constexpr auto anomalies = mailproto_smtp_##name##_anomalies;        \
    static constexpr auto tls_started = mailproto_smtp_##name##_tls_started;    \
  };
MAILPROTO_FUNCTIONS(client)
MAILPROTO_FUNCTIONS(server)
MAILPROTO_FUNCTIONS(submission)
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
  std::optional<mailproto_smtp_event> next_event() {
    mailproto_smtp_event event{};
    event.struct_size = sizeof event;
    check(Functions::next_event(get(), &event));
    if (event.kind == MAILPROTO_SMTP_EVENT_NONE) return std::nullopt;
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

namespace smtp {

/** Something that happened; see its kind. */
using event = mailproto_smtp_event;

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
  /** The handle. */
  mailproto_sasl *get() const noexcept { return handle_.get(); }

 private:
  explicit sasl(mailproto_sasl *handle) : handle_(handle) {}
  detail::owned<mailproto_sasl, mailproto_sasl_free> handle_;
};

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
class client : public detail::endpoint<detail::client_functions> {
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
  /** Answers a challenge. */
  void auth_respond(sasl &mechanism) { check(mailproto_smtp_client_auth_respond(get(), mechanism.get())); }
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
class server : public detail::endpoint<detail::server_functions> {
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
  submission_options &tls(mailproto_smtp_tls_policy policy) {
    check(mailproto_smtp_submission_options_set_tls(get(), policy));
    return *this;
  }
  /** Whom to log in as. */
  submission_options &login(std::string_view user, std::string_view password) {
    check(mailproto_smtp_submission_options_set_login(get(), bytes(user), bytes(password)));
    return *this;
  }
  /** The handle, for the other setters of mailproto.h. */
  mailproto_smtp_submission_options *get() const noexcept { return handle_.get(); }

 private:
  detail::owned<mailproto_smtp_submission_options, mailproto_smtp_submission_options_free> handle_;
};

/** A whole delivery as one task. */
class submission : public detail::endpoint<detail::submission_functions> {
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
}  // namespace mailproto

#endif  // MAILPROTO_HPP
