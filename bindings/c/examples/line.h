/* One connection of an example: a non-blocking socket, with or without TLS by OpenSSL. */
#ifndef LINE_H
#define LINE_H

#include <openssl/ssl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct line {
  int socket;
  SSL *tls;     /* NULL in plain text */
  short events; /* what poll() is to wait for */
};

/* What line_receive and line_send return when no byte has moved. */
enum { LINE_ENDED = 0, LINE_WAIT = -1, LINE_BROKEN = -2 };

/* Connects; says on stderr why not. */
bool line_connect(struct line *line, const char *host, const char *port);

/* Puts TLS onto the line. The handshake runs as part of the first bytes. A client names the host whose
   certificate it wants; a server passes NULL. */
bool line_start_tls(struct line *line, SSL_CTX *context, const char *host);

/* What the result of an SSL call means: LINE_..., or that it worked. Says on stderr what is wrong. */
ssize_t line_tls_result(struct line *line, int result);

/* Moves bytes if that can be done at once; returns how many, or LINE_... */
ssize_t line_receive(struct line *line, void *space, size_t room);
ssize_t line_send(struct line *line, const void *bytes, size_t length);

/* Sleeps until something can be moved, or the clock says `until`. */
void line_wait(struct line *line, uint64_t until);

/* Says goodbye and closes. */
void line_close(struct line *line);

/* Milliseconds for poll() from now until the clock says `until`; -1 for ever. */
int line_patience(uint64_t until);

/* Milliseconds of a clock that never runs backwards. */
uint64_t line_now(void);

/* Makes a socket non-blocking, and no signal of a broken pipe. */
bool line_prepare(int socket);

#endif
