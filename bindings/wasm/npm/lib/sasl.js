// Who to be and the proof, for every protocol; and the servers' side of SCRAM.

import * as raw from '../mailproto.js';
import { MailprotoError } from './errors.js';
import * as layout from './layout.js';
import { enter } from './module.js';
import { call, Handle, plainly, verb } from './session.js';

const LOGIN = {
  external: layout.flag, allow: layout.mechanismBits, allowWithoutTls: layout.flag,
  iterations: { least: layout.integer(0xffff_ffff), most: layout.integer(0xffff_ffff) },
};

const wrong = (argument) => new MailprotoError({ kind: 'misuse', reason: 'argument', argument });

// RFC 4013 §2.1: what is mapped to nothing (RFC 3454 table B.1), and spaces of every kind (table C.1.2).
const NOTHING = /[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]/g;
const SPACE = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g;

// RFC 4013 §2.3: controls, private use, no characters, surrogates, and what changes how others look.
const PROHIBITED = new RegExp(
  '[\\p{Cc}\\p{Cs}\\p{Co}\\p{Noncharacter_Code_Point}\\u06dd\\u070f\\u180e\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2063' +
    '\\u206a-\\u206f\\u0340\\u0341\\u2ff0-\\u2ffb\\ufff9-\\ufffd\\u{1d173}-\\u{1d17a}\\u{e0001}\\u{e0020}-\\u{e007f}]',
  'u',
);

// RFC 3454 §6: letters that run from right to left.
const LEFTWARD = /(?=\p{L})[\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}]/u;

export function saslPrepare(text) {
  layout.text(text, 'text');
  if (/^[ -~]*$/.test(text)) return text;
  const form = text.replace(NOTHING, '').replace(SPACE, ' ').normalize('NFKC');
  if (PROHIBITED.test(form)) return null;
  if (!LEFTWARD.test(form)) return form;
  const characters = [...form];
  const oneWay = characters.every((character) => LEFTWARD.test(character) || !/\p{L}/u.test(character));
  return oneWay && LEFTWARD.test(characters[0]) && LEFTWARD.test(characters.at(-1)) ? form : null;
}

/** 18 random bytes as text: what makes one exchange differ from every other. */
function nonce() {
  return btoa(String.fromCharCode(...globalThis.crypto.getRandomValues(new Uint8Array(18))));
}

/** No login at all. */
export const NOBODY = [new Float64Array(0), []];

const isScram = (mechanism) => mechanism.startsWith('SCRAM-');

/**
 * A login as the module reads it: numbers, texts, and the bytes of a channel binding. Only SCRAM wants the
 * user and the password prepared. Where that changes them, or cannot be done, SCRAM is used only if it is
 * `mechanism`, so that every other one gets them as they are.
 */
export function loginOf(login, mechanism = login?.mechanism) {
  if (login === null || typeof login !== 'object') throw wrong('login');
  // Whoever wants to log in and has no proof must not go on without.
  if (!login.external && [login.password, login.token, login.anonymous].every((proof) => proof == null)) throw wrong('login');
  const { token, anonymous, authorization, binding, iterations, external, allowWithoutTls } = login;
  let { user, password, allow } = login;
  for (const [name, value] of Object.entries({ user, password, token, anonymous, authorization, mechanism })) {
    layout.optional(value, name);
  }
  if (password != null) {
    const prepared = [user ?? '', password].map(saslPrepare);
    if (isScram(mechanism ?? '')) {
      if (prepared.includes(null)) throw wrong(prepared[0] === null ? 'user' : 'password');
      [user, password] = prepared;
    } else if (prepared[0] !== (user ?? '') || prepared[1] !== password) {
      allow = (allow ?? layout.mechanismNames()).filter((name) => !isScram(name));
    }
  }
  const numbers = layout.numbers(LOGIN, { external, allow, allowWithoutTls, iterations });
  const texts = [user, password, token, anonymous, authorization, mechanism, login.nonce ?? nonce(), binding?.kind];
  return [numbers, texts.map((text) => text ?? undefined), binding?.data];
}

export function bestMechanism(offered, login, { tls = false } = {}) {
  const bits = layout.mechanismBits(offered, 'offered');
  return enter(() => raw.bestMechanism(bits, tls, ...loginOf(login)));
}

/** Gives a client's class the verbs of an exchange. */
export function authenticates(Class) {
  Class.prototype.auth = function (mechanism, credentials) {
    layout.text(mechanism, 'mechanism');
    if (credentials === undefined || credentials instanceof Uint8Array) {
      return this[verb]('auth', [], [mechanism], credentials);
    }
    const [numbers, texts, binding] = loginOf(credentials, mechanism);
    return this[verb]('authLogin', numbers, [mechanism, ...texts], binding);
  };
  Class.prototype.authRespond = function (response) {
    this[verb]('authRespond', [], [], response);
  };
  plainly(Class, ['authCancel', 'loginOutcome']);
}

/** Gives a server's class the answers to an exchange. */
export function judges(Class) {
  Class.prototype.rejectToken = function ({ status, scope, openidConfiguration } = {}) {
    const texts = Object.entries({ status, scope, openidConfiguration });
    this[verb]('rejectToken', [], texts.map(([name, value]) => layout.optional(value, name)));
  };
  Class.prototype.challenge = function (challenge) {
    this[verb]('challenge', [], [], challenge);
  };
}

const verifier = (verb, ...values) => enter(() => raw[verb](...values));

/** What a server keeps of a user: enough to verify a proof, too little to make one. The salt is random unless it is given. */
export function scramVerifier(hash, password, { salt, iterations = 4_096 } = {}) {
  const prepared = saslPrepare(password);
  if (prepared === null) throw wrong('password');
  const bytes = salt ?? globalThis.crypto.getRandomValues(new Uint8Array(16));
  return verifier('scramVerifier', layout.text(hash, 'hash'), prepared, bytes, iterations);
}

export function scramUnknownUser(hash, secret, user, { iterations = 4_096 } = {}) {
  return verifier('scramUnknownUser', layout.text(hash, 'hash'), secret, layout.text(user, 'user'), iterations);
}

export class ScramServer extends Handle {
  constructor(mechanism, { boundOffered = false, binding, nonce: text = nonce() } = {}) {
    layout.text(mechanism, 'mechanism');
    super(() => new raw.ScramServer(mechanism, text, boundOffered, binding?.kind, binding?.data));
  }

  challenge({ hash, salt, iterations, storedKey, serverKey }) {
    return this[call]('challenge', layout.text(hash, 'hash'), salt, iterations, storedKey, serverKey);
  }

  respond(response) {
    return this[call]('respond', response);
  }
}
