import { cpus } from 'node:os';
import pg from 'pg';
import type { ReportedFact } from '../src/adapters/contract/contract.ts';
import { EMPTY_SNAPSHOT } from '../src/adapters/contract/contract.ts';
import { createFacilityIndex } from '../src/intake/facilities/facility-index.ts';
import { readFacilityCsv } from '../src/intake/facilities/read-csv.ts';
import { resolveFacility } from '../src/intake/facilities/resolve-facility.ts';
import { testFacility } from '../src/intake/facilities/test-facility.ts';
import type { FacilityOf } from '../src/intake/index.ts';
import { placeTimeWithoutZone } from '../src/kernel/time/zoned-time.ts';
import { systemClock, systemRandom } from '../src/platform/clock.ts';
import { openDatabase } from '../src/platform/database/database.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { createLog } from '../src/platform/observability/log.ts';
import { startTestPostgres } from '../src/platform/test-postgres.ts';
import { withFacilityZones } from '../src/tracking/facilities/facility-zone.ts';
import { startFacilityLearning } from '../src/tracking/facilities/learn-facilities.ts';
import { EMPTY_HISTORY } from '../src/tracking/facts/history.ts';
import { ingest } from '../src/tracking/facts/ingest.ts';
import type { IngestedReport } from '../src/tracking/facts/ingested-report.ts';
import { isShort, median, report, say } from './figures/report.ts';

/**
 * Measures the cost of facilities when facts are recorded: ingesting reports whose every fact is at
 * a building among 100,000, compared with ingesting without a registry. Also measures the cost of
 * learning: finished parcels, each with ten scans, consumed from the log.
 */
const FACILITIES = 100_000;
const REPORTS = isShort() ? 2_000 : 10_000;
const FACTS = 10;
const TURNS = 7;
const PARCELS = isShort() ? 500 : 5_000;

const index = createFacilityIndex(
  Array.from({ length: FACILITIES }, (_, index) =>
    testFacility({ code: `B${index}`, name: `Hub ${index}` }),
  ),
);
const facilityOf: FacilityOf = (tenant, place) => resolveFacility(place, tenant, index);
const shipment = {
  carrier: 'acme',
  merchantId: '00000000-0000-4000-8000-000000000001',
  mode: 'live' as const,
};
const reports = Array.from({ length: REPORTS }, (_, index) => ingestedReport(index));
const bare: number[] = [];
const placed: number[] = [];
for (let turn = 0; turn < TURNS; turn += 1) {
  bare.push(ingestAll(undefined));
  placed.push(ingestAll(facilityOf));
}
const facts = REPORTS * FACTS;
const [withoutUs, withUs] = [bare, placed].map((times) => (median(times) * 1_000) / facts) as [
  number,
  number,
];
say(`hearing a fact: ${withoutUs.toFixed(2)} µs without facilities, ${withUs.toFixed(2)} µs with`);

const csv = `code,country,time_zone\n${Array.from({ length: 5_000 }, (_, index) => `B${index},US,America/Chicago`).join('\n')}`;
const csvFrom = performance.now();
readFacilityCsv(csv, { carrier: null, isCarrier: () => true, rowsMax: 10_000 });
say(`a CSV file of 5,000 lines: ${(performance.now() - csvFrom).toFixed(0)} ms`);

const server = await startTestPostgres({ durable: true });
try {
  await migrate(server.url);
  await load(server.url);
  const db = openDatabase({ url: server.url });
  const learning = startFacilityLearning({
    db,
    clock: systemClock,
    randomBytes: systemRandom,
    everyMs: null,
    pauseMs: 0,
    log: createLog({ level: 'silent' }),
  });
  const from = performance.now();
  const parcels = await learning.run();
  const perParcelMs = (performance.now() - from) / parcels;
  say(`${parcels} parcels taken in, ${perParcelMs.toFixed(2)} ms each`);
  await learning.stop();
  await db.end();
  report({
    bench: 'facilities',
    value: withUs - withoutUs,
    unit: 'µs a fact',
    baseline: withoutUs,
    ratio: withUs / withoutUs,
    p50_ms: perParcelMs,
    p99_ms: perParcelMs,
    conditions: {
      cores: cpus().length,
      facilities: FACILITIES,
      facts,
      learning_parcels: parcels,
      learning_ms_a_parcel: Number(perParcelMs.toFixed(3)),
    },
  });
} finally {
  await server.stop();
}

