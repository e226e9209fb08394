import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { easypostTrackers } from '../../../test/support/compat/move-stub.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { keysCreate } from '../keys/keys.ts';
import { type MoveFromOptions, moveFrom, moveTo } from './move.ts';

const KEY = 'EZTK-secret';
const PARCELS = 3;
const ACME = { merchant: 'acme', mode: 'live' } as const;

let testDatabase: TestDatabase;
let folder: string;
let env: NodeJS.ProcessEnv;
let server: Server;
let answer: { readonly status: number; readonly body: unknown };
const lines: string[] = [];
const faults: string[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), 'waybill-move-'));
  env = {
    DATABASE_URL: testDatabase.url,
    WAYBILL_DATA: folder,
    WAYBILL_EGRESS_ALLOW: '127.0.0.1/32',
    WAYBILL_MOVE_KEY: KEY,
  };
  server = createServer((_request, response) => {
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const key = { ...ACME, name: 'shop', scopes: 'admin', json: false };
  expect(await keysCreate(env, key, () => {}, writeError)).toBe(0);
});
afterAll(async () => {
  server.close();
  await testDatabase.drop();
  rmSync(folder, { recursive: true });
});

const writeError = (line: string) => void faults.push(line);

/** Runs `waybill move from`, by default from the server of this test. */
async function run(options: Partial<MoveFromOptions>, changed: NodeJS.ProcessEnv = {}) {
  lines.length = 0;
  faults.length = 0;
  const { port } = server.address() as AddressInfo;
  const none = { file: null, keyFile: null, isDryRun: false, isRestarted: false, json: false };
  const wanted = {
    ...ACME,
    ...none,
    service: 'easypost',
    url: `http://127.0.0.1:${port}`,
  } as const;
  const write = (line: string) => void lines.push(line);
  return moveFrom({ ...env, ...changed }, { ...wanted, ...options }, write, writeError);
}

describe('waybill move from', () => {
  it('says which option is unusable, and asks nobody', async () => {
    const noKey = { WAYBILL_MOVE_KEY: undefined };
    for (const [options, changed, fault] of [
      [{}, noKey, 'Put the API key of easypost into WAYBILL_MOVE_KEY'],
      [{ keyFile: join(folder, 'no-file') }, noKey, '--key-file'],
      [{}, { WAYBILL_MOVE_KEY: 'two words' }, 'a space or a character outside ASCII'],
      [{ url: 'api' }, {}, '--url: expected a URL; found "api"'],
      [{ service: 'csv' }, {}, 'waybill move from csv FILE'],
      [{ merchant: 'nobody' }, {}, 'expected one of: acme'],
    ] as const) {
      expect(await run(options, changed)).toBe(2);
      expect(faults.join()).toContain(fault);
      expect(lines).toEqual([]);
    }
  });

  it('says that the service refuses the key, and never shows it', async () => {
    answer = { status: 401, body: { error: { message: `unknown key ${KEY}` } } };
    expect(await run({})).toBe(1);
    expect(faults.join()).toContain('the same command continues from there');
    expect([...lines, ...faults].join()).not.toContain(KEY);
  });

  it('shows what a move would give, then moves it, once', async () => {
    const trackers = easypostTrackers(PARCELS, Date.UTC(2026, 2, 10));
    answer = { status: 200, body: { trackers, has_more: false } };
    expect(await run({ isDryRun: true })).toBe(0);
    expect(lines).toContain('Dry run, nothing was changed. A move would give:');
    for (const counts of [
      { moved: PARCELS, alreadyThere: 0 },
      { moved: 0, alreadyThere: PARCELS },
    ]) {
      expect(await run({ json: true })).toBe(0);
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        expect.objectContaining({ ...counts, refusedCount: 0 }),
      ]);
    }
  });

  it('names the line of a CSV file that cannot be read', async () => {
    const file = join(folder, 'parcels.csv');
    writeFileSync(file, 'number,carrier\n"1Z');
    expect(await run({ service: 'csv', file })).toBe(1);
    expect(faults.join()).toMatch(/^Line \d+: .*What was moved so far stays\.$/s);
    expect(await run({ service: 'csv', file: join(folder, 'no-file') })).toBe(1);
    expect(faults.join()).toContain('no-file cannot be read or written (ENOENT)');
  });
});

describe('waybill move to', () => {
  it('writes a new file, and overwrites none', async () => {
    const file = join(folder, 'export.json');
    const wanted = { ...ACME, service: 'easypost', file } as const;
    expect(await moveTo(env, wanted, writeError)).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ trackers: { length: PARCELS } });
    faults.length = 0;
    expect(await moveTo(env, wanted, writeError)).toBe(1);
    expect(faults).toEqual([`${file} exists already; name a new file.`]);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});
