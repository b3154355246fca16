// The sessions of POP3, with the same verbs as in Rust.

import * as raw from '../mailproto.js';
import * as layout from './layout.js';
import { enter } from './module.js';
import { authenticates, judges, loginOf } from './sasl.js';
import { call, passOn, sendsData, Session } from './session.js';

const message = layout.integer(0xffff_ffff, 1);
const count = layout.integer(0xffff_ffff);
const size = layout.integer(Number.MAX_SAFE_INTEGER);

export function apopDigest(timestamp, secret) {
  const [first, second] = [layout.text(timestamp, 'timestamp'), layout.text(secret, 'secret')];
  return enter(() => raw.apopDigest(first, second));
}

export class Pop3Client extends Session {
  constructor(options) {
    const numbers = layout.numbers(layout.POP3_CLIENT, options);
    super(() => new raw.Pop3Client(numbers));
  }

  login(user, password) {
    return this[call]('login', layout.text(user, 'user'), layout.text(password, 'password'));
  }

  apop(name, digest) {
    return this[call]('apop', layout.text(name, 'name'), layout.text(digest, 'digest'));
  }

  top(number, lines) {
    return this[call]('command', 4, message(number, 'number'), count(lines, 'lines'));
  }

  lang(range) {
    return this[call]('lang', layout.optional(range, 'range'));
  }

  capabilities() {
    return layout.capabilities(this[call]('capabilities'));
  }
}

// The other verbs, by the numbers that the module has for them: about one message or all, about one, about none.
const verbs = { list: 0, uidl: 1, retr: 2, dele: 3, capa: 5, stls: 6, stat: 7, rset: 8, noop: 9, utf8: 10, quit: 11 };
for (const [verb, place] of Object.entries(verbs)) {
  Pop3Client.prototype[verb] = function (number) {
    const all = place > 3 || (place < 2 && number == null);
    return this[call]('command', place, all ? undefined : message(number, 'number'), 0);
  };
}

authenticates(Pop3Client);
passOn(Pop3Client, ['state', 'queuedCommands']);

export class Pop3Server extends Session {
  constructor(options = {}) {
    const name = layout.optional(options.implementation, 'implementation') ?? '';
    const numbers = layout.numbers(layout.POP3_SERVER, options);
    super(() => new raw.Pop3Server(name, numbers));
  }

  accept(words, timestamp) {
    this[call]('accept', layout.optional(words, 'text'), layout.optional(timestamp, 'timestamp'));
  }

  reject(words = '', code) {
    this[call]('reject', layout.text(words, 'text'), layout.optional(code, 'code'));
  }

  open(messages, octets) {
    this[call]('open', count(messages, 'messages'), size(octets, 'size'));
  }

  size(octets) {
    this[call]('size', size(octets, 'size'));
  }

  uniqueId(text) {
    this[call]('uniqueId', layout.text(text, 'uniqueId'));
  }

  language(tag, description) {
    this[call]('language', layout.text(tag, 'tag'), layout.text(description, 'description'));
  }
}

judges(Pop3Server);
sendsData(Pop3Server);
passOn(Pop3Server, ['wantsData', 'shutDown', 'state', 'isAuthenticated', 'isUtf8', 'awaitsAnswer']);

export class Pop3Download extends Session {
  constructor({ login, retention, state, ...options }) {
    const keepDays = retention?.keepDays;
    const terms = { ...options, keepDays, retention: keepDays === undefined ? retention : undefined };
    const numbers = layout.numbers(layout.DOWNLOAD, terms);
    const [seen, seenNumbers] = layout.seen(state);
    const account = loginOf(login);
    super(() => new raw.Pop3Download(numbers, ...account, seen, seenNumbers));
  }

  state() {
    return layout.state(this[call]('seen'), this[call]('seenNumbers'));
  }

  capabilities() {
    return layout.capabilities(this[call]('capabilities'));
  }
}

passOn(Pop3Download, ['accept', 'reject', 'finish', 'awaitsAnswer', 'bindChannel', 'loginOutcome']);