function ingestAll(of: FacilityOf | undefined): number {
  const from = performance.now();
  for (const each of reports) ingest(EMPTY_HISTORY, withFacilityZones(each, shipment, of));
  return performance.now() - from;
}

function ingestedReport(index: number): IngestedReport {
  const reported = Array.from({ length: FACTS }, (_, at): ReportedFact => {
    const local = `2026-02-09T08:${String(at).padStart(2, '0')}:00`;
    return {
      codes: { event: 'HUB' },
      identity: ['1', 'HUB', local],
      time: placeTimeWithoutZone(local, 'second'),
      place: {
        city: 'MEMPHIS',
        region: 'TN',
        postalCode: null,
        country: 'US',
        facility: `B${(index * 7_919 + at) % FACILITIES}`,
      },
      text: null,
      piece: null,
      logical: false,
    };
  });
  return {
    inboundMessageId: `r${index}`,
    source: 'webhook',
    trust: 'signed',
    byAccount: false,
    receivedAtMs: Date.UTC(2026, 2, 9, 20),
    report: {
      trackingNumber: `N${index}`,
      aliases: [],
      carrierPieceId: null,
      asOf: null,
      links: [],
      fullHistory: true,
      facts: reported,
      snapshot: EMPTY_SNAPSHOT,
    },
    codeOf: () => 'HUB',
    read: () => ({
      status: 'at_facility',
      reason: null,
      milestone: null,
      logical: false,
      hidden: false,
      known: true,
      reviewed: true,
      correction: false,
      returnCancelled: false,
      rule: null,
      mappingVersion: 'v',
    }),
  };
}

/** Inserts parcels that were delivered, with their scans and the log entries about them. */
async function load(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  const merchant = shipment.merchantId;
  const numbers = Array.from({ length: PARCELS }, (_, index) => index);
  await client.query(`insert into merchants (id, slug, name) values ($1, 'b', 'b')`, [merchant]);
  await client.query('set session_replication_role = replica');
  await client.query(
    `insert into shipments (id, merchant_id, mode, shard, carrier, tracking_number, facts_from,
       status, confirmed, sequence, created_at, updated_at, indexed)
     select lpad(n::text, 32, '0')::uuid, $1, 'live', n % 64, 'acme', 'N' || n, now(),
       'delivered', true, 1, now(), now(), true from unnest($2::int[]) as n`,
    [merchant, numbers],
  );
  await client.query(
    `insert into observations (shipment_id, merchant_id, mode, identity, inbound_message_id, source, trust,
       by_account, received_at, local, time_precision, zone_source, offset_min, place)
     select lpad(n::text, 32, '0')::uuid, $1, 'live', 'f' || f, lpad(n::text, 32, '0')::uuid,
       'webhook', 'signed', false, now(), '2026-02-09T08:00:00', 'second', 'offset', -300,
       jsonb_build_object('city', 'MEMPHIS', 'region', 'TN', 'postalCode', null, 'country', 'US',
                          'facility', 'B' || (n * 31 + f) % 2000)
     from unnest($2::int[]) as n, generate_series(1, 10) as f`,
    [merchant, numbers],
  );
  await client.query(
    `insert into event_log (shard, id, merchant_id, mode, subject_id, sequence, type, occurred_at,
       recorded_at, data, previous_attributes)
     select n % 64, gen_random_uuid(), $1, 'live', lpad(n::text, 32, '0')::uuid, f,
       case f when 10 then 'shipment.status_changed' else 'shipment.tracking_updated' end, now(),
       now(), jsonb_build_object('status', 'delivered', 'padding', repeat('x', 800)), '{}'
     from unnest($2::int[]) as n, generate_series(1, 10) as f`,
    [merchant, numbers],
  );
  await client.query('analyze');
  await client.end();
}
