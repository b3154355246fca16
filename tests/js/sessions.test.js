// Sessions without sockets: the state machines as JavaScript sees them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { before, test } from 'node:test';
import { init, MailprotoError, SmtpClient, SmtpServer, SmtpSubmission } from 'mailproto';
import { converse } from './support/pipe.js';

before(() => init());

const MESSAGE = Buffer.from('Subject: dots\r\n\r\n.one\r\n..two\r\nthree\r\n');

/** A whole delivery at `size` bytes a time: what both sides heard, and the message. */
function deliver(size) {
  const client = new SmtpClient();
  const server = new SmtpServer({ name: 'mx.example.org' });
  const pieces = [];
  const heard = [];
  client.ehlo('client.example');
  converse(client, server, {
    size,
    hearClient(event) {
      heard.push(event);
      if (event.verb === 'EHLO') {
        client.mail('a@client.example');
        client.rcpt('b@example.org');
        client.rcpt('nobody@example.org');
        client.data();
      } else if (event.type === 'dataReady') {
        assert.equal(client.sendData(MESSAGE), MESSAGE.length);
        client.finishData();
      } else if (event.verb === 'end of data') {
        client.quit();
      }
    },
    hearServer(event) {
      if (event.type === 'data') pieces.push(event.data);
      else if (event.type === 'rcpt' && event.localPart === 'nobody') server.reject(550, 'no such user', '5.1.1');
      else if (event.question) server.accept();
    },
  });
  const over = client.isClosed() && server.isClosed();
  client.free();
  server.free();
  return { heard, message: Buffer.concat(pieces), over };
}

test('a client delivers to a server in memory, and what arrives is what was sent', () => {
  const { heard, message, over } = deliver(Infinity);
  assert.ok(over);
  assert.deepEqual(message, MESSAGE);
  const refusal = heard.find(({ reply }) => reply.code === 550);
  assert.deepEqual(refusal.reply, { code: 550, enhanced: '5.1.1', text: 'no such user' });
  assert.equal(refusal.verb, 'RCPT');
});

test('any size of pieces gives the same events and the same message', () => {
  const whole = deliver(Infinity);
  for (const size of [1, 2, 3, 7, 64]) assert.deepEqual(deliver(size), whole, `${size} bytes a time`);
});

test('every parameter that a client says arrives at the server as it was said', () => {
  const ofMail = {
    size: 123_456, body: '8bitmime', smtpUtf8: true, ret: 'headers', envelopeId: 'a=b c',
    deliverBy: { seconds: -5, mode: 'notify', trace: true }, priority: -9, holdFor: 3_600,
    auth: 'tim@example.org', other: {},
  };
  const ofRcpt = {
    notify: { success: true, failure: false, delay: true }, original: { type: 'rfc822', address: 'first@named.example' },
    rrvs: { since: '2014-04-03T23:01:00Z', action: 'reject' }, other: {},
  };
  const client = new SmtpClient();
  const server = new SmtpServer({
    name: 'mx.example.org', authWithoutTls: true, offer: ['DSN', 'DELIVERBY', 'MT-PRIORITY', 'FUTURERELEASE', 'RRVS', 'AUTH'],
  });
  const heard = {};
  client.ehlo('client.example');
  converse(client, server, {
    hearClient(event) {
      if (event.verb !== 'EHLO') return;
      client.mail('tim@example.org', ofMail);
      client.rcpt('kurt@example.org', ofRcpt);
    },
    hearServer(event) {
      heard[event.type] = event;
      server.accept();
    },
  });
  assert.deepEqual(heard.mail.parameters, ofMail);
  assert.deepEqual(heard.rcpt.parameters, ofRcpt);
});

