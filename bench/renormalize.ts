import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { loadAdapters, packagedMappings } from '../src/adapters/index.ts';
import { type Mapping, openMappingFiles, readFact } from '../src/normalization/index.ts';
import { systemClock, systemRandom } from '../src/platform/clock.ts';
import { type Database, openDatabase } from '../src/platform/database/database.ts';
import { createLog } from '../src/platform/observability/log.ts';
import { urlOfRunningServer } from '../src/platform/postgres/embedded-postgres.ts';
import {
  type ActiveMappings,
  cancelMappingJob,
  type MappingJob,
  mappingJob,
  openActiveMappings,
  startRenormalization,
} from '../src/tracking/ports/mappings.ts';
import { wholeBody } from '../src/tracking/public/short-body.ts';
import { fedexPush, minuteScan, PUSH_SECRET, parcelNumber } from '../test/support/fedex-push.ts';
import {
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../test/support/hubs/hub-process.ts';
import { isShort, median, report, say } from './figures/report.ts';
import { CARRIER, connect, loadShipments } from './load/bulk-load.ts';
import { load } from './load/http-load.ts';
import {
  COMMON_END,
  FACTS_A_PARCEL,
  loadLongHistories,
  RARE_END,
  RARE_EVERY,
} from './load/long-history.ts';
import { signedRequest } from './load/push-request.ts';

/**
 * Reads a million stored facts again after a change to one code: one that hardly any parcel has,
 * and one that each parcel has once. The second job is killed half way and continues in another
 * process. Then sends pushes at a steady rate, with and without a concurrent job.
 */
const PARCELS = isShort() ? 5_000 : 100_000;
const FACTS = PARCELS * FACTS_A_PARCEL;
/** The number of parcels for pushes, without earlier history. */
const PUSHED = isShort() ? 1_000 : 20_000;
const PUSHES_A_SECOND = 1_000;
const ROUNDS = isShort() ? 1 : 5;
const ROUND_MS = isShort() ? 2_000 : 10_000;
const CONNECTIONS = 32;
const CHECK_EVERY_MS = 20;
const MAPPINGS = new URL('../config/carrier-mappings', import.meta.url).pathname;

const settings = {
  WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
  WAYBILL_PUBLIC_RATE: 'off',
  WAYBILL_SANDBOX: 'off',
};
let pushedSoFar = 0;
const data = newDataFolder();
let hub = await startHub(data, settings);
try {
  let stage = await openStage(data);
  const client = await connect(stage.url);
  await loadShipments(client, PARCELS);
  await loadLongHistories(client, stage.inForce());
  await loadShipmentsToPush(client);
  say(`${PARCELS} parcels with ${FACTS} facts loaded`);
  const baseline = await oneByOne(client, stage.inForce());
  say(`fetched and read one by one, nothing written: ${baseline} facts/s`);

  const rare = await timed(stage, await stage.change(RARE_END, 'exception'));
  say(`a rare code: ${rare.factsPerS} facts/s, ${rare.job.factsChanged} of them changed`);
  await ended(stage, rare.job);
  const common = await timed(stage, await stage.change(COMMON_END, 'at_facility'));
  say(`a code of each parcel: ${common.factsPerS} facts/s, ${common.job.factsChanged} changed`);
  await ended(stage, common.job);

  await client.end();
  const order = await stage.change(COMMON_END, 'exception');
  await until(stage, order, ({ factsRead }) => factsRead >= FACTS / 2);
  await hub.kill();
  await stage.close().catch(() => {});
  hub = await startHub(data, settings);
  stage = await openStage(data);
  await ended(stage, order);
  const resumed = await mappingJob(stage, order.id);
  const rareParcels = Math.ceil(PARCELS / RARE_EVERY);
  await expectStatuses(stage.url, {
    exception: PARCELS - rareParcels,
    available_for_pickup: rareParcels,
  });
  say(`killed half way and gone on with: all ${PARCELS} parcels are as they should be`);

  await push(hub); // A process that has just started is slow.
  const alone: number[] = [];
  const beside: number[] = [];
  const besideFacts: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push((await push(hub)).p99Ms);
    const job = await stage.change(COMMON_END, round % 2 === 0 ? 'at_facility' : 'exception');
    const { factsChanged: before } = await until(stage, job, (now) => now.factsChanged > 0);
    beside.push((await push(hub)).p99Ms);
    const after = (await mappingJob(stage, job.id))?.factsChanged ?? 0;
    const parcelsPerS = ((after - before) / ROUND_MS) * 1_000;
    besideFacts.push(Math.round(parcelsPerS * FACTS_A_PARCEL));
    await cancelMappingJob(stage, job.id);
    say(
      `p99 alone ${alone.at(-1)} ms, beside a job ${beside.at(-1)} ms (${besideFacts.at(-1)} facts/s)`,
    );
  }
  await stage.close();
  report({
    bench: 'renormalize',
    value: rare.factsPerS,
    unit: 'facts/s',
    baseline,
    p50_ms: median(alone),
    p99_ms: median(beside),
    conditions: {
      facts: FACTS,
      parcels: PARCELS,
      value_is: 'a change to a code that one parcel in a thousand has',
      facts_changed: rare.job.factsChanged,
      every_parcel_facts_per_s: common.factsPerS,
      every_parcel_is: 'a change to a code that every parcel has once: each is folded and written',
      every_parcel_changed: common.job.shipmentsChanged,
      killed_and_resumed_changed: resumed?.factsChanged,
      baseline_is: 'each fact fetched and read by itself, nothing written',
      p50_ms_is: `p99 of ${PUSHES_A_SECOND} pushes/s without a job`,
      p99_ms_is: 'p99 of the same pushes beside a job that changes every parcel',
      p99_ratio: Math.round((median(beside) / median(alone)) * 100) / 100,
      beside_pushes_facts_per_s: median(besideFacts),
      rounds: ROUNDS,
      cores: cpus().length,
      load_generator: 'same machine',
    },
  });
} finally {
  await hub.stop();
  removeDataFolder(data);
}

