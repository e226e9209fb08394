import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isQuiet } from '../../events/event.ts';
import { readLog } from '../../platform/event-log/event-log.ts';
import { registerShipment } from '../commands/register.ts';
import { shortVersion } from '../facts/short-forms.ts';
import { shardOf } from '../record/shard-batches.ts';
import { acmeMapping, body, publicTrackOf } from '../test-acme.ts';
import { explainShipment, viewShipment } from '../views/view.ts';
import { mappingJob, startDiff, startRenormalization } from './jobs/jobs.ts';
import { startTestRenormalize, type TestRenormalize } from './test-renormalize.ts';

const FIRST = acmeMapping();
/** A version in which DEL is not a delivery. */
const MENDED = acmeMapping({ DEL: 'status: available_for_pickup, reason: locker' });

let test: TestRenormalize;

beforeAll(async () => {
  test = await startTestRenormalize(FIRST);
});
afterAll(() => test?.close());

async function parcel(number: string, ...codes: string[]): Promise<string> {
  const { shipment } = await test.hub.register({ carrier: 'acme', trackingNumber: number });
  await ingest(number, ...codes);
  return shipment.id;
}

/** A scan per hour, from eight o'clock on. */
async function ingest(number: string, ...codes: string[]): Promise<void> {
  const events = codes.map((code, index) => ({
    code,
    at: `2026-03-09T${String(8 + index).padStart(2, '0')}:00:00`,
  }));
  await test.hub.receive({ carrier: 'acme', body: body({ number, events }) });
}

function jobsDeps() {
  return { db: test.hub.db, clock: test.hub.clock, randomBytes: test.hub.deps.randomBytes };
}

function mended() {
  return { carrier: 'acme', toVersion: MENDED.version, by: 'test' };
}

async function stateOf(id: string) {
  return (await viewShipment(test.hub.deps, test.hub.tenant, id))?.shipment.state;
}

async function logOf(number: string) {
  const entries = await readLog(test.hub.db.pipeline, shardOf('acme', number), 0n, 10_000);
  return entries.filter(({ data }) => data['tracking_number'] === number);
}

async function rowsOf(table: string): Promise<unknown[]> {
  const { rows } = await test.hub.db.pipeline.query(`select t::text from ${table} t order by 1`);
  return rows;
}

/** Everything stored about a shipment, and the log entries its merchant received. */
async function everythingOf(id: string): Promise<unknown[]> {
  const { rows } = await test.hub.db.pipeline.query<{ row: string }>(
    `select t::text as row from shipments t where id = $1
     union all (select t::text from facts t where shipment_id = $1 order by identity)
     union all (select t::text from pieces t where shipment_id = $1 order by piece)
     union all (select t::text from event_log t where subject_id = $1 order by position)`,
    [id],
  );
  return rows.map(({ row }) => row);
}

