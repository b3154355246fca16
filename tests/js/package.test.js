// The package as people get it: packed, installed, imported, typed.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import * as mailproto from 'mailproto';
import * as slim from 'mailproto/slim';

const PACKAGE = fileURLToPath(new URL('../../bindings/wasm/npm/', import.meta.url));
const HERE = import.meta.dirname;
/** All types, in one text. */
const types = () =>
  readdirSync(join(PACKAGE, 'types')).map((name) => readFileSync(join(PACKAGE, 'types', name), 'utf8')).join('');
const run = (program, options, cwd) => execFileSync(program, options, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** A folder for one test. */
function folder(context) {
  const path = mkdtempSync(join(tmpdir(), 'mailproto-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('what is packed is installed and imported by Node, and sends mail there', (t) => {
  const place = folder(t);
  const [{ filename, files }] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', place], PACKAGE));
  const names = files.map(({ path }) => path);
  for (const name of ['mailproto_bg.wasm', 'mailproto.js', 'index.d.ts', 'types.d.ts', 'types/pop3.d.ts', 'README.md', 'lib/driver.js', 'LICENSE-MIT', 'LICENSE-APACHE']) {
    assert.ok(names.includes(name), `${name} is in the package`);
  }
  writeFileSync(join(place, 'package.json'), '{ "private": true, "type": "module" }');
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(place, filename)], place);
  writeFileSync(join(place, 'main.js'), `
    import { readFileSync } from 'node:fs';
    import { createRequire } from 'node:module';
    import * as entry from 'mailproto';
    import * as slim from 'mailproto/slim';
    import { connect } from 'mailproto/node';
    await entry.init();
    const client = new entry.SmtpClient();
    client.ehlo('client.example');
    client.receive(Buffer.from('220 mx\\r\\n'));
    client.nextEvent();
    console.log(JSON.stringify(client.transmitLog()), typeof connect);
    slim.initSync(readFileSync(createRequire(import.meta.url).resolve('mailproto/mailproto_bg.wasm')));
    console.log(new slim.SmtpServer({ name: 'mx' }).state());`);
  assert.equal(run(process.execPath, ['main.js'], place), '"EHLO client.example\\r\\n" function\nConnected\n');
});

test('the types say what the package does, and the wrong use of it is an error', (t) => {
  const place = folder(t);
  const compile = (source) => {
    const file = join(HERE, `.types-${process.pid}.ts`);
    writeFileSync(file, source);
    t.after(() => rmSync(file, { force: true }));
    try {
      run(process.execPath, [join(HERE, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2023,esnext.disposable,dom,dom.asynciterable', '--types', 'node', file], HERE);
      return '';
    } catch ({ stdout }) {
      return stdout;
    }
  };
  assert.equal(compile(readFileSync(join(HERE, 'types.ts'), 'utf8')), '', place);
  const wrong = [
    ["import { SmtpClient } from 'mailproto'; new SmtpClient().mail(5);", 'TS2345'],
    ["import { SmtpClient } from 'mailproto'; const e = new SmtpClient().nextEvent(); if (e?.type === 'greeting') e.verb;", 'TS2339'],
    ["import { SmtpServer } from 'mailproto'; new SmtpServer({ name: 'x', offer: ['NOTHING'] });", 'TS2322'],
    ["import { sendMail } from 'mailproto'; sendMail({ from: 'a@b', data: '' });", 'TS2741'],
  ];
  for (const [source, code] of wrong) assert.match(compile(source), new RegExp(code), source);
});

test('every export has a type, and every type of a value an export', () => {
  const declared = types();
  const typed = [...declared.matchAll(/^export (?:class|function) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual([...typed, 'init'].sort(), Object.keys(mailproto).sort());
  assert.deepEqual([...typed, 'init', 'initSync'].sort(), Object.keys(slim).sort());
  const members = (name) => {
    const [, body] = new RegExp(`^export (?:class|interface) ${name}[ <][^\\n]*\\{\\n([\\s\\S]*?)^\\}`, 'm').exec(declared);
    return [...body.matchAll(/^  (?:readonly )?(\w+)\??[(:]/gm)].map(([, member]) => member).filter((member) => member !== 'constructor');
  };
  const real = (Class) => {
    const names = [];
    for (let prototype = Class.prototype; prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype)) {
      names.push(...Object.getOwnPropertyNames(prototype));
    }
    return [...new Set(names)].filter((name) => name !== 'constructor').sort();
  };
  for (const name of ['SmtpClient', 'SmtpServer', 'SmtpSubmission', 'Pop3Client', 'Pop3Server', 'Pop3Download']) {
    assert.deepEqual([...new Set([...members('Session'), ...members(name)])].sort(), real(mailproto[name]), name);
  }
  assert.deepEqual([...new Set(members('Driver'))].sort(), real(mailproto.Driver));
});

test('the names in the types are those of the module', async () => {
  await mailproto.init();
  const raw = await import(new URL('mailproto.js', `file://${PACKAGE}`));
  const declared = types();
  const union = (name) => {
    const [, body] = new RegExp(`^export type ${name} =([^;]*);`, 'm').exec(declared);
    return [...body.matchAll(/'([^']+)'/g)].map(([, word]) => word).sort();
  };
  assert.deepEqual(union('Keyword'), [...raw.extensionKeywords()].sort());
  assert.deepEqual(union('Mechanism'), [...raw.mechanismNames()].sort());
  assert.deepEqual(union('CapabilityTag'), [...raw.capabilityTags()].sort());
  assert.deepEqual(union('Anomaly'), [...raw.anomalyNames()].sort());
});

test('the module imports nothing but its own glue', () => {
  const module = new WebAssembly.Module(readFileSync(join(PACKAGE, 'mailproto_bg.wasm')));
  const imports = WebAssembly.Module.imports(module);
  assert.deepEqual([...new Set(imports.map(({ module: from }) => from))], ['./mailproto_bg.js']);
});

test('nothing in the package waits at its top level or makes code at run time', () => {
  const sources = readdirSync(PACKAGE, { recursive: true }).filter((name) => name.endsWith('.js') && !name.includes('node_modules'));
  for (const name of sources) {
    const text = readFileSync(join(PACKAGE, name), 'utf8');
    assert.doesNotMatch(text, /^await |new Function\(|\beval\(/m, name);
    // Only what a browser loads names the module by a URL that bundlers follow.
    if (!name.startsWith('index.')) assert.doesNotMatch(text, /new URL\(/, name);
  }
});

test('a bundle for the browser has all of it, and no part of Node', async () => {
  const { outputFiles, metafile } = await esbuild.build({
    stdin: { contents: "export * from 'mailproto';", resolveDir: HERE },
    bundle: true, write: false, format: 'esm', platform: 'browser', metafile: true,
  });
  assert.ok(Object.keys(metafile.inputs).some((name) => name.endsWith('index.browser.js')));
  assert.doesNotMatch(outputFiles[0].text, /node:/);
});
