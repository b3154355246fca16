/* Sockets and TLS for the examples. Nothing here knows about mail. */
#define _POSIX_C_SOURCE 200809L
#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

bool line_connect(struct line *line, const char *host, const char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *addresses = NULL;
  int problem = getaddrinfo(host, port, &hints, &addresses);
  if (problem != 0) {
    fprintf(stderr, "%s: %s\n", host, gai_strerror(problem));
    return false;
  }
  line->socket = -1;
  for (struct addrinfo *each = addresses; each != NULL && line->socket < 0; each = each->ai_next) {
    int tried = socket(each->ai_family, each->ai_socktype, each->ai_protocol);
    if (tried >= 0 && connect(tried, each->ai_addr, each->ai_addrlen) == 0 && line_prepare(tried))
      line->socket = tried;
    else if (tried >= 0)
      close(tried);
  }
  freeaddrinfo(addresses);
  if (line->socket < 0) fprintf(stderr, "%s:%s: %s\n", host, port, strerror(errno));
  return line->socket >= 0;
}

bool line_prepare(int socket) {
  signal(SIGPIPE, SIG_IGN);
  return fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK) == 0;
}

bool line_start_tls(struct line *line, SSL_CTX *context, const char *host) {
  line->tls = SSL_new(context);
  if (line->tls == NULL || SSL_set_fd(line->tls, line->socket) != 1) return false;
  /* What is to be sent may have moved when a write is tried again. */
  SSL_set_mode(line->tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (host == NULL) {
    SSL_set_accept_state(line->tls);
    return true;
  }
  SSL_set_connect_state(line->tls);
  /* An address must be named in the certificate as one; only names are sent along (RFC 6066). */
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(line->tls), host) == 1) return true;
  return SSL_set1_host(line->tls, host) == 1 && SSL_set_tlsext_host_name(line->tls, host) == 1;
}

ssize_t line_tls_result(struct line *line, int result) {
  if (result > 0) return result;
  switch (SSL_get_error(line->tls, result)) {
    case SSL_ERROR_WANT_READ:
      line->events |= POLLIN;
      return LINE_WAIT;
    case SSL_ERROR_WANT_WRITE:
      line->events |= POLLOUT;
      return LINE_WAIT;
    case SSL_ERROR_ZERO_RETURN:
      return LINE_ENDED;
    default:
      if (SSL_get_verify_result(line->tls) != X509_V_OK)
        fprintf(stderr, "TLS: the certificate: %s\n",
                X509_verify_cert_error_string(SSL_get_verify_result(line->tls)));
      else if (ERR_peek_error() != 0)
        fprintf(stderr, "TLS: %s\n", ERR_reason_error_string(ERR_peek_error()));
      ERR_clear_error();
      return LINE_BROKEN;
  }
}

static ssize_t plain_result(struct line *line, ssize_t result, short event) {
  if (result >= 0) return result;
  if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return LINE_BROKEN;
  line->events |= event;
  return LINE_WAIT;
}

ssize_t line_receive(struct line *line, void *space, size_t room) {
  if (room > INT_MAX) room = INT_MAX;
  if (line->tls != NULL) return line_tls_result(line, SSL_read(line->tls, space, (int)room));
  return plain_result(line, recv(line->socket, space, room, 0), POLLIN);
}

ssize_t line_send(struct line *line, const void *bytes, size_t length) {
  if (length > INT_MAX) length = INT_MAX;
  if (line->tls != NULL) return line_tls_result(line, SSL_write(line->tls, bytes, (int)length));
  return plain_result(line, send(line->socket, bytes, length, 0), POLLOUT);
}

void line_wait(struct line *line, uint64_t until) {
  struct pollfd waited = {.fd = line->socket, .events = line->events};
  poll(&waited, 1, line_patience(until));
  line->events = 0;
}

int line_patience(uint64_t until) {
  uint64_t now = line_now();
  if (until == UINT64_MAX) return -1;
  if (until <= now) return 0;
  return until - now < INT_MAX ? (int)(until - now) : INT_MAX;
}

uint64_t line_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void line_close(struct line *line) {
  if (line->tls != NULL) {
    SSL_shutdown(line->tls);
    ERR_clear_error();
    SSL_free(line->tls);
  }
  if (line->socket >= 0) close(line->socket);
  line->tls = NULL;
  line->socket = -1;
}
