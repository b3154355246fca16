// What every session has: a handle on a state machine in the module.

import * as raw from '../mailproto.js';
import { MailprotoError } from './errors.js';
import * as layout from './layout.js';
import { alive, enter, view } from './module.js';
import { SESSIONS, VERBS } from './verbs.js';

/** The most that is copied into the module at once: more would only grow its memory. */
const PIECE = 16_384;

export const call = Symbol('call');
export const verb = Symbol('verb');

/** A handle on something in the module. */
export class Handle {
  #handle;

  constructor(make) {
    this.#handle = enter(make);
  }

  [call](verb, ...values) {
    const handle = this.#handle;
    if (handle === undefined) throw new MailprotoError({ kind: 'module', reason: 'freed' });
    return enter(() => handle[verb](...values));
  }

  free() {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle !== undefined && alive()) enter(() => handle.free());
  }
}

// The name of a later standard: on older hosts it is there under this symbol of our own.
Handle.prototype[Symbol.dispose ?? Symbol.for('Symbol.dispose')] = Handle.prototype.free;

/** A session of this name in the module; what it is made of travels as numbers, texts and bytes. */
export class Session extends Handle {
  constructor(name, numbers, texts = [], bytes) {
    super(() => new raw.Handle(SESSIONS[name], numbers, texts, bytes));
  }

  /** A verb that the session does not share with all others. */
  [verb](name, numbers = [], texts = [], bytes) {
    return this[call]('call', VERBS[name], numbers, texts, bytes);
  }

  receiveSpace() {
    const length = this[call]('receiveLength');
    return view(this[call]('receivePointer'), length);
  }

  receive(bytes) {
    let taken = 0;
    while (taken < bytes.length) {
      const space = this.receiveSpace();
      if (space.length === 0) break;
      const piece = bytes.subarray(taken, taken + space.length);
      space.set(piece);
      this.received(piece.length);
      taken += piece.length;
    }
    return taken;
  }

  transmit() {
    const length = this[call]('transmitLength');
    return view(this[call]('transmitPointer'), length);
  }

  takeOutput() {
    const bytes = this.transmit().slice();
    this.transmitted(bytes.length);
    return bytes;
  }

  anomalies() {
    return layout.anomalyNames(this[call]('anomalies'));
  }

  isClosed() {
    return !this.wantsRead() && !this.wantsWrite();
  }
}

/** Gives a class verbs that take nothing. */
export function plainly(Class, names) {
  for (const name of names) {
    Class.prototype[name] = function () {
      return this[verb](name);
    };
  }
}

for (const name of [
  'received', 'receiveEof', 'nextEvent', 'transmitted', 'transmitLog', 'handleTime', 'nextTimeout',
  'wantsRead', 'wantsWrite', 'tlsStarted',
]) {
  Session.prototype[name] = function (value) {
    return this[call](name, value);
  };
}

/** Gives a class that sends messages the verb for it: bytes go piece by piece, and it tells how many were taken. */
export function sendsData(Class) {
  Class.prototype.sendData = function (bytes) {
    let taken = 0;
    do {
      const piece = bytes.subarray(taken, taken + PIECE);
      const count = this[verb]('sendData', [], [], piece);
      taken += count;
      if (count < piece.length) break;
    } while (taken < bytes.length);
    return taken;
  };
  plainly(Class, ['finishData']);
}
