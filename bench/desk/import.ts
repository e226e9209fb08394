import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import {
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../../test/support/hubs/hub-process.ts';
import { isShort, report, say } from '../figures/report.ts';
import { connect, copy } from '../load/bulk-load.ts';

/**
 * Imports a file of 100,000 parcels and measures how long it takes until all are registered; then
 * once more with a hub that is killed half way, and whose successor continues. The baseline is
 * PostgreSQL's own COPY of as many bare rows.
 */
const ROWS = isShort() ? 2_000 : 100_000;
const ENV = { WAYBILL_SANDBOX: 'off' };
const PATIENCE_MS = 1_800_000;

interface ImportReport {
  readonly state: string;
  readonly created: number;
  readonly existing: number;
  readonly rejected: number;
}

const data = newDataFolder();
let hub = await startHub(data, ENV);
let client = await connect(urlOfRunningServer(data) ?? '');
try {
  const bareS = await bareCopyS();
  const whole = await timed('W', hub, async () => {});
  say(`imported in ${whole.seconds} s`);
  const killed = await timed('K', hub, async (doneOf) => {
    while ((await doneOf()) < ROWS / 2) await sleep(100);
    await client.end();
    await hub.kill();
    hub = await startHub(data, ENV);
    client = await connect(urlOfRunningServer(data) ?? '');
  });
  say(`with a kill in ${killed.seconds} s`);
  report({
    bench: 'import',
    value: whole.seconds,
    unit: `s for ${ROWS} rows`,
    baseline: bareS,
    p50_ms: Math.round((whole.seconds / ROWS) * 1e6) / 1e3,
    p99_ms: Math.round((killed.seconds / ROWS) * 1e6) / 1e3,
    conditions: {
      rows: ROWS,
      rows_a_second: Math.round(ROWS / whole.seconds),
      accepted_s: whole.acceptedS,
      with_a_kill_s: killed.seconds,
      cores: cpus().length,
      load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    },
  });
} finally {
  await client.end();
  await hub.stop();
  removeDataFolder(data);
}

/**
 * Sends a file and waits until it is processed.
 * @param prefix of its numbers
 * @param meanwhile can query how many rows are done
 */
async function timed(
  prefix: string,
  { url }: Pick<RunningHub, 'url'>,
  meanwhile: (doneOf: () => Promise<number>) => Promise<void>,
) {
  const began = performance.now();
  const answer = await fetch(new URL('/v1/shipments/import', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${HUB_TEST_KEY}`, 'content-type': 'text/csv' },
    body: fileOf(prefix),
  });
  const { id = '' } = (await answer.json()) as { id?: string };
  if (answer.status !== 202) throw new Error(`the file was answered ${answer.status}`);
  const acceptedS = secondsSince(began);
  const shown = () => reportOf(id);
  await meanwhile(async () => {
    const { created, existing, rejected } = await shown();
    return created + existing + rejected;
  });
  for (const until = performance.now() + PATIENCE_MS; ; await sleep(200)) {
    const found = await shown();
    if (found.state === 'done') {
      await expectOnce(prefix, found);
      return { seconds: secondsSince(began), acceptedS };
    }
    if (performance.now() > until) throw new Error(`still ${JSON.stringify(found)}`);
  }
}

async function reportOf(id: string): Promise<ImportReport> {
  const answer = await fetch(new URL(`/v1/shipments/import/${id}`, hub.url), {
    headers: { authorization: `Bearer ${HUB_TEST_KEY}` },
  });
  if (answer.status !== 200) throw new Error(`the report was answered ${answer.status}`);
  return (await answer.json()) as ImportReport;
}

/** Checks that each row is exactly one shipment, and is counted once. */
async function expectOnce(prefix: string, { created, existing, rejected }: ImportReport) {
  const { rows } = await client.query<{ n: number; numbers: number }>(
    `select count(*)::int as n, count(distinct tracking_number)::int as numbers
     from shipments where tracking_number like $1`,
    [`${prefix}%`],
  );
  const counts = [created, existing, rejected, rows[0]?.n, rows[0]?.numbers].join();
  if (counts !== [ROWS, 0, 0, ROWS, ROWS].join()) throw new Error(`not each row once: ${counts}`);
}

function fileOf(prefix: string): string {
  const rows = Array.from({ length: ROWS }, (_, index) => {
    const number = `${prefix}${String(index).padStart(10, '0')}`;
    return `${number},ups,ORD-${index},ada${index}@example.com,Ada Byron,DE,1011${index % 10},spring|gift,berlin`;
  });
  return `tracking_number,carrier,order_id,recipient_email,recipient_name,destination_country,destination_postal_code,tags,metadata_shop\n${rows.join('\n')}\n`;
}

async function bareCopyS(): Promise<number> {
  await client.query('create temporary table bare (like shipments)');
  const merchant = await firstMerchant(client);
  const began = performance.now();
  const at = '2026-01-01T00:00:00Z';
  await copy(
    client,
    'bare (id, merchant_id, mode, shard, carrier, tracking_number, facts_from, created_at, updated_at, order_ids, tags, metadata, status, sequence, confirmed, is_returning, require_proof, expired, link_depth)',
    ROWS,
    (index) =>
      `${crypto.randomUUID()}\t${merchant}\ttest\t${index % 64}\tups\tB${index}\t${at}\t${at}\t${at}\t{ORD-${index}}\t{gift}\t{}\tcreated\t1\tf\tf\t{}\tf\t0\n`,
  );
  return Math.max(0.001, secondsSince(began));
}

async function firstMerchant(db: pg.Client): Promise<string> {
  const { rows } = await db.query<{ id: string }>('select id from merchants limit 1');
  return rows[0]?.id ?? '';
}

function secondsSince(began: number): number {
  return Math.round(performance.now() - began) / 1_000;
}
