/**
 * @file mailproto/smtp.hpp
 * SMTP and LMTP: client, server and submission. Included by mailproto.hpp.
 */
#ifndef MAILPROTO_SMTP_HPP
#define MAILPROTO_SMTP_HPP

#include "sasl.hpp"

namespace mailproto {

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

}  // namespace mailproto

#endif  // MAILPROTO_SMTP_HPP
