/**
 * @file mailproto/endpoint.hpp
 * What all endpoints of mailproto.hpp share: errors, owned handles, and the loop's own calls.
 */
#ifndef MAILPROTO_ENDPOINT_HPP
#define MAILPROTO_ENDPOINT_HPP

#include "../mailproto.h"

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

}  // namespace mailproto

#endif  // MAILPROTO_ENDPOINT_HPP
