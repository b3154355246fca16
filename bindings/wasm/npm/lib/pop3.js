// The sessions of POP3, with the same verbs as in Rust.

import * as raw from '../mailproto.js';
import * as layout from './layout.js';
import { enter } from './module.js';
import { authenticates, judges, loginOf } from './sasl.js';
import { plainly, sendsData, Session, verb } from './session.js';

const message = layout.integer(0xffff_ffff, 1);
const count = layout.integer(0xffff_ffff);
const size = layout.integer(Number.MAX_SAFE_INTEGER);

export function apopDigest(timestamp, secret) {
  const [first, second] = [layout.text(timestamp, 'timestamp'), layout.text(secret, 'secret')];
  return enter(() => raw.apopDigest(first, second));
}

export class Pop3Client extends Session {
  constructor(options) {
    super('Pop3Client', layout.numbers(layout.POP3_CLIENT, options));
  }

  login(user, password) {
    return this[verb]('login', [], [layout.text(user, 'user'), layout.text(password, 'password')]);
  }

  apop(name, digest) {
    return this[verb]('apop', [], [layout.text(name, 'name'), layout.text(digest, 'digest')]);
  }

  top(number, lines) {
    return this[verb]('top', [message(number, 'number'), count(lines, 'lines')]);
  }

  lang(range) {
    return this[verb]('lang', [], [layout.optional(range, 'range')]);
  }

  capabilities() {
    return layout.capabilities(this[verb]('capabilities'));
  }
}

// About one message or all, and about one.
for (const name of ['list', 'uidl', 'retr', 'dele']) {
  const all = name === 'list' || name === 'uidl';
  Pop3Client.prototype[name] = function (number) {
    return this[verb](name, all && number == null ? [] : [message(number, 'number')]);
  };
}

authenticates(Pop3Client);
plainly(Pop3Client, ['capa', 'stls', 'stat', 'rset', 'noop', 'utf8', 'quit', 'state', 'queuedCommands']);

export class Pop3Server extends Session {
  constructor(options = {}) {
    const name = layout.optional(options.implementation, 'implementation') ?? '';
    super('Pop3Server', layout.numbers(layout.POP3_SERVER, options), [name]);
  }

  accept(words, timestamp) {
    this[verb]('accept', [], [layout.optional(words, 'text'), layout.optional(timestamp, 'timestamp')]);
  }

  reject(words = '', code) {
    this[verb]('reject', [], [layout.text(words, 'text'), layout.optional(code, 'code')]);
  }

  open(messages, octets) {
    this[verb]('open', [count(messages, 'messages'), size(octets, 'size')]);
  }

  size(octets) {
    this[verb]('size', [size(octets, 'size')]);
  }

  uniqueId(text) {
    this[verb]('uniqueId', [], [layout.text(text, 'uniqueId')]);
  }

  language(tag, description) {
    this[verb]('language', [], [layout.text(tag, 'tag'), layout.text(description, 'description')]);
  }
}

judges(Pop3Server);
sendsData(Pop3Server);
plainly(Pop3Server, ['wantsData', 'shutDown', 'state', 'isAuthenticated', 'isUtf8', 'awaitsAnswer']);

export class Pop3Download extends Session {
  constructor({ login, retention, state, ...options }) {
    const keepDays = retention?.keepDays;
    const terms = { ...options, keepDays, retention: keepDays === undefined ? retention : undefined };
    const numbers = layout.numbers(layout.DOWNLOAD, terms);
    const [seen, seenNumbers] = layout.seen(state);
    const [account, accountTexts, binding] = loginOf(login);
    super('Pop3Download', [...account, ...numbers, ...seenNumbers], [...accountTexts, ...seen], binding);
  }

  bindChannel(kind, data) {
    this[verb]('bindChannel', [], [layout.text(kind, 'kind')], data);
  }

  state() {
    return layout.state(this[verb]('seen'), this[verb]('seenNumbers'));
  }

  capabilities() {
    return layout.capabilities(this[verb]('capabilities'));
  }
}

plainly(Pop3Download, ['accept', 'reject', 'finish', 'awaitsAnswer', 'loginOutcome']);
