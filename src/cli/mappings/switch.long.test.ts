import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInbox } from '../../intake/index.ts';
import { bootstrap } from '../../merchants/index.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createMetrics } from '../../platform/observability/metrics.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { createPipelineMetrics, startInboxWorker } from '../../tracking/ports/running.ts';
import { registerShipment } from '../../tracking/ports/shipments.ts';
import { mappingsDiff } from './diff.ts';
import { mappingsJobs, mappingsJobsCancel } from './jobs.ts';
import { mappingsApply, mappingsRollback } from './switch.ts';
import { mappingsVersions } from './versions.ts';
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
  data = mkdtempSync(join(tmpdir(), 'waybill-switch-'));
  env = {
    DATABASE_URL: testDatabase.url,
    WAYBILL_DATA: data,
    WAYBILL_MAPPINGS_OVERLAY: data,
    WAYBILL_MASTER_KEY: 'ab'.repeat(32),
  };
});
afterAll(async () => {
  await testDatabase.drop();
  rmSync(data, { recursive: true });
});

function apply(version: string, flags: { renormalize?: boolean; json?: boolean } = {}) {
  const { renormalize = false, json = false } = flags;
  const args = { carrier: CARRIER, version, renormalize, notify: false, wait: renormalize, json };
  return mappingsApply(env, args, write, writeError);
}

function diff(from: string, to: string, flags: { overlay?: boolean; json?: boolean } = {}) {
  const { overlay = false, json = false } = flags;
  const args = { from, to, carrier: null, overlay, json };
  return mappingsDiff(env, args, write, writeError);
}

async function statusOfParcel(): Promise<string | undefined> {
  const found: string[] = [];
  await withMappings(env, async ({ database }) => {
    const { rows } = await database.pipeline.query<{ status: string }>(
      'select status from shipments',
    );
    found.push(...rows.map(({ status }) => status));
    return 0;
  });
  return found[0];
}

/** Creates a delivered parcel, read by the active version. */
async function deliveredParcel(): Promise<void> {
  await withMappings(env, async (machines) => {
    const { database: db, tracking, sealer, clock, randomBytes } = machines;
    const { merchantId } = await bootstrap({ db, clock, randomBytes }, null);
    await registerShipment(
      tracking,
      { merchantId, mode: 'test' },
      { carrier: CARRIER, trackingNumber: NUMBER },
    );
    await createInbox({ db, sealer, clock, randomBytes }).store({
      carrier: CARRIER,
      source: 'poll',
      trust: 'pulled',
      owner: null,
      headers: { ':number': NUMBER, ':status': '200' },
      body: readFileSync(FIXTURE),
    });
    const log = createLog({ level: 'silent' });
    const metrics = createPipelineMetrics(createMetrics({ processMetrics: false }));
    const worker = startInboxWorker({ pipeline: { ...tracking, log, metrics } });
    await worker.idle();
    await worker.stop();
    return 0;
  });
}

describe('the verbs about versions of mappings', () => {
  it('activate the files, compare, mend stored parcels and take it back', async () => {
    expect(await apply('files')).toBe(0);
    expect(said()).toEqual({
      lines: [expect.stringMatching(/^sandbox: version .* is active\.$/)],
      faults: [],
    });
    await deliveredParcel();
    expect(await statusOfParcel()).toBe('delivered');

    writeFileSync(
      join(data, 'sandbox.yaml'),
      'carrier: sandbox\nrules:\n  - { match: { status: delivered }, status: available_for_pickup }\n',
    );
    expect(await diff('active', 'files')).toBe(0);
    const output = said();
    expect(output.faults).toEqual([]);
    const summary = /^ {2}\d+ facts? read, 1 differently, 1 parcel changes$/;
    const row = `  delivered → available_for_pickup: 1 fact, 1 parcel  such as ${NUMBER}`;
    expect(output.lines.slice(-2)).toEqual([expect.stringMatching(summary), row]);
    expect(await statusOfParcel()).toBe('delivered');

    expect(await diff('stored', join(data, 'sandbox.yaml'), { overlay: true, json: true })).toBe(0);
    expect(JSON.parse(said().lines.join())).toMatchObject({
      carrier: CARRIER,
      from: null,
      facts_changed: 1,
      by_status: [{ from: 'delivered', to: 'available_for_pickup', shipments: 1 }],
    });

    expect(await apply('files', { renormalize: true })).toBe(0);
    expect(said().lines).toContain(row);
    expect(await statusOfParcel()).toBe('available_for_pickup');

    const back = {
      carrier: CARRIER,
      to: null,
      renormalize: true,
      notify: false,
      wait: true,
      json: true,
    };
    expect(await mappingsRollback(env, back, write, writeError)).toBe(0);
    expect(JSON.parse(said().lines.join())).toMatchObject({ state: 'done', facts_changed: 1 });
    expect(await statusOfParcel()).toBe('delivered');

    await mappingsVersions(env, { carrier: CARRIER, limit: 5, json: false }, write, writeError);
    expect(said().lines).toEqual([
      expect.stringMatching(/ {2}the files$/),
      expect.stringMatching(/ {2}active$/),
    ]);
    await mappingsJobs(env, { carrier: null, limit: 5, json: false }, write);
    expect(said().lines).toEqual([
      expect.stringMatching(/renormalize {2}sandbox .* done/),
      expect.stringMatching(/renormalize {2}sandbox .* done/),
    ]);
  });

  it('report what does not exist, and what does', async () => {
    expect(await diff('active', 'abcdef012345')).toBe(2);
    expect(said().faults.join()).toMatch(/No carrier has both active and abcdef012345/);
    expect(await diff('active', join(data, 'absent.yaml'))).toBe(2);
    expect(said().faults).toEqual([`There is no file ${join(data, 'absent.yaml')}.`]);
    writeFileSync(
      join(data, 'bad.yaml'),
      'carrier: sandbox\nrules:\n  - { match: { colour: red }, status: lost }\n',
    );
    expect(await diff('active', join(data, 'bad.yaml'))).toBe(2);
    expect(said().faults.join()).toMatch(/bad\.yaml:3:/);
    expect(await diff('files', 'stored')).toBe(2);
    expect(said().faults.join()).toMatch(/first side/);
    expect(await apply('000000')).toBe(1);
    expect(said().faults.join()).toMatch(/mappings versions sandbox/);
    const usps = { carrier: 'usps', to: null, renormalize: false, notify: false, wait: false };
    expect(await mappingsRollback(env, { ...usps, json: false }, write, writeError)).toBe(1);
    expect(said().faults.join()).toMatch(/usps has no previously active version/);
    const nobody = { carrier: 'nobody', limit: 5, json: false };
    expect(await mappingsVersions(env, nobody, write, writeError)).toBe(2);
    expect(said().faults.join()).toMatch(/Unknown carrier nobody; expected one of .*sandbox/);
    expect(await mappingsJobsCancel(env, 'x', write, writeError)).toBe(1);
    expect(said().faults.join()).toMatch(/x is not a waiting or running job/);
  });
});
