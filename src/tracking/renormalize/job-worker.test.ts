import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecordContext } from '../record.ts';
import { acmeMapping, body } from '../test-acme.ts';
import { claimJob } from './jobs.sql.ts';
import type { JobsDeps } from './jobs.ts';
import {
  cancelMappingJob,
  mappingJob,
  mappingJobs,
  startDiff,
  startRenormalization,
} from './jobs.ts';
import { startTestRenormalize, type TestRenormalize } from './test-renormalize.ts';

const FIRST = acmeMapping();
const MENDED = acmeMapping({ PICK: 'status: at_facility' });
const LATEST = acmeMapping({ PICK: 'status: exception' });
const LEASE_MS = 60_000;
const NUMBERS = Array.from({ length: 12 }, (_, nr) => `J${nr}`);

let test: TestRenormalize;
let deps: JobsDeps;

beforeAll(async () => {
  test = await startTestRenormalize(FIRST);
  deps = { ...test.hub, randomBytes: test.hub.deps.randomBytes };
  for (const trackingNumber of NUMBERS) {
    await test.hub.register({ carrier: 'acme', trackingNumber });
  }
  const events = [{ code: 'PICK', at: '2026-03-09T08:00:00' }];
  const told = NUMBERS.map((number) => ({ number, events }));
  await test.hub.receive({ carrier: 'acme', body: body(...told) });
});
afterAll(() => test?.close());
beforeEach(async () => {
  test.use(FIRST);
  await test.renormalize();
});

function order(toVersion = MENDED.version) {
  test.hub.clock.advance(1_000);
  return startRenormalization(deps, { carrier: 'acme', toVersion, by: 'test' });
}

async function statuses(): Promise<string[]> {
  const { rows } = await test.hub.db.pipeline.query<{ status: string }>(
    'select distinct status from shipments',
  );
  return rows.map(({ status }) => status);
}

describe('jobs', () => {
  it('of one carrier run one at a time, the oldest first, and comparisons beside them', async () => {
    const [first, second] = [await order(), await order()];
    const diff = await startDiff(deps, {
      ...{ carrier: 'acme', fromVersion: null, toVersion: MENDED.version, by: 'test' },
    });
    const pool = test.hub.db.pipeline;
    expect((await claimJob(pool, LEASE_MS))?.id).toBe(first.id);
    expect((await claimJob(pool, LEASE_MS))?.id).toBe(diff.id);
    expect(await claimJob(pool, LEASE_MS)).toBeNull();
    await cancelMappingJob(deps, first.id);
    expect((await claimJob(pool, LEASE_MS))?.id).toBe(second.id);
    await cancelMappingJob(deps, second.id);
    await cancelMappingJob(deps, diff.id);
    expect(await cancelMappingJob(deps, diff.id)).toBeNull();
  });

  it('whose holder died are gone on with by another, and the dead holder does no harm', async () => {
    test.use(MENDED);
    const { id } = await order();
    const dead = await claimJob(test.hub.db.pipeline, -1_000);
    expect(dead?.id).toBe(id);
    const worker = test.worker();
    await worker.idle();
    await worker.stop();
    expect(await mappingJob(deps, id)).toMatchObject({ state: 'done', factsChanged: 12 });
    expect(await statuses()).toEqual(['at_facility']);
  });

  it('that are cancelled stop at their next step and keep what they have done', async () => {
    test.use(MENDED);
    const { id } = await order();
    let steps = 0;
    const worker = test.worker({
      windowShipments: 1,
      pace: {
        async rest() {
          steps += 1;
          if (steps === 6) await cancelMappingJob(deps, id);
        },
      },
    });
    await worker.idle();
    await worker.stop();
    const job = await mappingJob(deps, id);
    expect(job).toMatchObject({ state: 'cancelled' });
    expect(job?.factsChanged).toBeGreaterThan(0);
    expect(job?.factsChanged).toBeLessThan(12);
    expect((await statuses()).sort()).toEqual(['at_facility', 'picked_up']);
  });

  it('begin anew when another version comes in force meanwhile, and end with that one', async () => {
    test.use(MENDED);
    const { id } = await order();
    let steps = 0;
    const worker = test.worker({
      windowShipments: 1,
      pace: {
        async rest() {
          steps += 1;
          if (steps === 6) test.use(LATEST);
        },
      },
    });
    await worker.idle();
    await worker.stop();
    expect(await mappingJob(deps, id)).toMatchObject({ state: 'done', toVersion: LATEST.version });
    expect(await statuses()).toEqual(['exception']);
  });

  it('say of a version that is not there that it is not', async () => {
    test.hub.clock.advance(1_000);
    const { id } = await startDiff(deps, {
      ...{ carrier: 'acme', fromVersion: null, toVersion: 'f'.repeat(64), by: 'test' },
    });
    const worker = test.worker();
    await worker.idle();
    await worker.stop();
    expect(await mappingJob(deps, id)).toMatchObject({
      state: 'failed',
      error: `version ${'f'.repeat(64)} of acme is not there`,
    });
    expect((await mappingJobs(deps, { limit: 1 }))[0]?.id).toBe(id);
  });

  it('count a parcel that cannot be recorded, and do all others', async () => {
    await test.hub.register({ carrier: 'acme', trackingNumber: 'BAD' });
    const events = ['PICK', 'OFD'].map((code) => ({ code, at: '2026-03-09T08:00:00' }));
    await test.hub.receive({ carrier: 'acme', body: body({ number: 'BAD', events }) });
    test.use(acmeMapping({ PICK: 'status: at_facility', OFD: 'status: exception' }));
    const { id } = await order();
    const context = (): RecordContext => ({
      ...test.hub.deps.context(),
      describe: ({ status }) => {
        if (status === 'exception') throw new Error('no words for it');
        return status;
      },
    });
    const worker = test.worker({ context });
    await worker.idle();
    await worker.stop();
    const done = { state: 'done', factsChanged: 12, shipmentsFailed: 1 };
    expect(await mappingJob(deps, id)).toMatchObject(done);
  });
});
