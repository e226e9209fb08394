import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecordContext } from '../../record/record.ts';
import { acmeMapping, body } from '../../test-acme.ts';
import { startTestRenormalize, type TestRenormalize } from '../test-renormalize.ts';
import { claimJob } from './jobs.sql.ts';
import type { JobsDeps } from './jobs.ts';
import {
  cancelMappingJob,
  mappingJob,
  mappingJobs,
  startDiff,
  startRenormalization,
} from './jobs.ts';

const FIRST = acmeMapping();
const MENDED = acmeMapping({ PICK: 'status: at_facility' });
const LATEST = acmeMapping({ PICK: 'status: exception' });
const LEASE_MS = 60_000;
const NUMBERS = Array.from({ length: 12 }, (_, index) => `J${index}`);

let test: TestRenormalize;
let deps: JobsDeps;

beforeAll(async () => {
  test = await startTestRenormalize(FIRST);
  deps = { ...test.hub, randomBytes: test.hub.deps.randomBytes };
  for (const trackingNumber of NUMBERS) {
    await test.hub.register({ carrier: 'acme', trackingNumber });
  }
  const events = [{ code: 'PICK', at: '2026-03-09T08:00:00' }];
  const reports = NUMBERS.map((number) => ({ number, events }));
  await test.hub.receive({ carrier: 'acme', body: body(...reports) });
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
  it('of one carrier run one at a time, oldest first, with comparisons in parallel', async () => {
    const [first, second] = [await order(), await order()];
    const diff = await startDiff(deps, {
      carrier: 'acme',
      fromVersion: null,
      toVersion: MENDED.version,
      by: 'test',
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

  it('whose holder died are continued by another, and the dead holder does no harm', async () => {
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

  it('that are cancelled stop at their next step, and finished work stays', async () => {
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

  it('start over when another version becomes active meanwhile, and end with that one', async () => {
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

  it('report a version that does not exist', async () => {
    test.hub.clock.advance(1_000);
    const { id } = await startDiff(deps, {
      carrier: 'acme',
      fromVersion: null,
      toVersion: 'f'.repeat(64),
      by: 'test',
    });
    const worker = test.worker();
    await worker.idle();
    await worker.stop();
    expect(await mappingJob(deps, id)).toMatchObject({
      state: 'failed',
      error: `version ${'f'.repeat(64)} of acme does not exist`,
    });
    expect((await mappingJobs(deps, { limit: 1 }))[0]?.id).toBe(id);
  });

  it('that are lost before a batch is committed change nothing any more', async () => {
    test.use(MENDED);
    const { id } = await order();
    const rest = async () => {
      await cancelMappingJob(deps, id);
    };
    const worker = test.worker({ pace: { rest } });
    await worker.idle();
    await worker.stop();
    expect(await mappingJob(deps, id)).toMatchObject({ state: 'cancelled', factsChanged: 0 });
    expect(await statuses()).toEqual(['picked_up']);
  });

  it('check once more at their end whether another version has become active', async () => {
    test.use(MENDED);
    const { id } = await order();
    let switched = false;
    const refresh = async () => {
      const { rows } = await test.hub.db.pipeline.query<{ late_until: Date | null }>(
        'select late_until from mapping_jobs where id = $1',
        [id],
      );
      const lateUntilMs = rows[0]?.late_until?.getTime() ?? 0;
      if (switched || lateUntilMs <= test.hub.clock.nowMs()) return;
      switched = true;
      test.use(LATEST);
    };
    const worker = test.worker({ mappings: { ...test.jobDeps.mappings, refresh } });
    await worker.idle();
    await worker.stop();
    expect(switched).toBe(true);
    expect(await mappingJob(deps, id)).toMatchObject({ state: 'done', toVersion: LATEST.version });
    expect(await statuses()).toEqual(['exception']);
  });

  it('wait until all processes use the version that was active when they were ordered', async () => {
    test.use(MENDED);
    await order();
    const orderedAtMs = test.hub.clock.nowMs();
    let waits = 0;
    const wait = async () => {
      waits += 1;
      test.hub.clock.advance(500);
    };
    const worker = test.worker({ adoptedMs: 2_000, wait });
    await worker.idle();
    await worker.stop();
    expect(waits).toBe(4);
    expect(test.hub.clock.nowMs()).toBe(orderedAtMs + 2_000);
  });

  it('are released by a process that cannot read the active version', async () => {
    test.use(MENDED);
    const { id } = await order();
    await test.activate({ version: LATEST.version, overlaysGeneration: 0 });
    const behind = test.worker();
    await behind.idle();
    await behind.stop();
    expect(await mappingJob(deps, id)).toMatchObject({ state: 'running', factsChanged: 0 });
    expect(await statuses()).toEqual(['picked_up']);
    test.use(LATEST);
    const worker = test.worker();
    await worker.idle();
    await worker.stop();
    await test.activate(null);
    expect(await mappingJob(deps, id)).toMatchObject({ state: 'done', toVersion: LATEST.version });
    expect(await statuses()).toEqual(['exception']);
  });
});

describe("merchants' own jobs", () => {
  const own = () => {
    test.hub.clock.advance(1_000);
    const { merchantId } = test.hub.tenant;
    const toVersion = MENDED.version;
    return startRenormalization(deps, { carrier: 'acme', toVersion, merchantId, by: 'test' });
  };

  it('come after everybody’s, and a merchant has one at a time', async () => {
    const first = await own();
    const whole = await order();
    expect((await own()).id).toBe(first.id);
    const pool = test.hub.db.pipeline;
    expect((await claimJob(pool, LEASE_MS))?.id).toBe(whole.id);
    await cancelMappingJob(deps, whole.id);
    expect((await claimJob(pool, LEASE_MS))?.id).toBe(first.id);
    expect((await own()).id).toBe(first.id);
    await cancelMappingJob(deps, first.id);
    const next = await own();
    expect(next.id).not.toBe(first.id);
    await cancelMappingJob(deps, next.id);
  });

  it('give way to one for everybody that is ordered while they run', async () => {
    test.use(MENDED);
    const mine = await own();
    let whole: string | null = null;
    const rest = async () => {
      whole ??= (await order()).id;
    };
    const worker = test.worker({ windowShipments: 1, pace: { rest } });
    await worker.idle();
    await worker.stop();
    const [wholeJob, ownJob] = [
      await mappingJob(deps, whole ?? ''),
      await mappingJob(deps, mine.id),
    ];
    expect(ownJob).toMatchObject({ state: 'done', factsChanged: 1 });
    expect(wholeJob).toMatchObject({ state: 'done', factsChanged: 11 });
  });

  it('follow when a merchant’s rules changed during a job', async () => {
    const { merchantId } = test.hub.tenant;
    test.use(MENDED);
    await test.activate({ version: MENDED.version, overlaysGeneration: 0 });
    let windows = 0;
    const rest = async () => {
      windows += 1;
      if (windows !== 6) return;
      test.hub.clock.advance(1_000);
      test.useFor(merchantId, () => LATEST);
      await test.activate({ version: MENDED.version, overlaysGeneration: 1 });
    };
    const { id } = await order();
    const worker = test.worker({ windowShipments: 1, pace: { rest } });
    await worker.idle();
    await worker.stop();
    await test.activate(null);
    test.useFor(merchantId, (base) => base);
    expect(await mappingJob(deps, id)).toMatchObject({ state: 'done' });
    expect((await mappingJobs(deps, { limit: 1 }))[0]).toMatchObject({
      state: 'done',
      scope: { codes: null, merchantId },
    });
    expect(await statuses()).toEqual(['exception']);
  });
});

describe('a parcel that cannot be recorded', () => {
  it('is counted, and all others are done', async () => {
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