test('what a server announces is told by name and number', () => {
  const client = new SmtpClient();
  client.ehlo('client.example');
  client.receive(Buffer.from('220 mx\r\n250-mx\r\n250-SIZE 1000\r\n250-AUTH=LOGIN PLAIN\r\n250-X-NEW\r\n250 LIMITS RCPTMAX=7\r\n'));
  while (client.nextEvent());
  const { keywords, mechanisms, size, rcptMax, mailMax } = client.extensions();
  assert.deepEqual(keywords, ['SIZE', 'AUTH', 'LIMITS']);
  assert.deepEqual(mechanisms, ['LOGIN', 'PLAIN']);
  assert.deepEqual([size, rcptMax, mailMax], [1000, 7, null]);
  assert.deepEqual(client.anomalies(), ['auth_equals']);
});

test('both built-in logins and a mechanism of the host end at the server', () => {
  const login = (start) => {
    const client = new SmtpClient();
    const server = new SmtpServer({ name: 'mx.example.org', offer: ['AUTH'], authWithoutTls: true });
    let credentials;
    let log = '';
    client.ehlo('client.example');
    converse(client, server, {
      hearClient(event) {
        if (event.verb === 'EHLO') start(client);
        if (event.type === 'challenge') {
          client.authRespond();
        }
        log += client.transmitLog();
      },
      hearServer(event) {
        if (event.type === 'auth') credentials = event;
        if (event.question) server.accept();
      },
    });
    assert.ok(server.isAuthenticated());
    assert.ok(!log.includes('c2VjcmV0') && log.includes('[secret]'), 'secrets are not shown');
    return credentials;
  };
  for (const mechanism of ['PLAIN', 'LOGIN']) {
    const { user, password, mechanism: used } = login((client) => client.auth(mechanism, { user: 'tim', password: 'secret' }));
    assert.deepEqual([user, password, used], ['tim', 'secret', mechanism]);
  }
  const { user, authorization } = login((client) => client.auth('PLAIN', Buffer.from('kurt\0tim\0secret')));
  assert.deepEqual([user, authorization], ['tim', 'kurt']);
});

test('a host conducts CRAM-MD5, with the challenge and the response as plain bytes', () => {
  // The example of RFC 2195 §2.
  const challenge = '<1896.697170952@postoffice.reston.mci.net>';
  const digest = createHmac('md5', 'tanstaaftanstaaf').update(challenge).digest('hex');
  const server = new SmtpServer({
    name: 'mx.example.org', offer: ['AUTH'], mechanisms: ['CRAM-MD5'], authWithoutTls: true,
  });
  const told = [];
  const wire = Buffer.from(`EHLO c.example\r\nAUTH CRAM-MD5\r\n${btoa(`tim ${digest}`)}\r\n`);
  let said = '';
  for (let taken = 0; ; ) {
    for (let event; (event = server.nextEvent()); ) {
      if (event.type !== 'authResponse') {
        if (event.question) server.accept();
        continue;
      }
      told.push([event.mechanism, event.first, event.response && Buffer.from(event.response).toString()]);
      if (event.first) server.challenge(Buffer.from(challenge));
      else server.accept();
    }
    said += Buffer.from(server.transmit()).toString();
    server.transmitted(server.transmit().length);
    if (taken === wire.length) break;
    taken += server.receive(wire.subarray(taken));
  }
  assert.deepEqual(told, [['CRAM-MD5', true, null], ['CRAM-MD5', false, `tim ${digest}`]]);
  assert.ok(said.includes(`334 ${btoa(challenge)}\r\n`));
  assert.ok(server.isAuthenticated());
  assert.throws(() => server.challenge(Buffer.from('x')), { kind: 'misuse', reason: 'outOfOrder' });
});

