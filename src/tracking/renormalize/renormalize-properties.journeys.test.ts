import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Random, randomFrom } from '../../kernel/seeded-random.ts';
import { runs } from '../../kernel/test-runs.ts';
import type { Mapping } from '../../normalization/index.ts';
import { pull } from '../record/test-pulls.ts';
import { acmeMapping, body, type TestReport } from '../test-acme.ts';
import { mappingJob, startRenormalization } from './jobs/jobs.ts';
import { startTestRenormalize, type TestRenormalize } from './test-renormalize.ts';

/**
 * Any history, received in any order, read by one table and then read again by another, equals the
 * same history read by the other table from the beginning, wherever the work was interrupted.
 */
const SEED = 20_261_120;
const ROUNDS = runs(8, 2);
const PARCELS = 12;
const CODES = ['LABEL', 'PICK', 'HUB', 'OFD', 'DEL', 'UNDO', 'ODD', 'BACK'] as const;
const READINGS = [
  'status: created, logical: true',
  'status: picked_up',
  'status: in_transit, milestone: departed',
  'status: at_facility',
  'status: out_for_delivery',
  'status: exception, reason: weather_delay',
  'status: delivery_attempted',
  'status: available_for_pickup',
  'status: returning',
  'status: delivered',
  'status: cancelled, logical: true',
  'status: none',
  'status: none, hidden: true',
] as const;

let test: TestRenormalize;

beforeAll(async () => {
  test = await startTestRenormalize(acmeMapping());
});
afterAll(() => test?.close());

it('is what a fresh load by the new table is, wherever it was cut', async () => {
  const random = randomFrom(SEED);
  let changed = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const [before, after] = [anyMapping(random), anyMapping(random)];
    const histories = Array.from({ length: PARCELS }, () => anyHistory(random));
    test.use(before);
    await ingest(`OLD${round}`, histories);
    test.use(after);
    await ingest(`NEW${round}`, histories);
    changed += await rereadInPieces(after, random);
    for (let index = 0; index < PARCELS; index += 1) {
      const [old, fresh] = [numberOf('OLD', round, index), numberOf('NEW', round, index)];
      const everything = await everythingOf(old);
      expect(JSON.parse(JSON.stringify(everything).replaceAll(old, fresh)), old).toEqual(
        await everythingOf(fresh),
      );
    }
  }
  expect(changed).toBeGreaterThan(ROUNDS * PARCELS);
}, 600_000);

function anyMapping(random: Random): Mapping {
  const codes = CODES.filter(() => random.below(4) > 0);
  return acmeMapping(Object.fromEntries(codes.map((code) => [code, random.pick(READINGS)])));
}

type History = { readonly pulled: boolean; readonly events: TestReport['events'] }[];

function anyHistory(random: Random): History {
  return Array.from({ length: 1 + random.below(3) }, () => ({
    pulled: random.below(3) === 0,
    events: Array.from({ length: 1 + random.below(4) }, () => ({
      code: random.pick(CODES),
      at: `2026-03-0${1 + random.below(8)}T${10 + random.below(10)}:00:00`,
      logical: random.below(5) === 0,
      ...(random.below(3) === 0 ? { piece: random.pick(['one', 'two']) } : {}),
    })),
  }));
}

function numberOf(prefix: string, round: number, index: number): string {
  return `${prefix}${round}P${index}`;
}

async function ingest(prefix: string, histories: readonly History[]): Promise<void> {
  const { hub } = test;
  const startedAtMs = hub.clock.nowMs();
  for (const [index, history] of histories.entries()) {
    const number = `${prefix}P${index}`;
    await hub.register({ carrier: 'acme', trackingNumber: number });
    for (const { pulled, events } of history) {
      const report = { number, events };
      if (pulled) await pull(hub, report);
      else await hub.receive({ carrier: 'acme', body: body(report) });
    }
  }
  hub.clock.set(startedAtMs);
}

/**
 * Processes one shipment at a time and is stopped again and again. Returns how many facts changed.
 */
async function rereadInPieces({ version }: Mapping, random: Random): Promise<number> {
  const deps = { ...test.hub, randomBytes: test.hub.deps.randomBytes };
  const order = { carrier: 'acme', toVersion: version, by: 'test' };
  const { id } = await startRenormalization(deps, order);
  for (;;) {
    let steps = 1 + random.below(9);
    const worker = test.worker({
      windowShipments: 1 + random.below(5),
      pace: {
        async rest() {
          steps -= 1;
          if (steps === 0) void worker.stop();
        },
      },
    });
    await worker.idle();
    await worker.stop();
    const job = await mappingJob(deps, id);
    if (job?.state === 'done') return job.factsChanged;
    expect(job?.state).toBe('running');
  }
}

/**
 * Everything visible that is stored about a number, except when and by which version it was read.
 */
async function everythingOf(number: string): Promise<unknown> {
  const { db } = test.hub;
  const shipments = await db.pipeline.query(
    `select id, to_jsonb(s) - array['id', 'shard', 'sequence', 'created_at', 'updated_at'] as row
     from shipments s where tracking_number = $1`,
    [number],
  );
  expect(shipments.rows).toHaveLength(1);
  const { id, row: shipment } = shipments.rows[0];
  const facts = await db.pipeline.query(
    `select to_jsonb(f) - array['shipment_id', 'created_at', 'mapping_version', 'read_before',
                                'inbound_message_id', 'received_at'] as row
     from facts f where shipment_id = $1 order by identity`,
    [id],
  );
  const pieces = await db.pipeline.query(
    `select to_jsonb(p) - array['shipment_id'] as row from pieces p where shipment_id = $1
     order by piece`,
    [id],
  );
  const tracks = await db.pipeline.query(
    `select convert_from(body, 'UTF8') as body from public_tracks where tracking_number = $1`,
    [number],
  );
  return { shipment, facts: facts.rows, pieces: pieces.rows, tracks: tracks.rows };
}
