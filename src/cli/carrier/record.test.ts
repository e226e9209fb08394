import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cassetteChecks } from '../../../packages/adapter-kit/checks/asking/access.ts';
import { type CarrierAdapter, loadAdapters } from '../../adapters/index.ts';
import { loadSandboxes, type SandboxCarrier } from '../../adapters/sandbox-kit/index.ts';
import { createInbox } from '../../intake/index.ts';
import { systemClock, systemRandom } from '../../platform/clock.ts';
import { openDatabase } from '../../platform/database/database.ts';
import { loadKeyring } from '../../platform/sealing/master-key.ts';
import { createEnvelopeSealer } from '../../platform/sealing/sealing.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { type CarrierRecordArgs, carrierRecord } from './record.ts';
import { carrierReplay } from './replay.ts';

let folder: string;
let database: TestDatabase;
let env: NodeJS.ProcessEnv;
let carrier: SandboxCarrier;
let adapter: CarrierAdapter;
let number: string;
const lines: string[] = [];
const faults: string[] = [];
const write = (line: string) => void lines.push(line);
const writeError = (line: string) => void faults.push(line);
const output = () => lines.splice(0).join('\n');

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-record-'));
  database = await createTestDatabase();
  env = { DATABASE_URL: database.url, WAYBILL_DATA: folder };
  const registry = await loadAdapters();
  for (const each of await loadSandboxes()) {
    const scenario = each.scenarios.find(({ numbers }) => numbers.length > 0);
    const found = registry.get(each.name);
    if (found?.webhook === undefined || found.access?.token === undefined || !scenario) continue;
    [carrier, adapter, number] = [each, found, scenario.numbers[0] ?? ''];
  }
});
afterAll(async () => {
  await database?.drop();
  rmSync(folder, { recursive: true });
});

const args = (change: Partial<CarrierRecordArgs>): CarrierRecordArgs => ({
  carrier: carrier.name,
  numbers: [],
  inbound: [],
  out: path.join(folder, 'x.cassette.json'),
  system: 'sandbox',
  credentials: null,
  keepNumbers: false,
  ...change,
});
const record = (change: Partial<CarrierRecordArgs>) =>
  carrierRecord(args(change), env, write, writeError);

describe('waybill carrier record and replay', () => {
  it('keep what a carrier said and play it to the adapter, and the kit takes it', async () => {
    const fixtures = path.join(folder, 'fixtures');
    mkdirSync(fixtures);
    const out = path.join(fixtures, 'one.cassette.json');
    expect(await record({ numbers: [number], out })).toBe(0);
    expect(output()).toMatch(/2 exchanges[\s\S]*replaced: secret at access_token/);
    const text = readFileSync(out, 'utf8');
    for (const secret of [number, ...Object.values(carrier.credentials)]) {
      expect(text).not.toContain(secret);
    }
    expect(await carrierReplay({ file: out, carrier: null }, env, write, writeError)).toBe(0);
    const replayed = JSON.parse(output());
    const [made] = JSON.parse(text).tracking_numbers;
    expect(replayed).toMatchObject({ tracking_number: made, outcome: 'reports' });
    expect(replayed.reports[0].events.length).toBeGreaterThan(0);

    const [check] = cassetteChecks({ adapter, folder });
    expect(await check?.problems()).toEqual([]);
    const broken = JSON.parse(text);
    broken.exchanges.pop();
    writeFileSync(out, JSON.stringify(broken));
    expect(await check?.problems()).toEqual([expect.stringContaining('there is no answer to')]);
    expect(await carrierReplay({ file: out, carrier: null }, env, write, writeError)).toBe(1);
    expect(faults.splice(0).join()).toContain('has no answer to');
    // A file that somebody has reviewed is not overwritten.
    expect(await record({ numbers: [number], out })).toBe(1);
    expect(faults.splice(0).join()).toContain('already exists');
    output();
  });

  it('report invalid input, but never the content of a credentials file', async () => {
    const file = path.join(folder, 'credentials.json');
    writeFileSync(file, '{"client_id": planted-secret');
    const odd: readonly (readonly [Partial<CarrierRecordArgs>, number, string])[] = [
      [{}, 2, 'tracking numbers'],
      [{ numbers: ['1'], inbound: ['x'] }, 2, 'either tracking numbers'],
      [{ inbound: ['x'] }, 2, 'is not an id'],
      [{ numbers: ['1'], system: 'test' }, 2, '--credentials'],
      [{ numbers: ['1'], carrier: 'nobody' }, 1, 'is not one of the carriers'],
      [{ numbers: ['1'], system: 'test', credentials: file }, 1, 'one JSON object'],
    ];
    for (const [change, code, words] of odd) {
      expect(await record(change)).toBe(code);
      expect(faults.join()).toContain(words);
      expect(faults.splice(0).join()).not.toContain('planted');
    }
    const missing = { file: path.join(folder, 'absent'), carrier: null };
    expect(await carrierReplay(missing, env, write, writeError)).toBe(1);
    expect(faults.splice(0)).toHaveLength(1);
  });

  it('report an invalid number or a missing folder before any request', async () => {
    const out = path.join(folder, 'absent', 'x.cassette.json');
    expect(await record({ numbers: [number], out })).toBe(1);
    expect(faults.splice(0).join()).toContain('is not a folder; create it first');
    expect(await record({ numbers: [number, '  '], out: path.join(folder, 'y.json') })).toBe(1);
    expect(faults.splice(0).join()).toContain('has no letter or digit');
  });

  it('write no cassette without requests', async () => {
    const before = readdirSync(folder);
    const polled = (await loadAdapters()).list().filter(({ track }) => track !== undefined);
    for (const name of polled.map(({ manifest }) => manifest.name)) {
      const code = await record({ carrier: name, numbers: ['../../x'] });
      const said = faults.splice(0).join();
      if (code === 0) rmSync(path.join(folder, 'x.cassette.json'));
      else expect(said).toMatch(/was not called, so nothing|differs/);
      output();
    }
    expect(readdirSync(folder)).toEqual(before);
  });

  it('make fixtures of stored pushes, without the people in them', async () => {
    const db = openDatabase({ url: database.url });
    const sealer = createEnvelopeSealer(loadKeyring({ text: null, file: null, data: folder }));
    const inbox = createInbox({ db, sealer, clock: systemClock, randomBytes: systemRandom });
    const body = {
      trackingNumber: number,
      receivedBy: 'Planted Qwrtz',
      events: [{ text: 'Signed for by: PLANTED QWRTZ', city: 'Leipzig' }],
    };
    const id = await inbox.store({
      source: 'webhook',
      carrier: carrier.name,
      owner: null,
      trust: 'secret',
      headers: { 'content-type': 'application/json', 'x-signature': 'planted' },
      body: Buffer.from(JSON.stringify(body)),
    });
    await db.end();
    const out = path.join(folder, 'pushes');
    expect(await record({ inbound: [id], out })).toBe(0);
    const files = readdirSync(out).sort();
    expect(files.map((file) => file.replace(/-[^.]*/, ''))).toEqual([
      'push.headers.json',
      'push.json',
    ]);
    const text = files.map((file) => readFileSync(path.join(out, file), 'utf8')).join('\n');
    expect(text + output()).not.toMatch(/planted|qwrtz/i);
    expect(text).toContain('Leipzig');
    const unknown = crypto.randomUUID();
    expect(await record({ inbound: [unknown], out })).toBe(1);
    expect(faults.splice(0).join()).toContain(unknown);
  });
});