interface Stage {
  readonly url: string;
  readonly db: Database;
  readonly clock: typeof systemClock;
  readonly randomBytes: typeof systemRandom;
  inForce(): Mapping;
  /** Changes the meaning of the code, and starts reading everything again. */
  change(code: string, status: string): Promise<MappingJob>;
  close(): Promise<void>;
}

/** Opens the environment of an operator's command: the hub's database, and its mappings. */
async function openStage(folder: string): Promise<Stage> {
  const url = urlOfRunningServer(folder) ?? '';
  const db = openDatabase({ url });
  const registry = await loadAdapters();
  const carriers = registry.list().map(({ manifest }) => manifest);
  const packaged = packagedMappings(registry);
  const files = await openMappingFiles({ folder: MAPPINGS, packaged, carriers, watch: 'off' });
  const log = createLog({ level: 'silent' });
  const options = { db, files, carriers, listener: null, clock: systemClock, log };
  const mappings = await openActiveMappings({ ...options, mode: 'visit' });
  const deps = { db, clock: systemClock, randomBytes: systemRandom };
  return {
    url,
    ...deps,
    inForce: () => required(mappings),
    async change(code, status) {
      const text = `carrier: ${CARRIER}\nrules:\n  - { match: { event: ${code} }, status: ${status} }\n`;
      const how = { by: 'bench', why: 'bench' };
      const outcome = await mappings.putOverlay(CARRIER, null, text, how);
      if (outcome.outcome !== 'stored') throw new Error(JSON.stringify(outcome));
      const toVersion = outcome.version;
      return startRenormalization(deps, { carrier: CARRIER, toVersion, by: 'bench' });
    },
    async close() {
      await mappings.close();
      await db.end();
    },
  };
}

