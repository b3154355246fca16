/**
 * The package without a way to find its module: for hosts that bring it themselves, such as Workers.
 *
 * ```js
 * import module from 'mailproto/mailproto_bg.wasm';
 * import { initSync, sendMail } from 'mailproto/slim';
 *
 * initSync(module);
 * ```
 *
 * @packageDocumentation
 */

export * from './types.js';

/** Loads the module from where it is, or what it is. */
export function init(source: string | URL | Response | BufferSource | WebAssembly.Module): Promise<void>;

/** Loads a module that is here already. Browsers compile only small ones so: bring a compiled one there. */
export function initSync(source: BufferSource | WebAssembly.Module): void;
