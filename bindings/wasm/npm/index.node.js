// The entry for Node: the module is a file beside this one.

import { readFile } from 'node:fs/promises';
import { load } from './lib/module.js';

export * from './lib/api.js';

export function init(source) {
  return load(() => source ?? readFile(new URL('./mailproto_bg.wasm', import.meta.url)));
}