test('nothing that a host passes can inject a command', () => {
  const attacks = ['a@b.example>\r\nRCPT TO:<x@y.example', 'a@b.example\n', 'a@b\0.example', '\r'];
  const refused = (work) =>
    assert.throws(work, (error) => error instanceof MailprotoError && error.kind === 'misuse' && error.reason !== 'closed');
  const client = new SmtpClient();
  client.ehlo('client.example');
  client.receive(Buffer.from('220 mx\r\n250-mx\r\n250-DSN\r\n250-XCLIENT NAME\r\n250 AUTH PLAIN\r\n'));
  while (client.nextEvent());
  client.takeOutput();
  for (const attack of attacks) {
    refused(() => client.mail(attack));
    refused(() => client.mail('a@b.example', { other: { X: attack } }));
    refused(() => client.mail('a@b.example', { holdUntil: attack }));
    refused(() => client.vrfy(attack));
    refused(() => client.help(attack));
    refused(() => client.auth(attack));
    refused(() => client.xclient({ [attack]: 'x' }));
    refused(() => new SmtpServer({ name: attack }));
    refused(() => new SmtpSubmission({ name: attack }));
    const submission = new SmtpSubmission({ name: 'client.example' });
    refused(() => submission.submit({ sender: attack, recipients: ['b@example.org'] }));
    refused(() => submission.submit({ sender: 'a@b.example', recipients: [attack] }));
    refused(() => submission.submit({ sender: 'a@b.example', recipients: ['b@example.org'], envelopeId: attack }));
    submission.free();
  }
  // What xtext can say is said so, and says only itself.
  client.mail('a@b.example', { envelopeId: 'x\r\nRCPT TO:<y@z.example>' });
  assert.equal(client.transmitLog().trimEnd().split('\r\n').length, 1);
});

test('only a dot on a line of its own ends a message', () => {
  for (const end of ['\n.\n', '\r.\r', '\n.\r\n', '\r\n.\n', '\r\n.\r']) {
    const server = new SmtpServer({ name: 'mx.example.org' });
    const wire = `EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@example.org>\r\nDATA\r\nx${end}MAIL FROM:<smuggled@b.example>\r\n`;
    const senders = [];
    let rest = Buffer.from(wire);
    for (;;) {
      const event = server.nextEvent();
      if (event?.type === 'mail') senders.push(event.address);
      if (event?.question) server.accept();
      server.takeOutput();
      const taken = server.receive(rest);
      rest = rest.subarray(taken);
      if (!event && taken === 0) break;
    }
    assert.deepEqual(senders, ['a@b.example'], JSON.stringify(end));
    server.free();
  }
});

test('a message far larger than any buffer passes in both directions', () => {
  const client = new SmtpClient();
  const server = new SmtpServer({ name: 'mx.example.org' });
  const line = Buffer.from(`${'.'.repeat(70)}\r\n`);
  const piece = Buffer.concat(Array(10_000).fill(line));
  let rest = Buffer.alloc(0);
  let wanted = 12;
  let arrived = 0;
  client.ehlo('client.example');
  const pump = () => {
    while (wanted >= 0) {
      if (rest.length === 0) {
        if (wanted-- === 0) return client.finishData();
        rest = piece;
      }
      const taken = client.sendData(rest);
      rest = rest.subarray(taken);
      if (rest.length > 0) return undefined;
    }
    return undefined;
  };
  let sending = false;
  const hear = {
    hearClient(event) {
      if (event.verb === 'EHLO') {
        client.mail('a@client.example');
        client.rcpt('b@example.org');
        client.data();
      }
      sending ||= event.type === 'dataReady';
      if (event.verb === 'end of data') sending = false;
    },
    hearServer(event) {
      if (event.type === 'data') arrived += event.data.length;
      if (event.question) server.accept();
    },
  };
  do {
    converse(client, server, hear);
    if (sending && wanted >= 0) pump();
  } while (sending);
  assert.equal(arrived, 12 * piece.length);
});

