import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { manualClock } from '../../platform/clock.ts';
import { openTestBundle } from '../../platform/process/test-bundle.ts';
import type { CarrierAdapter } from '../contract/contract.ts';
import type { CarrierSession } from '../contract/pull.ts';
import { loadAdapters, type Registry } from '../registry/registry.ts';
import { containPackages } from './contain-packages.ts';

const NOW_MS = Date.UTC(2026, 10, 28);
const clock = manualClock(NOW_MS);
const errors: unknown[] = [];
const stops: (() => Promise<void> | void)[] = [];
let home = '';
let registry: Registry;

/** A carrier whose `parse` evaluates `body`, with the payload's text. */
function writePackage(name: string, body: string, rest = ''): void {
  const folder = join(home, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name, type: 'module', main: 'index.js' }),
  );
  writeFileSync(
    join(folder, 'index.js'),
    `import { EMPTY_SNAPSHOT } from 'waybill/adapter';
    const said = (reason) => ({ outcome: 'not_yet', reason: String(reason), trackingNumbers: [] });
    export const adapter = {
      manifest: { name: '${name}', displayName: EMPTY_SNAPSHOT.proofs.length },
      numbers: { normalize: (text) => text.trim(), recognise: () => [] },
      parse: ({ text }) => { ${body} },
      ${rest}
    };`,
  );
}

const HOSTILE = {
  file: 'return said(process.getBuiltinModule?.("fs") ?? require("fs").readFileSync("/etc/passwd"))',
  write: 'require("node:fs").writeFileSync("/tmp/waybill-hostile", "x"); return said("written")',
  environment: 'return said(JSON.stringify(process.env))',
  child: 'require("node:child_process").execSync("true"); return said("ran")',
  signal: 'process.kill(process.ppid, 0); return said("sent")',
  socket: 'require("node:net").connect(80, "127.0.0.1"); return said("connected")',
  fetch: 'return said(typeof fetch)',
  loop: 'for (;;);',
  'big-buffer':
    'const all = []; for (let i = 0; i < 4; i += 1) all.push(Buffer.alloc(2 ** 30, 1)); return said(all.length)',
  heap: 'const all = []; for (;;) all.push(new Array(1e5).fill(text));',
  exit: 'process.exit(0)',
  slow: 'const until = Date.now() + 1_800; while (Date.now() < until); return said(text)',
  garbage: 'return () => text',
  forger:
    'return { outcome: "reports", misses: [], warnings: [], reports: [{ carrier: "fedex" }] }',
  bomb: 'let v = []; for (let i = 0; i < 40; i += 1) v = [v, v]; return { ...said(text), warnings: v }',
  huge: 'return said("x".repeat(100_000_000))',
  sly: 'Array.isArray = () => true; Object.prototype.toString = () => "[object Object]"; let v = []; for (let i = 0; i < 40; i += 1) v = [v, v]; return { ...said(text), warnings: v }',
  dynamic: 'return said((0, [require][0])("/etc/hostname"))',
  blocking: 'const until = Date.now() + 1_200; while (Date.now() < until); return said(text)',
  late: 'setTimeout(() => { for (;;); }); return said("so far")',
} as const;

beforeAll(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'waybill-hostile-')));
  writeFileSync(join(home, 'package.json'), '{}');

  await openTestBundle();
  for (const [name, body] of Object.entries(HOSTILE)) writePackage(name, body);
  writePackage(
    'talker',
    'return said(text)',
    `numbers: {
      normalize: (text) => text.repeat(5_000), recognise: () => [{ why: 'x'.repeat(1e6) }],
    },`,
  );
  writePackage(
    'honest',
    'return said(text)',
    `async track(numbers, session) {
      const answers = await Promise.all(numbers.map((path) => session.send({ method: 'GET', path })));
      const again = await session.send({ method: 'GET', path: '/again' });
      return answers.map(({ text }, i) => ({
        trackingNumber: numbers[i], outcome: 'not_found', reason: text + again.text + session.nowMs(),
      }));
    },
    async subscribe() { await new Promise(() => {}); },
    bridge: {
      parcelsPerCall: 2,
      async register(parcels, session) {
        const { text } = await session.send({ method: 'POST', path: '/register' });
        return parcels.map(({ trackingNumber, carrierCode }) => ({
          outcome: 'registered', trackingNumber, reference: carrierCode + text,
        }));
      },
      async stop() { await new Promise(() => {}); },
    },`,
  );
  registry = await loadAdapters({
    packages: [...Object.keys(HOSTILE), 'honest', 'talker'],
    packagesFrom: home,
    contain: (folders) =>
      containPackages(folders, {
        clock,
        log: { warn: () => {}, error: (fields: unknown) => void errors.push(fields) },
        shutdown: { onStop: (_name, stop) => void stops.push(stop) },
      }),
  });
});
afterAll(async () => {
  for (const stop of stops) await stop();
  rmSync(home, { recursive: true, force: true });
});
beforeEach(() => {
  errors.length = 0;
  // Earlier failures no longer count.
  clock.advance(60_000);
});

function adapterOf(name: string): CarrierAdapter {
  const adapter = registry.get(name);
  if (adapter === undefined) throw new Error(`no ${name}`);
  return adapter;
}

