/* mailproto beside another Rust library in one program. */
#include "check.h"

int other_rust_works(void);

int main(void) {
  mailproto_smtp_client *client;
  CHECK_OK(mailproto_smtp_client_new(NULL, &client));
  CHECK(other_rust_works() == 42);
  CHECK_OK(mailproto_smtp_client_ehlo(client, mailproto_text("host.example"), NULL));
  mailproto_smtp_client_free(client);
  puts("two Rust libraries live in one program");
  return 0;
}
