/**
 * @file mailproto/sasl.hpp
 * Who a client is, and the exchanges of SASL that a program conducts by itself. Included by mailproto.hpp.
 */
#ifndef MAILPROTO_SASL_HPP
#define MAILPROTO_SASL_HPP

#include "endpoint.hpp"

namespace mailproto {

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

}  // namespace mailproto

#endif  // MAILPROTO_SASL_HPP
