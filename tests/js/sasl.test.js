// Logins: every mechanism of our client at our server, in SMTP and in POP3.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { bestMechanism, init, Pop3Client, Pop3Server, saslPrepare, ScramServer, scramUnknownUser, scramVerifier, SmtpClient, SmtpServer } from 'mailproto';
import { converse } from './support/pipe.js';

before(() => init());

const ALL = [
  'ANONYMOUS', 'LOGIN', 'PLAIN', 'CRAM-MD5', 'SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS',
  'SCRAM-SHA-512', 'SCRAM-SHA-512-PLUS', 'XOAUTH2', 'OAUTHBEARER', 'EXTERNAL',
];
const BINDING = { kind: 'tls-exporter', data: new Uint8Array(32).fill(7) };

/** Conducts an exchange by SCRAM for the user tim. */
function conductor(server, password, binding) {
  let exchange;
  return ({ mechanism, first, response }) => {
    if (first) exchange = new ScramServer(mechanism, { binding });
    let step = exchange.respond(response);
    if (step.type === 'user') {
      const hash = mechanism.replace('SCRAM-', '').replace('-PLUS', '');
      const known = step.user === 'tim';
      step = exchange.challenge(known ? scramVerifier(hash, password) : scramUnknownUser(hash, new Uint8Array(16), step.user));
    }
    if (step.type === 'challenge') server.challenge(step.challenge);
    else if (step.type === 'complete') server.accept();
    else if (server instanceof SmtpServer) server.reject(535, 'no');
    else server.reject('no', 'AUTH');
  };
}

/** A login by SMTP or POP3 under TLS: what the server was told, and how it ended. */
function login(Client, mechanism, credentials, { password = 'tanstaaf', offer = [mechanism] } = {}) {
  const smtp = Client === SmtpClient;
  const client = new Client();
  const options = { tls: true, mechanisms: offer };
  const server = smtp ? new SmtpServer({ name: 'mx.example.org', offer: ['AUTH'], ...options }) : new Pop3Server(options);
  const conduct = conductor(server, password, BINDING);
  const told = {};
  if (smtp) client.ehlo('client.example');
  else client.capa();
  converse(client, server, {
    hearClient(event) {
      if (event.verb === 'EHLO' || (event.type === 'end' && event.verb === 'CAPA')) client.auth(mechanism, credentials);
      if (event.type === 'challenge') client.authRespond();
      if (event.verb === 'AUTH') told.reply = event.reply?.code ?? event.response.ok;
    },
    hearServer(event) {
      if (event.type === 'auth') told.auth = event;
      if (event.type === 'authResponse') conduct(event);
      else if (event.type === 'open') server.open(0, 0);
      else if (event.question) event.token === 'old' ? server.rejectToken({ status: '401' }) : server.accept();
    },
  });
  return { ...told, done: server.isAuthenticated(), outcome: client.loginOutcome() };
}

for (const Client of [SmtpClient, Pop3Client]) {
  test(`every mechanism that shows something shows it to the server: ${Client.name}`, () => {
    const user = 'tim';
    for (const mechanism of ['PLAIN', 'LOGIN']) {
      const { auth, done } = login(Client, mechanism, { user, password: 'secret' });
      assert.deepEqual([auth.user, auth.proof, auth.password, done], ['tim', 'password', 'secret', true], mechanism);
    }
    for (const mechanism of ['XOAUTH2', 'OAUTHBEARER']) {
      const { auth, done } = login(Client, mechanism, { user, token: 'ya29' });
      assert.deepEqual([auth.user, auth.proof, auth.token, done], ['tim', 'token', 'ya29', true], mechanism);
    }
    const { auth: external } = login(Client, 'EXTERNAL', { external: true, authorization: 'kurt' });
    assert.deepEqual([external.proof, external.authorization], ['external', 'kurt']);
    assert.equal(login(Client, 'ANONYMOUS', { anonymous: 'a guest' }).auth.trace, 'a guest');
  });

  test(`why a token is refused is told to the client: ${Client.name}`, () => {
    for (const mechanism of ['XOAUTH2', 'OAUTHBEARER']) {
      const { outcome, done } = login(Client, mechanism, { user: 'tim', token: 'old' });
      assert.equal(done, false);
      assert.deepEqual(outcome, { mechanism, failure: 'tokenRefused', tokenError: '{"status":"401"}' });
    }
  });

  test(`SCRAM proves the password to both sides, also bound to the channel: ${Client.name}`, () => {
    for (const mechanism of ALL.filter((name) => name.startsWith('SCRAM-'))) {
      const credentials = { user: 'tim', password: 'tanstaaf', binding: mechanism.endsWith('-PLUS') ? BINDING : undefined };
      assert.equal(login(Client, mechanism, credentials).done, true, mechanism);
      const wrong = login(Client, mechanism, { ...credentials, password: 'wrong' });
      assert.deepEqual([wrong.done, Boolean(wrong.auth)], [false, false], mechanism);
    }
  });
}

test('a channel that is not the same on both sides is refused', () => {
  const binding = { kind: 'tls-exporter', data: new Uint8Array(32).fill(8) };
  assert.equal(login(SmtpClient, 'SCRAM-SHA-256-PLUS', { user: 'tim', password: 'tanstaaf', binding }).done, false);
});

test('texts that look the same are the same password for SCRAM', () => {
  // RFC 4013 §3.
  for (const [text, form] of [['I\u00adX', 'IX'], ['user', 'user'], ['USER', 'USER'], ['\u00aa', 'a'], ['\u2168', 'IX'], ['\u0007', null], ['\u06271', null]]) {
    assert.equal(saslPrepare(text), form, JSON.stringify(text));
  }
  for (const text of ['\ue000', 'a\u202eb', '\ud800', '\u0627a\u0628']) assert.equal(saslPrepare(text), null, JSON.stringify(text));
  assert.equal(login(SmtpClient, 'SCRAM-SHA-256', { user: 'tim', password: '\u2168' }, { password: 'IX' }).done, true);
  assert.equal(login(SmtpClient, 'PLAIN', { user: 'tim', password: '\u2168' }).auth.password, '\u2168');
});

test('the best mechanism is chosen on the terms of the login', () => {
  const password = { user: 'tim', password: 'secret' };
  assert.equal(bestMechanism(ALL, password), 'SCRAM-SHA-512');
  assert.equal(bestMechanism(ALL, { ...password, binding: BINDING }, { tls: true }), 'SCRAM-SHA-512-PLUS');
  assert.equal(bestMechanism(ALL, { ...password, allow: ['PLAIN', 'LOGIN'] }, { tls: true }), 'PLAIN');
  assert.equal(bestMechanism(['PLAIN', 'LOGIN'], password), undefined);
  assert.equal(bestMechanism(['PLAIN', 'LOGIN'], { ...password, allowWithoutTls: true }), 'PLAIN');
  assert.equal(bestMechanism(ALL, { user: 'tim', token: 'ya29' }, { tls: true }), 'OAUTHBEARER');
  // A password that SASLprep changes is not sent by a mechanism that would change it.
  assert.equal(bestMechanism(ALL, { user: 'tim', password: '\u2168' }, { tls: true }), 'PLAIN');
  assert.throws(() => bestMechanism(ALL, { user: 'tim' }), { reason: 'argument', argument: 'login' });
});
