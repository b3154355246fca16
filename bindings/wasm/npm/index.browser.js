// The entry for browsers and bundlers: the module is fetched from beside this file. Bundlers know this
// form of URL, and take the module along.

import { load } from './lib/module.js';

export * from './lib/api.js';

export function init(source) {
  return load(() => source ?? new URL('./mailproto_bg.wasm', import.meta.url));
}
