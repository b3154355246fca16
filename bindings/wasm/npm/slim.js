// The entry for hosts that bring the module themselves: as bytes, compiled, or as a response.

import { load, loadSync } from './lib/module.js';

export * from './lib/api.js';

export function init(source) {
  if (source === undefined) throw new TypeError('mailproto/slim: init needs the module: bytes, a WebAssembly.Module, a Response or a URL');
  return load(() => source);
}

export function initSync(source) {
  if (source === undefined) throw new TypeError('mailproto/slim: initSync needs the module: bytes or a WebAssembly.Module');
  loadSync(source);
}