function required(mappings: ActiveMappings): Mapping {
  const mapping = mappings.current(CARRIER);
  if (mapping === null) throw new Error('nothing is in force');
  return mapping;
}

async function loadShipmentsToPush(client: pg.Client): Promise<void> {
  await loadShipments(client, PARCELS + PUSHED, PARCELS);
  await client.query('analyze shipments');
}

/** Reads facts in the naive way: every row is sent to the client, and read by itself. */
async function oneByOne(client: pg.Client, mapping: Mapping): Promise<number> {
  const startedAt = performance.now();
  let read = 0;
  await client.query('begin');
  await client.query('declare every cursor for select * from facts');
  for (;;) {
    const { rows } = await client.query('fetch 5000 from every');
    if (rows.length === 0) break;
    for (const { codes, reported_logical: logical } of rows) {
      if (readFact(mapping, { codes, logical }).status !== 'none') read += 1;
    }
  }
  await client.query('commit');
  return Math.round((read / (performance.now() - startedAt)) * 1_000);
}

/**
 * Measures the time from the start of a process until it has read everything; waiting for
 * stragglers does not count.
 */
async function timed(stage: Stage, order: MappingJob) {
  await until(stage, order, ({ startedAtMs }) => startedAtMs !== null);
  const startedAt = performance.now();
  const job = await until(stage, order, ({ factsRead }) => factsRead >= FACTS);
  const tookMs = performance.now() - startedAt;
  return { job, factsPerS: Math.round((job.factsRead / tookMs) * 1_000) };
}

async function ended(stage: Stage, { id }: MappingJob): Promise<void> {
  const job = await until(stage, { id }, ({ state }) => state !== 'waiting' && state !== 'running');
  if (job.state !== 'done' || job.shipmentsFailed > 0) throw new Error(JSON.stringify(job));
}

async function until(
  stage: Stage,
  { id }: Pick<MappingJob, 'id'>,
  condition: (job: MappingJob) => boolean,
): Promise<MappingJob> {
  for (;;) {
    const job = await mappingJob(stage, id);
    if (job !== null && condition(job)) return job;
    await pause(CHECK_EVERY_MS);
  }
}

async function expectStatuses(url: string, expected: Record<string, number>): Promise<void> {
  const client = await connect(url);
  const { rows } = await client.query<{ status: string; n: string }>(
    `select status, count(*) as n from shipments where last_event_at is not null group by status`,
  );
  const answers = await client.query<{ body: string }>(
    `select convert_from(body, 'UTF8') as body from public_tracks`,
  );
  const shown = answers.rows.filter(
    ({ body }) => JSON.parse(wholeBody(body)).status === 'exception',
  ).length;
  await client.end();
  const found = Object.fromEntries(rows.map(({ status, n }) => [status, Number(n)]));
  if (JSON.stringify(found) !== JSON.stringify(expected) || shown !== expected['exception']) {
    throw new Error(`${JSON.stringify(found)}, shown ${shown}`);
  }
}

async function push({ url }: RunningHub) {
  const from = pushedSoFar;
  pushedSoFar += Math.ceil((ROUND_MS / 1_000) * PUSHES_A_SECOND * 1.1);
  const requests = Array.from({ length: pushedSoFar - from }, (_, n) => {
    const index = from + n;
    const number = parcelNumber(PARCELS + (index % PUSHED));
    return signedRequest(fedexPush({ number, scans: [minuteScan(Math.floor(index / PUSHED))] }));
  });
  const result = await load({
    host: url.hostname,
    port: Number(url.port),
    connections: CONNECTIONS,
    durationMs: ROUND_MS,
    ratePerS: PUSHES_A_SECOND,
    request: (n) => requests[n % requests.length] ?? Buffer.alloc(0),
  });
  const strange = Object.keys(result.statuses).filter((status) => status !== '200');
  if (strange.length > 0) throw new Error(`other answers: ${JSON.stringify(result.statuses)}`);
  return result;
}
