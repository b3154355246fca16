/* Uses an installed mailproto. */
#include <mailproto.h>
#include <stdio.h>

int main(void) {
  mailproto_smtp_client *client;
  if (mailproto_abi_version() != MAILPROTO_ABI_VERSION) return 1;
  if (mailproto_smtp_client_new(NULL, &client) != MAILPROTO_OK) return 1;
  mailproto_smtp_client_free(client);
  printf("mailproto %s\n", mailproto_version());
  return 0;
}
