import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import {
  callApi,
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';

/**
 * Whatever process is killed while a file of shipments is imported: each row is registered, and
 * counted, once.
 */
const KILLS = 3;
const ENV = { WAYBILL_SANDBOX: 'off' };
const DONE_MS_MAX = 600_000;

/**
 * Every tenth row repeats the one before, with an order of its own; every hundredth has no number.
 */
const ROWS = 8_000;
const NUMBERLESS = ROWS / 100;
const REPEATS = ROWS / 10;

interface Report {
  readonly state: string;
  readonly created: number;
  readonly existing: number;
  readonly rejected: number;
}

let data: string;
let hub: RunningHub;

beforeEach(async () => {
  data = newDataFolder();
  hub = await startHub(data, ENV);
});
afterEach(async () => {
  await hub.stop().catch(() => {});
  removeDataFolder(data);
});

test('every row of a file is a shipment once, whatever process is killed meanwhile', async () => {
  const id = await send(fileOf());
  let [kills, seen] = [0, 0];
  let report = await reportOf(id);
  for (const until = Date.now() + DONE_MS_MAX; report.state !== 'done'; await sleep(25)) {
    if (Date.now() > until) throw new Error(`still ${JSON.stringify(report)}`);
    report = await reportOf(id);
    const done = report.created + report.existing + report.rejected;
    if (kills === KILLS || done <= seen || report.state === 'done') continue;
    // In the middle of a part, after others in this run.
    await hub.kill();
    hub = await startHub(data, ENV);
    [kills, seen] = [kills + 1, done];
  }
  expect(kills).toBeGreaterThan(0);
  const created = ROWS - REPEATS - NUMBERLESS;
  expect(report).toMatchObject({ created, existing: REPEATS, rejected: NUMBERLESS });
  expect(await stored()).toEqual({
    shipments: created,
    numbers: created,
    published: created,
    rejects: NUMBERLESS,
  });
  process.stdout.write(`${kills} kills: ${ROWS} rows once\n`);
}, 1_200_000);

function fileOf(): string {
  const rows = Array.from({ length: ROWS }, (_, index) => {
    if (index % 100 === 50) return ',ups,none';
    return `${numberOf(index % 10 === 9 ? index - 1 : index)},ups,${index}`;
  });
  return `tracking_number,carrier,order_id\n${rows.join('\n')}\n`;
}

const numberOf = (index: number) => `KILL${String(index).padStart(8, '0')}`;

async function send(file: string): Promise<string> {
  const answer = await fetch(new URL('/v1/shipments/import', hub.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${HUB_TEST_KEY}`, 'content-type': 'text/csv' },
    body: file,
  });
  const { id } = (await answer.json()) as { id?: string };
  if (id === undefined) throw new Error(`the file was answered ${answer.status}`);
  return id;
}

function reportOf(id: string): Promise<Report> {
  return callApi<Report>(hub.url, 'GET', `/v1/shipments/import/${id}`);
}

/** The stored rows, and how often they were published. */
async function stored() {
  const client = new pg.Client({ connectionString: urlOfRunningServer(data) ?? '' });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select count(*)::int as shipments, count(distinct tracking_number)::int as numbers,
         (select count(*)::int from event_log where type = 'shipment.created') as published,
         (select count(*)::int from shipment_import_errors) as rejects
       from shipments where tracking_number like 'KILL%'`,
    );
    return rows[0];
  } finally {
    await client.end();
  }
}