describe('a renormalization', () => {
  it('gives parcels the state, timeline and public answer of the corrected table', async () => {
    test.use(FIRST);
    const id = await parcel('R1', 'PICK', 'HUB', 'DEL');
    expect(await stateOf(id)).toMatchObject({ status: 'delivered' });
    test.use(MENDED);
    expect(await stateOf(id)).toMatchObject({ status: 'delivered' });
    const job = await test.renormalize();
    expect(job).toMatchObject({
      state: 'done',
      toVersion: MENDED.version,
      factsRead: 3,
      factsChanged: 1,
      shipmentsChanged: 1,
      shipmentsFailed: 0,
      byStatus: [
        {
          from: 'delivered',
          to: 'available_for_pickup',
          facts: 1,
          shipments: 1,
          samples: [{ shipment_id: id, tracking_number: 'R1' }],
        },
      ],
    });
    expect(await stateOf(id)).toMatchObject({
      status: 'available_for_pickup',
      subStatus: 'locker',
      deliveredAtMs: null,
    });
    expect(await publicTrackOf(test.hub, 'R1')).toMatchObject({
      status: 'available_for_pickup',
      events: [
        { status: 'available_for_pickup' },
        { status: 'at_facility' },
        { status: 'picked_up' },
      ],
    });
  });

  it('notifies nobody unless it is asked to', async () => {
    test.use(FIRST);
    await parcel('Q1', 'PICK', 'DEL');
    const before = (await logOf('Q1')).length;
    test.use(MENDED);
    await test.renormalize();
    const [quiet, ...more] = (await logOf('Q1')).slice(before);
    expect(more).toEqual([]);
    expect(quiet).toMatchObject({
      type: 'shipment.corrected',
      data: { status: 'available_for_pickup', remapped: true, quiet: true },
      previousAttributes: { status: 'delivered' },
    });
    expect(quiet && isQuiet(quiet)).toBe(true);

    test.use(FIRST);
    await test.renormalize({ notify: true });
    const newest = (await logOf('Q1')).slice(-2);
    expect(newest).toMatchObject([
      { type: 'shipment.status_changed', data: { remapped: true } },
      { type: 'shipment.delivered', data: { remapped: true } },
    ]);
    expect(newest.some(isQuiet)).toBe(false);
  });

  it('leaves unchanged readings alone: rows, log and public answer', async () => {
    test.use(FIRST);
    await test.renormalize();
    const id = await parcel('S1', 'PICK', 'HUB');
    const before = await rowsOf('facts');
    const entries = await rowsOf('event_log');
    const shipments = await rowsOf('shipments');
    test.use(acmeMapping({ NEVER: 'status: delivered' }));
    const job = await test.renormalize();
    expect(job.factsRead).toBeGreaterThan(2);
    expect(job).toMatchObject({ state: 'done', factsChanged: 0, shipmentsChanged: 0 });
    expect(await rowsOf('facts')).toEqual(before);
    expect(await rowsOf('event_log')).toEqual(entries);
    expect(await rowsOf('shipments')).toEqual(shipments);
    expect((await stateOf(id))?.status).toBe('at_facility');
  });

  it('writes no entry when only invisible readings changed', async () => {
    test.use(FIRST);
    const id = await parcel('S2', 'PICK');
    const entries = (await logOf('S2')).length;
    test.use(acmeMapping({ PICK: 'status: picked_up, reviewed: false' }));
    const job = await test.renormalize();
    expect(job).toMatchObject({ shipmentsChanged: 0 });
    expect(job.factsChanged).toBeGreaterThan(0);
    expect(await logOf('S2')).toHaveLength(entries);
    expect((await stateOf(id))?.status).toBe('picked_up');
  });

  it('is explained: a fact whose reading was weakened says so, with its old reading', async () => {
    test.use(FIRST);
    const id = await parcel('X1', 'PICK', 'DEL');
    test.use(MENDED);
    await test.renormalize();
    const why = await explainShipment(test.hub.deps, test.hub.tenant, id);
    expect(why?.explanation.facts).toMatchObject([
      { codes: { event: 'PICK' }, verdict: 'standing', reading: { before: null } },
      {
        codes: { event: 'DEL' },
        verdict: 'remapped',
        reading: {
          status: 'available_for_pickup',
          mapping_version: shortVersion(MENDED.version),
          before: {
            status: 'delivered',
            sub_status: null,
            mapping_version: shortVersion(FIRST.version),
          },
        },
      },
    ]);
    test.use(FIRST);
    await test.renormalize();
    const again = await explainShipment(test.hub.deps, test.hub.tenant, id);
    expect(again?.explanation.facts[1]).toMatchObject({
      verdict: 'steering',
      reading: { status: 'delivered', before: { status: 'available_for_pickup' } },
    });
  });

  it('keeps the carrier’s own mark for not a scan, whatever the rule says', async () => {
    test.use(FIRST);
    const { shipment } = await test.hub.register({ carrier: 'acme', trackingNumber: 'L1' });
    const events = [{ code: 'ODD', at: '2026-03-09T08:00:00', logical: true }];
    await test.hub.receive({ carrier: 'acme', body: body({ number: 'L1', events }) });
    test.use(acmeMapping({ ODD: 'status: picked_up' }));
    await test.renormalize();
    const why = await explainShipment(test.hub.deps, test.hub.tenant, shipment.id);
    expect(why?.explanation.facts[0]?.reading).toMatchObject({
      status: 'picked_up',
      logical: true,
    });
  });

  it('reads only facts with the codes, or of the merchant, in its scope', async () => {
    test.use(FIRST);
    const [odd, del] = [await parcel('C1', 'NEW'), await parcel('C2', 'DEL')];
    test.use(acmeMapping({ NEW: 'status: out_for_delivery', DEL: 'status: exception' }));
    const nobody = '00000000-0000-7000-8000-00000000000e';
    expect(await test.renormalize({ merchantId: nobody })).toMatchObject({ factsRead: 0 });
    const job = await test.renormalize({ codes: [{ event: 'NEW' }] });
    expect(job).toMatchObject({ factsRead: 1, factsChanged: 1 });
    expect((await stateOf(odd))?.status).toBe('out_for_delivery');
    expect((await stateOf(del))?.status).toBe('delivered');
  });

  it('touches nothing of another merchant that follows the same number', async () => {
    test.use(FIRST);
    const mine = await parcel('B1', 'PICK', 'DEL');
    const other = { merchantId: '00000000-0000-7000-8000-0000000000b2', mode: 'test' } as const;
    await test.hub.db.pipeline.query(
      `insert into merchants (id, slug, name) values ($1, 'other', 'Other')`,
      [other.merchantId],
    );
    const registering = { carrier: 'acme', trackingNumber: 'B1' };
    const { shipment } = await registerShipment(test.hub.deps, other, registering);
    await ingest('B1', 'PICK', 'DEL', 'HUB');
    const theirs = await everythingOf(shipment.id);
    expect(theirs).toContainEqual(expect.stringContaining('delivered'));
    test.use(MENDED);
    const { merchantId } = test.hub.tenant;
    const job = await test.renormalize({ merchantId, notify: true });
    expect(job).toMatchObject({ state: 'done', shipmentsFailed: 0 });
    expect((await stateOf(mine))?.status).not.toBe('delivered');
    expect(await everythingOf(shipment.id)).toEqual(theirs);
  });

  it('leaves other codes of a parcel as they were read, when its scope has some codes only', async () => {
    test.use(FIRST);
    await test.renormalize();
    const id = await parcel('N1', 'NEW', 'DEL');
    test.use(acmeMapping({ NEW: 'status: out_for_delivery', DEL: 'status: exception' }));
    const job = await test.renormalize({ codes: [{ event: 'NEW' }] });
    expect(job.byStatus.map(({ to }) => to)).toEqual(['out_for_delivery']);
    expect((await stateOf(id))?.status).toBe('delivered');
  });

  it("reads a merchant's parcels by its own rules, and shared answers without them", async () => {
    test.use(FIRST);
    const id = await parcel('M1', 'HUB');
    const { merchantId } = test.hub.tenant;
    const own = acmeMapping({ HUB: 'status: exception' });
    test.useFor(merchantId, () => own);
    test.use(MENDED);
    await test.renormalize();
    expect((await stateOf(id))?.status).toBe('exception');
    const { rows } = await test.hub.db.pipeline.query(
      'select mapping_version, neutral_reading from facts where shipment_id = $1',
      [id],
    );
    expect(rows).toMatchObject([
      { mapping_version: shortVersion(own.version), neutral_reading: { status: 'at_facility' } },
    ]);
    test.useFor(merchantId, (base) => base);
    await test.renormalize();
    expect((await stateOf(id))?.status).toBe('at_facility');
  });

  it('catches up with facts recorded by a process that had not yet followed the switch', async () => {
    test.use(FIRST);
    await parcel('T1', 'PICK');
    const { shipment } = await test.hub.register({ carrier: 'acme', trackingNumber: 'T2' });
    test.use(MENDED);
    let walked = false;
    const behind = async () => {
      if (walked) return;
      walked = true;
      // All windows have been read by now. The pipeline still uses the old table.
      test.use(FIRST);
      await ingest('T2', 'DEL');
      test.use(MENDED);
    };
    await startRenormalization(jobsDeps(), mended());
    const mappings = { ...test.jobDeps.mappings, current: () => MENDED };
    const worker = test.worker({ mappings, pace: { rest: behind } });
    await worker.idle();
    await worker.stop();
    expect(walked).toBe(true);
    expect((await stateOf(shipment.id))?.status).toBe('available_for_pickup');
  });
});