const parse = (name: string) => adapterOf(name).parse({ text: 'the text' });
const reasonOf = (name: string) => {
  const outcome = parse(name);
  return outcome.outcome === 'reports' ? 'reports' : `${outcome.outcome}: ${outcome.reason}`;
};

describe('a package in the hub', () => {
  it('is called as if it were part of the hub', () => {
    expect(reasonOf('honest')).toBe('not_yet: the text');
    expect(adapterOf('honest').numbers.normalize(' A1 ')).toBe('A1');
    expect(adapterOf('honest').manifest.name).toBe('honest');
    expect(registry.home('honest')?.folder).toBe(join(home, 'node_modules', 'honest'));
  });

  it('sends calls through its session, between the steps of its work', async () => {
    const paths: string[] = [];
    const session = {
      credentials: {},
      nowMs: () => 7,
      newId: () => '',
      send: async ({ path }: { path: string }) => {
        paths.push(path);
        return { kind: 'http', status: 200, headers: {}, text: path };
      },
    } as const;
    const found = await adapterOf('honest').track?.(['/a', '/b'], session as CarrierSession);
    expect(found?.map((each) => 'reason' in each && each.reason)).toEqual([
      '/a/again7',
      '/b/again7',
    ]);
    expect(paths).toEqual(['/a', '/b', '/again']);
    const hook = { url: '', secret: '', header: null };
    expect(await adapterOf('honest').subscribe?.(['/a'], hook, session as CarrierSession)).toEqual([
      {
        trackingNumber: '/a',
        outcome: 'error',
        reason: expect.stringContaining('waits for no call of its session'),
      },
    ]);
  });

  it('registers parcels with its service, and stops them', async () => {
    const send = async () => ({ kind: 'http', status: 200, headers: {}, text: ' 1' });
    const session = { credentials: {}, nowMs: () => 7, newId: () => '', send } as never;
    const parcel = { trackingNumber: 'A', carrierCode: 'ups', reference: null, postalCode: null };
    const { bridge } = adapterOf('honest');
    expect(bridge?.parcelsPerCall).toBe(2);
    expect(await bridge?.register([parcel], session)).toEqual([
      { outcome: 'registered', trackingNumber: 'A', reference: 'ups 1' },
    ]);
    expect(await bridge?.stop?.([parcel], session)).toMatchObject([
      { outcome: 'error', trackingNumber: 'A' },
    ]);
    expect(bridge?.quota).toBeUndefined();
  });

  it.each([
    ['file', /restricted/],
    ['write', /restricted/],
    ['environment', /^not_yet: \{\}$/],
    ['child', /cannot import node:child_process/],
    ['signal', /process\.kill is not a function/],
    ['socket', /cannot import node:net/],
    ['fetch', /undefined/],
    ['loop', /no answer within 2 s/],
    ['big-buffer', /allocation failed|memory/i],
    ['heap', /its process ended|no answer within 2 s/],
    ['exit', /its process ended \(exit code 0\)/],
    ['garbage', /could not be cloned/],
    ['bomb', /more than 500000 values/],
    ['sly', /more than 500000 values/],
    ['huge', /more than 16777216 bytes/],
    ['dynamic', /cannot import \/etc\/hostname/],
    ['forger', /reports parcels of other carriers, but is no bridge/],
  ] as const)('is contained: %s', (name, reason) => {
    expect(reasonOf(name)).toMatch(reason);
    expect(reasonOf('honest')).toBe('not_yet: the text');
  });

  it('cannot fill the memory of the hub with results for numbers', () => {
    const { numbers } = adapterOf('talker');
    expect(numbers.recognise('A1')).toEqual([]);
    expect(numbers.normalize('a 1')).toBe('A1');
  });

  it('is suspended after slow calls, too', () => {
    const seen = [1, 2, 3, 4].map(() => reasonOf('slow'));
    expect(seen.at(-1)).toContain('is suspended');
  });

  it('is suspended once it has blocked the hub for five seconds of a minute', () => {
    const seen = [1, 2, 3, 4, 5, 6].map(() => reasonOf('blocking'));
    expect(seen.slice(0, 4)).toEqual(Array(4).fill('not_yet: the text'));
    expect(seen.at(-1)).toMatch(/took \d s within a minute and is suspended/);
    clock.advance(60_000);
    expect(reasonOf('blocking')).toBe('not_yet: the text');
  });

  it('is not suspended because of a timer that another package left', () => {
    expect(reasonOf('late')).toBe('not_yet: so far');
    // The timer may fire only after the first of them.
    for (let call = 0; call < 20; call += 1) expect(reasonOf('honest')).toBe('not_yet: the text');
  });

  it('is suspended for the rest of a minute in which it failed three times', () => {
    const seen = [1, 2, 3, 4].map(() => reasonOf('exit'));
    const ended = expect.stringContaining('its process ended');
    const suspended = expect.stringContaining('failed 3 times within a minute and is suspended');
    expect(seen).toEqual([ended, ended, ended, suspended]);
    expect(errors).toHaveLength(3);
    expect(adapterOf('exit').numbers.normalize('1z-9 9')).toBe('1Z99');
    expect(adapterOf('exit').numbers.recognise('1Z99')).toEqual([]);
    expect(reasonOf('honest')).toBe('not_yet: the text');
    clock.advance(60_000);
    expect(reasonOf('exit')).toContain('its process ended');
  });
});
