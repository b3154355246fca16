// Fetches every message of a maildrop and deletes none: node fetch.mjs pop3://USER:PASSWORD@HOST[:PORT] FOLDER;
// pop3s:// for TLS from the first byte. Each message becomes a file, NUMBER.eml.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchMail, init } from 'mailproto';
import { connect } from 'mailproto/node';

const [url, folder] = process.argv.slice(2);
const { protocol, hostname: host, port, username, password } = new URL(url ?? 'none:');
if (!folder || !username || !/^pop3s?:$/.test(protocol)) {
  console.error('usage: node fetch.mjs pop3[s]://USER:PASSWORD@HOST[:PORT] FOLDER');
  process.exit(2);
}
const implicitTls = protocol === 'pop3s:';
// A password is not for everybody to read on the way; to this machine itself there is no way.
const mayBePlain = ['127.0.0.1', '[::1]'].includes(host);

await init();
const mail = fetchMail({
  connect: () => connect({ host: host.replace(/^\[|\]$/g, ''), port: port || (implicitTls ? 995 : 110), implicitTls }),
  auth: { user: decodeURIComponent(username), password: decodeURIComponent(password), allowWithoutTls: mayBePlain },
  tls: mayBePlain ? 'opportunistic' : 'starttls',
  retention: 'keep',
});
try {
  for await (const message of mail) {
    await writeFile(join(folder, `${message.number}.eml`), message.body);
    await message.accept();
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