describe('a comparison', () => {
  it('reports what a renormalization would do, and writes only its result', async () => {
    test.use(FIRST);
    await test.renormalize();
    await parcel('D1', 'PICK', 'DEL');
    test.use(MENDED);
    test.use(FIRST);
    const tables = ['facts', 'shipments', 'event_log', 'public_tracks', 'pieces', 'observations'];
    const before = await Promise.all(tables.map(rowsOf));
    const { id } = await startDiff(jobsDeps(), { ...mended(), fromVersion: FIRST.version });
    const stored = await startDiff(jobsDeps(), { ...mended(), fromVersion: null });
    const worker = test.worker({ windowShipments: 2 });
    await worker.idle();
    await worker.stop();
    expect(await Promise.all(tables.map(rowsOf))).toEqual(before);
    const diff = await mappingJob(jobsDeps(), id);
    const fromStored = await mappingJob(jobsDeps(), stored.id);
    expect(diff?.state).toBe('done');
    expect(diff?.shipmentsChanged).toBeGreaterThan(0);
    test.use(MENDED);
    const job = await test.renormalize();
    const figures = ({ factsRead, factsChanged, shipmentsChanged, byStatus }: typeof job) => ({
      factsRead,
      factsChanged,
      shipmentsChanged,
      byStatus: byStatus.map(({ samples: _, ...counts }) => counts),
    });
    expect(fromStored && figures(fromStored)).toEqual(figures(job));
    expect(diff && figures(diff)).toEqual(figures(job));
  });
});
