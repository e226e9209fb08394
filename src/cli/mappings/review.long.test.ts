import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createInbox } from '../../intake/index.ts';
import { bootstrap } from '../../merchants/index.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createMetrics } from '../../platform/observability/metrics.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { createPipelineMetrics, startInboxWorker } from '../../tracking/ports/running.ts';
import { registerShipment } from '../../tracking/ports/shipments.ts';
import { observedCoverage } from './coverage-observed.ts';
import { mappingsDismiss, mappingsResolve, mappingsReview } from './review.ts';
import { withMappings } from './with-mappings.ts';

const CARRIER = 'sandbox';
const NUMBER = 'EZ4000000004';
const FIXTURE = new URL('../../adapters/sandbox/fixtures/track-delivered.json', import.meta.url);

let testDatabase: TestDatabase;
let data: string;
let env: NodeJS.ProcessEnv;
const lines: string[] = [];
const faults: string[] = [];
const write = (line: string) => void lines.push(line);
const writeError = (line: string) => void faults.push(line);
const said = () => ({ lines: lines.splice(0), faults: faults.splice(0) });

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  data = mkdtempSync(join(tmpdir(), 'waybill-review-'));
  env = {
    DATABASE_URL: testDatabase.url,
    WAYBILL_DATA: data,
    WAYBILL_MASTER_KEY: 'ab'.repeat(32),
  };
  await hearUnknownCode();
});
afterAll(async () => {
  await testDatabase.drop();
  rmSync(data, { recursive: true });
});

/** Creates a parcel whose carrier sends an unknown code. */
async function hearUnknownCode(): Promise<void> {
  const body = readFileSync(FIXTURE, 'utf8').replaceAll('"in_transit"', '"on_a_boat"');
  const code = await withMappings(env, async ({ database: db, tracking, ...machines }) => {
    const { sealer, clock, randomBytes, mappings } = machines;
    await mappings.activateFiles(CARRIER, { by: 'test', why: 'as a hub does when it starts' });
    const { merchantId } = await bootstrap({ db, clock, randomBytes }, null);
    const tenant = { merchantId, mode: 'test' } as const;
    await registerShipment(tracking, tenant, { carrier: CARRIER, trackingNumber: NUMBER });
    const inbox = createInbox({ db, sealer, clock, randomBytes });
    await inbox.store({
      source: 'poll',
      carrier: CARRIER,
      owner: null,
      trust: 'pulled',
      headers: { ':status': '200', ':number': NUMBER },
      body: Buffer.from(body),
    });
    const log = createLog({ level: 'silent' });
    const metrics = createPipelineMetrics(createMetrics({ processMetrics: false }));
    const worker = startInboxWorker({ pipeline: { ...tracking, log, metrics } });
    await worker.idle();
    await worker.stop();
    return 0;
  });
  expect(code).toBe(0);
}

interface Listed {
  readonly id: string;
  readonly codes: object;
  readonly guess: { readonly status: string };
}

async function queue(): Promise<Listed[]> {
  expect(await mappingsReview(env, { limit: 10, json: true }, write)).toBe(0);
  return said().lines.map((line) => JSON.parse(line) as Listed);
}

it('lists unknown codes with a guess, counts real observations, and resolves them', async () => {
  const [entry, ...others] = await queue();
  expect(JSON.stringify(entry?.codes)).toContain('on_a_boat');
  expect(entry?.guess.status).toBeTruthy();
  await mappingsReview(env, { limit: 10, json: false }, write);
  expect(said().lines.join('\n')).toMatch(/on_a_boat[\s\S]*perhaps/);

  await observedCoverage(env, { json: true }, write);
  const { carriers } = JSON.parse(said().lines[0] ?? '');
  const met = carriers.find(({ carrier }: { carrier: string }) => carrier === CARRIER).seen;
  expect(met.facts).toBeGreaterThan(met.facts_mapped);
  expect(met.facts_share).toBeCloseTo(met.facts_mapped / met.facts);

  const id = entry?.id ?? '';
  const args = { id, status: 'in_transit', reason: null, milestone: null, note: null };
  const flags = { logical: false, notify: false };
  const wrong = { ...args, ...flags, status: 'arrived' };
  expect(await mappingsResolve(env, wrong, write, writeError)).toBe(2);
  expect(said().faults.join()).toContain('in_transit');
  expect(await mappingsResolve(env, { ...args, ...flags, id: 'none' }, write, writeError)).toBe(1);
  expect(said().faults.join()).toContain('waybill mappings review');
  expect(await mappingsResolve(env, { ...args, ...flags }, write, writeError)).toBe(0);
  expect(said().lines.join()).toMatch(/on_a_boat.*in_transit/);
  for (const other of others) {
    expect(await mappingsDismiss(env, other.id, 'not ours', write, writeError)).toBe(0);
  }
  expect(await mappingsDismiss(env, 'none', null, write, writeError)).toBe(1);
  said();
  expect(await queue()).toEqual([]);
});