test('misuse, broken rules and ended connections are told apart', () => {
  const client = new SmtpClient();
  assert.throws(() => client.data(), { name: 'MailprotoError', kind: 'misuse', reason: 'outOfOrder' });
  assert.throws(() => client.mail('a@b..example'), { kind: 'misuse' });
  assert.throws(() => client.mail(5), { kind: 'misuse', reason: 'argument', argument: 'sender' });
  assert.throws(() => new SmtpClient({ limits: { reply: -1 } }), { reason: 'argument', argument: 'reply' });
  assert.throws(() => new SmtpClient({ leniency: ['no such thing'] }), { reason: 'argument', argument: 'leniency' });
  assert.throws(() => new SmtpServer({ name: 'mx', offer: ['NOTHING'] }), { reason: 'argument', argument: 'offer' });
  client.receive(Buffer.from('220 mx\r\nwhat?\r\n'));
  assert.equal(client.nextEvent().type, 'greeting');
  for (let times = 0; times < 2; times += 1) {
    assert.throws(() => client.nextEvent(), { kind: 'protocol', offset: 8 });
  }
  const other = new SmtpClient();
  other.receiveEof();
  assert.throws(() => other.nextEvent(), { kind: 'closed', reason: 'endOfInput' });
});

test('silence becomes a timeout on the host\'s own clock', () => {
  const client = new SmtpClient({ timeouts: { greeting: 5 } });
  assert.equal(client.nextTimeout(), undefined);
  client.handleTime(1_000.7);
  assert.deepEqual(client.nextTimeout(), { at: 6_000, reason: 'greeting' });
  client.handleTime(5_999);
  assert.equal(client.nextEvent(), undefined);
  client.handleTime(6_000);
  assert.throws(() => client.nextEvent(), { kind: 'closed', reason: 'timedOut', waitedFor: 'greeting', message: /the greeting/ });
});

test('plain text behind STARTTLS is refused on both sides', () => {
  const listen = (session, bytes) => {
    session.receive(Buffer.from(bytes));
    for (let event; (event = session.nextEvent()); ) {
      if (event.type === 'startTls') session.tlsStarted();
      else if (event.question) session.accept();
      session.takeOutput();
    }
  };
  const client = new SmtpClient();
  client.ehlo('client.example');
  listen(client, '220 mx\r\n250-mx\r\n250 STARTTLS\r\n');
  client.starttls();
  client.takeOutput();
  const server = new SmtpServer({ name: 'mx.example.org', offer: ['STARTTLS'] });
  listen(server, '');
  listen(server, 'EHLO client.example\r\n');
  const injection = { kind: 'protocol', reason: 'startTlsInjection' };
  assert.throws(() => listen(client, '220 go\r\n250 injected\r\n'), injection);
  assert.throws(() => listen(server, 'STARTTLS\r\nNOOP\r\n'), injection);
});

test('a freed session says so, and may be freed again', () => {
  const client = new SmtpClient();
  client.free();
  client.free();
  client[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
  assert.throws(() => client.quit(), { kind: 'module', reason: 'freed' });
});

test('before init there is a clear error, and init may be called again and again', () => {
  const script = `
    import { init, SmtpClient } from 'mailproto';
    try { new SmtpClient(); } catch (error) { console.log(error.reason, error.message); }
    await Promise.all([init(), init()]);
    await init();
    console.log(new SmtpClient().state());`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8', cwd: import.meta.dirname });
  assert.match(output, /^notLoaded mailproto is not loaded yet: await init\(\) first\nConnected\n$/);
});

test('after a trap the module refuses to be entered, and says why', () => {
  // A machine with almost no memory: the next session has no place.
  const script = `
    import { init, SmtpClient } from 'mailproto';
    await init();
    const first = new SmtpClient();
    const kept = [];
    let reason;
    try { for (;;) kept.push(new SmtpClient()); } catch (error) { reason = [error.reason, error.cause instanceof WebAssembly.RuntimeError]; }
    console.log(...reason);
    for (const work of [() => first.nextEvent(), () => new SmtpClient()]) {
      try { work(); console.log('entered'); } catch (error) { console.log(error.reason); }
    }
    first.free();`;
  const output = execFileSync(process.execPath, ['--wasm-max-mem-pages=24', '--input-type=module', '--eval', script], { encoding: 'utf8', cwd: import.meta.dirname });
  assert.equal(output, 'trapped true\ntrapped\ntrapped\n');
});
