// sendMail, against npm's smtp-server and against servers that misbehave.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { before, test } from 'node:test';
import { init, sendMail } from 'mailproto';
import { connect } from 'mailproto/node';
import { certificate, ours, theirs } from './support/servers.js';

before(() => init());

const MESSAGE = 'From: a@client.example\r\nSubject: hello\r\n\r\n.dots\r\nand text\r\n';
const ENVELOPE = { from: 'a@client.example', to: 'b@example.org', data: MESSAGE };
const to = (port, more = {}) => ({ connect: () => connect({ host: '127.0.0.1', port, tls: { ca: certificate().cert }, ...more }) });
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** A server that says these lines, one at each command, and then does as told. */
async function scripted(context, lines, then = (socket) => socket.destroy()) {
  const server = net.createServer((socket) => {
    const rest = [...lines];
    socket.on('error', () => {});
    socket.write(rest.shift());
    socket.on('data', () => {
      if (rest.length > 0) socket.write(rest.shift());
      else then(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  return server.address().port;
}

test('a message is sent under STARTTLS with a login, and arrives byte for byte', async (t) => {
  const { port, messages } = await theirs(t);
  const result = await sendMail({ ...ENVELOPE, ...to(port), auth: { user: 'tim', password: 'tanstaaf' } });
  assert.deepEqual(result.accepted, ['b@example.org']);
  assert.deepEqual([result.refused, result.unknown, result.failure], [[], [], null]);
  assert.equal(result.queuedAs, '4aBc');
  assert.equal(result.reply.code, 250);
  for (const used of ['STARTTLS', 'AUTH', 'PIPELINING']) assert.ok(result.extensionsUsed.includes(used), used);
  assert.equal(messages.length, 1);
  assert.equal(messages[0].data.toString(), MESSAGE);
  assert.deepEqual([messages[0].user, messages[0].secure], ['tim', true]);
});

test('implicit TLS is checked by the name of the host', async (t) => {
  const { port, messages } = await theirs(t, { secure: true });
  const options = { ...ENVELOPE, tls: 'implicit' };
  await sendMail({ ...options, ...to(port, { host: 'localhost', implicitTls: true }) });
  assert.equal(messages.length, 1);
  await assert.rejects(connect({ host: 'localhost', port, implicitTls: true }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
});

test('recipients that are refused are told of, for good or for now, and the others get the message', async (t) => {
  const { port, messages } = await theirs(t);
  const recipients = ['nobody@example.org', 'b@example.org', { address: 'later@example.org' }, 'not an address'];
  const result = await sendMail({ ...ENVELOPE, ...to(port), to: recipients });
  assert.deepEqual(result.accepted, ['b@example.org']);
  const refused = Object.fromEntries(result.refused.map(({ address, ...rest }) => [address, rest]));
  assert.deepEqual(refused['nobody@example.org'], { code: 550, enhanced: '5.1.1', text: 'no such user', permanent: true, reason: null });
  assert.deepEqual(refused['later@example.org'], { code: 450, enhanced: '4.2.1', text: 'come back', permanent: false, reason: null });
  assert.deepEqual(
    refused['not an address'],
    { code: null, enhanced: null, text: 'the address breaks the grammar', permanent: true, reason: 'badAddress' },
  );
  assert.deepEqual(messages[0].envelope.rcptTo.map(({ address }) => address), ['b@example.org']);
});

test('when nobody accepts the message the promise is rejected, with the result', async (t) => {
  const { port } = await theirs(t);
  await assert.rejects(sendMail({ ...ENVELOPE, ...to(port), to: 'nobody@example.org' }), (error) => {
    assert.equal(error.name, 'SendError');
    assert.match(error.message, /550 5\.1\.1 no such user/);
    assert.equal(error.result.refused[0].code, 550);
    return true;
  });
});

test('a wrong password is a refusal of the login, and nothing is sent', async (t) => {
  const { port, messages } = await theirs(t);
  const auth = { user: 'tim', password: 'wrong' };
  await assert.rejects(sendMail({ ...ENVELOPE, ...to(port), auth }), ({ result }) => {
    assert.equal(result.failure.reason, 'loginRefused');
    assert.equal(result.failure.reply.code, 535);
    return true;
  });
  assert.equal(messages.length, 0);
});

test('a password does not cross the line in plain text', async (t) => {
  const { port, messages } = await theirs(t, { hideSTARTTLS: true });
  const options = { ...ENVELOPE, ...to(port), auth: { user: 'tim', password: 'tanstaaf' } };
  await assert.rejects(sendMail(options), ({ result }) => result.failure.reason === 'tlsNotOffered');
  await assert.rejects(sendMail({ ...options, tls: 'opportunistic' }), ({ result }) => result.failure.reason === 'loginNotOffered');
  assert.equal(messages.length, 0);
});

test('20 MiB arrive byte for byte from bytes, from a stream and from an iterable', async (t) => {
  const { port, messages } = await theirs(t, { size: 64 << 20 });
  const head = Buffer.from('Subject: large\r\n\r\n');
  const line = Buffer.from(`${randomBytes(57).toString('base64')}\r\n`);
  const body = Buffer.concat([head, ...Array(Math.ceil((20 << 20) / line.length)).fill(line)]);
  function* pieces() {
    for (let at = 0; at < body.length; at += 99_991) yield body.subarray(at, at + 99_991);
  }
  const forms = [body, new Blob([body]), ReadableStream.from(pieces()), pieces()];
  for (const data of forms) {
    const result = await sendMail({ ...ENVELOPE, ...to(port), data });
    assert.deepEqual(result.accepted, ['b@example.org']);
    assert.equal(digest(messages.pop().data), digest(body));
  }
});

test('CHUNKING carries a message that lines cannot', async (t) => {
  const { port, messages } = await ours(t);
  const data = Buffer.concat([Buffer.from('Subject: binary\r\n\r\n'), randomBytes(300_000)]);
  const result = await sendMail({ ...ENVELOPE, ...to(port), data, body: 'binarymime' });
  assert.ok(result.extensionsUsed.includes('CHUNKING') && result.extensionsUsed.includes('BINARYMIME'));
  assert.equal(digest(messages[0].data), digest(data));
});

test('what a message needs is found in it, and a server without it is not troubled', async (t) => {
  const port = await scripted(t, ['220 mx\r\n', '250 mx\r\n', '221 bye\r\n']);
  const data = 'Subject: gr\u00fcn\n\nhello\n';
  await assert.rejects(sendMail({ ...ENVELOPE, ...to(port), data }), ({ result: { refused } }) => {
    assert.equal(refused[0].reason, 'needsExtension');
    assert.match(refused[0].text, /8BITMIME, SMTPUTF8/);
    return true;
  });
});

test('line ends become CR LF and a cut last line is finished', async (t) => {
  const { port, messages } = await theirs(t);
  await sendMail({ ...ENVELOPE, ...to(port), data: 'Subject: x\n\none\ntwo' });
  assert.equal(messages[0].data.toString(), 'Subject: x\r\n\r\none\r\ntwo\r\n');
});

test('a line that breaks before the verdict leaves the recipients unknown', async (t) => {
  const port = await scripted(t, ['220 mx\r\n', '250 mx\r\n', '250 ok\r\n', '250 ok\r\n', '354 go\r\n'], (socket) => {
    setTimeout(() => socket.destroy(), 50);
  });
  await assert.rejects(sendMail({ ...ENVELOPE, ...to(port) }), ({ result }) => {
    assert.deepEqual([result.accepted, result.refused, result.unknown], [[], [], ['b@example.org']]);
    return true;
  });
});

test('a line that breaks earlier means: try again later', async (t) => {
  const port = await scripted(t, ['220 mx\r\n', '250 mx\r\n', '250 ok\r\n']);
  await assert.rejects(sendMail({ ...ENVELOPE, ...to(port) }), ({ cause, result }) => {
    assert.equal(cause.kind, 'closed');
    assert.deepEqual(result.refused.map(({ permanent, reason }) => [permanent, reason]), [[false, 'connectionLost']]);
    return true;
  });
});

test('a server that hangs is left when the signal says so', async (t) => {
  const port = await scripted(t, ['220 mx\r\n'], () => {});
  await assert.rejects(sendMail({ ...ENVELOPE, ...to(port), signal: AbortSignal.timeout(100) }), ({ name, result }) => {
    assert.equal(name, 'TimeoutError');
    assert.equal(result.refused[0].permanent, false);
    return true;
  });
  const gone = new AbortController();
  gone.abort();
  await assert.rejects(sendMail({ ...ENVELOPE, ...to(port), signal: gone.signal }), { name: 'AbortError' });
});

test('aborting in the middle of a message does not deliver half of it', async (t) => {
  const { port, messages, sessions } = await ours(t);
  const stop = new AbortController();
  async function* endless() {
    yield 'Subject: x\r\n\r\n';
    for (let count = 0; ; count += 1) {
      yield 'line\r\n'.repeat(10_000);
      if (count === 5) stop.abort(new Error('enough'));
    }
  }
  await assert.rejects(sendMail({ ...ENVELOPE, ...to(port), data: endless(), signal: stop.signal }), ({ cause }) => cause.message === 'enough');
  await Promise.all(sessions);
  assert.equal(messages.length, 0);
});

test('message data that fails on its way does not deliver half of it', async (t) => {
  const { port, messages, sessions } = await ours(t);
  async function* failing() {
    yield MESSAGE;
    throw new Error('the disk is gone');
  }
  await assert.rejects(sendMail({ ...ENVELOPE, ...to(port), data: failing() }), ({ cause, result }) => {
    assert.equal(cause.message, 'the disk is gone');
    return result.accepted.length === 0;
  });
  await Promise.all(sessions);
  assert.equal(messages.length, 0);
});

test('a server that refuses the message while it comes is heard', async (t) => {
  const { port } = await ours(t, {}, { limits: { message: 100_000 } });
  const data = ReadableStream.from([Buffer.from('Subject: x\r\n\r\n'), Buffer.alloc(3_000_000, 'line\r\n')]);
  await assert.rejects(sendMail({ ...ENVELOPE, ...to(port), data }), ({ result }) => result.refused[0].code === 552);
});

test('plain text that a server slips in behind STARTTLS ends the delivery', async (t) => {
  const port = await scripted(t, ['220 mx\r\n', '250-mx\r\n250 STARTTLS\r\n', '220 go\r\n250 injected\r\n']);
  await assert.rejects(sendMail({ ...ENVELOPE, ...to(port) }), ({ cause }) => cause.reason === 'startTlsInjection');
});
