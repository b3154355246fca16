// How options travel into the module: checked here, laid out as numbers in a row and texts in a row,
// in the order in which the module reads them. NaN and undefined stand for defaults.

import * as raw from '../mailproto.js';
import { MailprotoError } from './errors.js';
import { enter } from './module.js';

const U16 = 0xffff;
const U32 = 0xffff_ffff;
const SAFE = Number.MAX_SAFE_INTEGER;

const wrong = (argument) => new MailprotoError({ kind: 'misuse', reason: 'argument', argument });

/** A whole number in a range. */
const integer = (most, least = 0) => (value, name) => {
  if (!Number.isInteger(value) || value < least || value > most) throw wrong(name);
  return value;
};

/** One of these words, as its place among them. */
const word = (...words) => (value, name) => {
  const place = words.indexOf(value);
  if (place < 0) throw wrong(name);
  return place;
};

const flag = (value, name) => {
  if (typeof value !== 'boolean') throw wrong(name);
  return Number(value);
};

/** Names as bits. */
const set = (bits) => (value, name) => {
  if (!Array.isArray(value)) throw wrong(name);
  return value.reduce((sum, one) => {
    const bit = bits().indexOf(one);
    if (bit < 0) throw wrong(name);
    return (sum | (1 << bit)) >>> 0;
  }, 0);
};

/** The names of a set's bits, asked for once. */
const names = (verb) => {
  let known;
  return () => (known ??= enter(() => raw[verb]()));
};

const keywords = names('extensionKeywords');
const mechanisms = names('mechanismNames');
const anomalies = names('anomalyNames');

const leniency = (value, name) => {
  if (value === 'default') return NaN;
  if (value === 'strict') return 0;
  if (value === 'lenient') return set(anomalies)(anomalies(), name);
  return set(anomalies)(value, name);
};

const notify = (value, name) => {
  if (value === null || typeof value !== 'object') throw wrong(name);
  return Number(!!value.success) | (Number(!!value.failure) << 1) | (Number(!!value.delay) << 2);
};

const LIMITS = {
  commandLine: integer(U32), saslLine: integer(U32), reply: integer(U32), recipients: integer(U32),
  message: integer(SAFE), badCommands: integer(U16), failedAuth: integer(U16), saslRounds: integer(U16),
  queuedCommands: integer(U16), receiveBuffer: integer(U32), transmitBuffer: integer(U32),
};

const COMMON = {
  protocol: word('smtp', 'lmtp'), lineEnds: word('refuse', 'canonicalise'), leniency, limits: LIMITS,
};

export const CLIENT = {
  ...COMMON,
  timeouts: {
    greeting: integer(U16), reply: integer(U16), dataStart: integer(U16), dataBlock: integer(U16),
    dataEnd: integer(U16),
  },
};

export const SERVER = {
  ...COMMON,
  offer: set(keywords), withhold: set(keywords), mechanisms: set(mechanisms),
  authWithoutTls: flag, requireTls: flag, requireAuth: flag, tls: flag, holdMax: integer(U32),
  timeouts: { command: integer(U32), dataBlock: integer(U32) },
};

export const SUBMISSION = {
  ...CLIENT,
  tls: word('opportunistic', 'none', 'starttls', 'implicit'), chunking: flag, login: { allowWithoutTls: flag },
};

export const ENVELOPE = {
  size: integer(SAFE), body: word('7bit', '8bitmime', 'binarymime'), smtpUtf8: flag, requireTls: flag,
  ret: word('full', 'headers'),
  deliverBy: { seconds: integer(999_999_999, -999_999_999), mode: word('return', 'notify'), trace: flag },
  priority: integer(9, -9), holdFor: integer(U32),
};

export const PARAMETERS = { ...ENVELOPE, notify, rrvs: { action: word('continue', 'reject') } };

/** Lays the numbers of `options` out by one of the tables above. */
export function numbers(table, options) {
  const row = [];
  const lay = (fields, values, within) => {
    if (values !== undefined && (values === null || typeof values !== 'object')) throw wrong(within);
    for (const [name, read] of Object.entries(fields)) {
      const value = values?.[name] ?? undefined;
      if (typeof read === 'object') lay(read, value, name);
      else row.push(value === undefined ? NaN : read(value, name));
    }
  };
  lay(table, options ?? undefined, 'options');
  return Float64Array.from(row);
}

export const notifyBits = (value) => (value == null ? NaN : notify(value, 'notify'));

/** A text, or undefined where there may be none. */
export function optional(value, name) {
  return value == null ? undefined : text(value, name);
}

export function text(value, name) {
  if (typeof value !== 'string') throw wrong(name);
  return value;
}

export function original(value) {
  return value == null ? [] : [text(value.type ?? 'rfc822', 'type'), text(value.address, 'address')];
}

/** The texts of a client's parameters. */
export function parameterTexts({ envelopeId, auth, holdUntil, original: first, rrvs, other } = {}) {
  return [
    optional(envelopeId, 'envelopeId'), optional(auth, 'auth'), optional(holdUntil, 'holdUntil'),
    ...(first == null ? [undefined, undefined] : original(first)), optional(rrvs?.since, 'since'), ...pairs(other),
  ];
}

/** Names and values in turn. */
export function pairs(fields) {
  return Object.entries(fields ?? {}).flatMap(([name, value]) => [name, text(value, name)]);
}

const named = (bits, all) => all.filter((_, bit) => bits & (1 << bit));

export const anomalyNames = (bits) => named(bits, anomalies());

/** What a server announced. */
export function extensions([set, mechanismBits, ...rest]) {
  const [size, mailMax, rcptMax, rcptDomainMax, deliverByMin, holdMax] = rest.map((value) =>
    Number.isNaN(value) ? null : value,
  );
  return {
    keywords: named(set, keywords()), mechanisms: named(mechanismBits, mechanisms()),
    size, mailMax, rcptMax, rcptDomainMax, deliverByMin, holdMax,
  };
}
