// The one WebAssembly instance that all sessions share, and the way into it.

import start, { initSync } from '../mailproto.js';
import { MailprotoError } from './errors.js';

let loading;
let memory;
let trap;

/** Loads the module once; calls after the first wait for the same instance. */
export async function load(source) {
  loading ??= Promise.resolve(source())
    .then((module_or_path) => start({ module_or_path }))
    .then(begin);
  try {
    await loading;
  } catch (error) {
    // A failed download may be tried again.
    loading = undefined;
    throw error;
  }
}

/** The same for a module that is here already. */
export function loadSync(module) {
  if (memory) return;
  begin(initSync({ module }));
  loading = Promise.resolve();
}

function begin(exports) {
  memory = exports.memory;
}

/** A view on the module's memory, good until the next call into it. */
export function view(pointer, length) {
  return new Uint8Array(memory.buffer, pointer, length);
}

/**
 * Calls into the module. What it throws on purpose becomes a MailprotoError. A trap, or a stack that
 * ran out in the middle of a call, leaves its memory in an unknown state: nothing may enter it again.
 */
export function enter(work) {
  if (trap) throw dead();
  if (!memory) {
    throw new MailprotoError({ kind: 'module', reason: 'notLoaded' });
  }
  try {
    return work();
  } catch (thrown) {
    if (isTrap(thrown)) {
      trap = thrown;
      throw dead();
    }
    if (thrown && typeof thrown === 'object' && typeof thrown.kind === 'string' && !(thrown instanceof Error)) {
      throw new MailprotoError(thrown);
    }
    throw thrown;
  }
}

function isTrap(thrown) {
  // Firefox calls an exhausted stack an InternalError.
  return thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError || thrown?.name === 'InternalError';
}

function dead() {
  return new MailprotoError({ kind: 'module', reason: 'trapped' }, { cause: trap });
}

/** Whether the module still works: what is left of a dead one is not freed. */
export function alive() {
  return memory !== undefined && trap === undefined;
}
