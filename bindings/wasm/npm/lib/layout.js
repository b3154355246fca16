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
export const integer = (most, least = 0) => (value, name) => {
  if (!Number.isInteger(value) || value < least || value > most) throw wrong(name);
  return value;
};

/** One of these words, as its place among them. */
const word = (...words) => (value, name) => {
  const place = words.indexOf(value);
  if (place < 0) throw wrong(name);
  return place;
};

export const flag = (value, name) => {
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
const tags = names('capabilityTags');
export const mechanismNames = names('mechanismNames');
const anomalies = names('anomalyNames');

export const mechanismBits = set(mechanismNames);

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

const COMMON = { leniency, limits: LIMITS };

const SMTP = { protocol: word('smtp', 'lmtp'), lineEnds: word('refuse', 'canonicalise'), ...COMMON };

const TLS = word('opportunistic', 'none', 'starttls', 'implicit');

export const CLIENT = {
  ...SMTP,
  timeouts: {
    greeting: integer(U16), reply: integer(U16), dataStart: integer(U16), dataBlock: integer(U16),
    dataEnd: integer(U16),
  },
};

export const SERVER = {
  ...SMTP,
  offer: set(keywords), withhold: set(keywords), mechanisms: mechanismBits,
  authWithoutTls: flag, requireTls: flag, requireAuth: flag, tls: flag, holdMax: integer(U32),
  timeouts: { command: integer(U32), dataBlock: integer(U32) },
};

export const SUBMISSION = {
  ...CLIENT,
  tls: TLS, chunking: flag,
};

export const POP3_CLIENT = {
  ...COMMON,
  timeouts: { greeting: integer(U16), reply: integer(U16), dataBlock: integer(U16), update: integer(U16) },
};

export const POP3_SERVER = {
  ...COMMON,
  offer: set(tags), withhold: set(tags), mechanisms: mechanismBits, authWithoutTls: flag, requireTls: flag, tls: flag,
  expireDays: integer(U32), loginDelay: integer(U32), timeouts: { command: integer(U32), dataBlock: integer(U32) },
};

export const DOWNLOAD = {
  ...POP3_CLIENT,
  tls: TLS, apop: flag, retention: word('delete', 'keep'), keepDays: integer(U32), today: integer(U32),
  largest: integer(SAFE), readAhead: integer(U16), messages: integer(U32),
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
export function extensions([set, mechanisms, ...rest]) {
  const [size, mailMax, rcptMax, rcptDomainMax, deliverByMin, holdMax] = rest.map((value) =>
    Number.isNaN(value) ? null : value,
  );
  return {
    keywords: named(set, keywords()), mechanisms: named(mechanisms, mechanismNames()),
    size, mailMax, rcptMax, rcptDomainMax, deliverByMin, holdMax,
  };
}

/** What a POP3 server announced. */
export function capabilities([set, mechanisms, loginDelay, expireDays, utf8User]) {
  const number = (value) => (Number.isNaN(value) ? null : value);
  return {
    tags: named(set, tags()), mechanisms: named(mechanisms, mechanismNames()),
    loginDelay: number(loginDelay), expireDays: number(expireDays), utf8User: utf8User !== 0,
  };
}

/** What is remembered of a maildrop as it travels: unique ids, and the day and the copies of each. */
export function seen(state) {
  const entries = Object.entries(state?.messages ?? {});
  const day = integer(U32);
  const copies = integer(U16, 1);
  const numbers = entries.flatMap(([, known]) => [day(known?.day, 'state'), copies(known?.copies ?? 1, 'state')]);
  return [entries.map(([uniqueId]) => uniqueId), Float64Array.from(numbers)];
}

/** The same, on its way back. */
export function state(uniqueIds, numbers) {
  const known = (uniqueId, index) => [uniqueId, { day: numbers[2 * index], copies: numbers[2 * index + 1] }];
  return { messages: Object.fromEntries(uniqueIds.map(known)) };
}
