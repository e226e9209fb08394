import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Random, randomFrom } from '../../src/kernel/seeded-random.ts';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import { ALL_OBSERVATIONS } from '../../src/tracking/test-observations.ts';
import {
  callApi,
  newDataFolder,
  postmasterPid,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';

/**
 * Whatever process is killed while files are read, and whatever happens to the files meanwhile:
 * every row becomes a fact of its parcel once, as after one clean load, and every file is put away
 * with the right counts.
 */
/** `WAYBILL_DROPS_KILLS=20` for the whole drill, which takes several minutes. */
const ROUNDS = Number(process.env['WAYBILL_DROPS_KILLS'] ?? 4);
const SEED = 20_261_123;
const PARCELS = 40;
const SCANS_OF_EACH = 250;
const ROWS = PARCELS * SCANS_OF_EACH;
const FIRST_MS = Date.UTC(2026, 0, 10);
/** From before the file is found until after it is read. */
const KILL_AFTER_MS_MAX = 3_500;
const DONE_MS_MAX = 90_000;
/** Of files of orders: `WAYBILL_DROPS_KILLS` does not apply. */
const ORDER_KILLS = 2;
const ORDERS = 40;
const ORDERS_MS_MAX = 35_000;
/**
 * What happens to the file: nothing, a copy, a rename, or a truncated write that continues later.
 */
const TREATMENTS = ['plain', 'twice', 'renamed', 'grown'] as const;
type Treatment = (typeof TREATMENTS)[number];
const VICTIMS = ['work', 'postgres', 'hub', 'work', 'work'] as const;

let data: string;
let folder: string;
let hub: RunningHub;
let env: Readonly<Record<string, string>>;

beforeEach(async () => {
  data = newDataFolder();
  folder = mkdtempSync(path.join(tmpdir(), 'waybill-drops-'));
  env = { WAYBILL_SANDBOX: 'off', WAYBILL_DROPS: folder };
  mkdirSync(path.join(folder, 'default/test'), { recursive: true });
  hub = await startHub(data, env);
});
afterEach(async () => {
  await hub.stop().catch(() => {});
  removeDataFolder(data);
  rmSync(folder, { recursive: true, force: true });
});

test(`every row of every file takes effect once after ${ROUNDS} kills`, async () => {
  const random = randomFrom(SEED);
  for (let round = 0; round < ROUNDS; round += 1) {
    const treatment = TREATMENTS[round % TREATMENTS.length] ?? 'plain';
    const victim = VICTIMS[round % VICTIMS.length] ?? 'work';
    const numbers = await newParcels();
    await drop(round, treatment, numbers, random, victim);
    await expectOnce(round, numbers);
    process.stdout.write(`kill ${round + 1} (${victim}, ${treatment}): ${ROWS} rows once\n`);
  }
}, 1_200_000);

test(`every order of a file is registered once after ${ORDER_KILLS} kills`, async () => {
  const random = randomFrom(SEED);
  const shop = await callApi<{ id: string }>(hub.url, 'POST', '/v1/shops', {
    ...{ platform: 'generic', url: 'https://shop.example/hooks' },
  });
  const at = path.join(folder, 'default/test/shops', shop.id);
  mkdirSync(at, { recursive: true });
  for (let nr = 0; nr < ORDER_KILLS; nr += 1) {
    writeFileSync(path.join(at, `orders-${nr}.csv.part`), ordersFile(nr));
    renameSync(path.join(at, `orders-${nr}.csv.part`), path.join(at, `orders-${nr}.csv`));
    // The file is read after two seconds, and its orders are stored for some more.
    await pause(1_500 + random.below(KILL_AFTER_MS_MAX));
    await kill('work');
  }
  const wanted = ORDER_KILLS * ORDERS;
  const isDone = async () => (await ordersNow(shop.id))?.parcels === wanted;
  await until(isDone, ORDERS_MS_MAX).catch(() => {});
  expect(await ordersNow(shop.id)).toEqual({
    ...{ orders: wanted, parcels: wanted, shipments: wanted, created: wanted, open: 0 },
  });
  expect(readdirSync(at)).toEqual([]);
  const { data } = await callApi<{ data: Dropped[] }>(hub.url, 'GET', '/v1/drops');
  expect(data.map(({ state, accepted }) => [state, accepted])).toEqual(
    data.map(() => ['done', ORDERS]),
  );
  process.stdout.write(`${ORDER_KILLS} kills: ${wanted} orders once\n`);
}, 60_000);

function ordersFile(nr: number): string {
  const at = new Date().toISOString();
  const lines = ['id,number,ordered_at,tracking_number,carrier'];
  for (let order = 0; order < ORDERS; order += 1) {
    const id = nr * ORDERS + order;
    lines.push(`A-${id},${id},${at},JD0146${String(id).padStart(11, '0')},dhl`);
  }
  return `${lines.join('\n')}\n`;
}

/** Null while the database is down. */
function ordersNow(shopId: string) {
  return queryRunning<Record<'orders' | 'parcels' | 'shipments' | 'created' | 'open', number>>(
    `select (select count(*) from shop_orders where shop_id = $1)::int as orders,
            (select count(*) from shop_parcels where shop_id = $1 and problem is null
               and shipment_id is not null)::int as parcels,
            (select count(*) from shipments where carrier = 'dhl')::int as shipments,
            (select count(*) from event_log e join shipments s on s.id = e.subject_id
             where e.type = 'shipment.created' and s.carrier = 'dhl')::int as created,
            (select count(*) from drops where finished_at is null)::int as open`,
    [shopId],
  );
}

async function newParcels(): Promise<string[]> {
  const wanted = { shipments: Array.from({ length: PARCELS }, () => ({ carrier: 'fleet' })) };
  const made = await callApi<{ data: { body: { tracking_number: string } }[] }>(
    hub.url,
    'POST',
    '/v1/shipments/batch',
    wanted,
  );
  return made.data.map(({ body }) => body.tracking_number);
}

/** One scan of each parcel in a second, so that its scans are spread over the file. */
function fileOf(numbers: readonly string[], rows: number): string {
  const lines = ['tracking_number,code,scanned_at,facility_code'];
  for (let row = 0; row < rows; row += 1) {
    const at = new Date(FIRST_MS + Math.floor(row / PARCELS) * 1_000).toISOString();
    lines.push(`${numbers[row % PARCELS]},SORT,${at},HAM-1`);
  }
  return `${lines.join('\n')}\n`;
}

async function drop(
  round: number,
  treatment: Treatment,
  numbers: readonly string[],
  random: Random,
  victim: (typeof VICTIMS)[number],
): Promise<void> {
  const at = (name: string) => path.join(folder, 'default/test', name);
  const name = `round-${round}.csv`;
  const whole = fileOf(numbers, ROWS);
  const cut = treatment === 'grown' ? whole.indexOf('\n', whole.length / 3) + 1 : whole.length;
  writeFileSync(at(`${name}.part`), whole.slice(0, cut));
  renameSync(at(`${name}.part`), at(name));
  await pause(random.below(KILL_AFTER_MS_MAX));
  if (treatment === 'renamed' && existsSync(at(name))) renameSync(at(name), at(`new-${name}`));
  await kill(victim);
  if (treatment === 'twice') {
    const lies = existsSync(at(name)) ? at(name) : at(`done/${name}`);
    copyFileSync(lies, at(`again-${name}`));
  }
  if (treatment !== 'grown') return;
  // Its writer had paused, and continues wherever the file is by now.
  await until(() => existsSync(at(`done/${name}`)), DONE_MS_MAX);
  appendFileSync(at(`done/${name}`), whole.slice(cut));
}

async function kill(victim: (typeof VICTIMS)[number]): Promise<void> {
  if (victim === 'hub') {
    await hub.kill();
    hub = await startHub(data, env);
    return;
  }
  const pid = victim === 'postgres' ? postmasterPid(data) : workPid();
  if (pid !== null) process.kill(pid, 'SIGKILL');
  if (victim === 'postgres') await until(() => ![null, pid].includes(postmasterPid(data)), 30_000);
}

/** The process beside the answering one; null while it is starting. */
function workPid(): number | null {
  const { stdout } = spawnSync('pgrep', ['-P', String(hub.child.pid)], { encoding: 'utf8' });
  for (const pid of stdout.split('\n').filter(Boolean)) {
    try {
      const said = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (!said.includes('postgres') && !said.includes('redis')) return Number(pid);
    } catch {
      // It has ended meanwhile.
    }
  }
  return null;
}

interface Counts {
  readonly facts: number;
  readonly observations: number;
  readonly open: number;
}

async function expectOnce(round: number, numbers: readonly string[]): Promise<void> {
  const wanted = { facts: ROWS, open: 0 };
  let found: Counts | null = null;
  await until(async () => {
    found = await countsOf(numbers);
    return found !== null && found.facts === wanted.facts && found.open === 0;
  }, DONE_MS_MAX).catch(() => {});
  expect({ round, ...(found ?? {}) }).toMatchObject({ round, ...wanted });
  const dropsOfRound = async () => {
    const { data } = await callApi<{ data: Dropped[] }>(hub.url, 'GET', '/v1/drops?limit=100');
    return data.filter(({ name }) => name.includes(`round-${round}.csv`));
  };
  // A second copy may be found only now, so the folder is checked, too.
  const inFolder = () => readdirSync(path.join(folder, 'default/test'));
  const isDone = async () =>
    (await dropsOfRound()).every(({ state }) => state === 'done') && inFolder().length === 1;
  await until(isDone, DONE_MS_MAX).catch(() => {});
  const mine = await dropsOfRound();
  const read = mine.filter(({ same_as: same }) => same === null);
  expect(mine.filter(({ state }) => state !== 'done')).toEqual([]);
  expect(read.map(({ rows, accepted }) => [rows, accepted])).toContainEqual([ROWS, ROWS]);
  // A file that grew was read twice, because it counted as another file: its rows are facts once.
  const rows = read.reduce((sum, each) => sum + each.accepted, 0);
  expect((found as Counts | null)?.observations).toBe(rows);
  expect(inFolder()).toEqual(['done']);
}

interface Dropped {
  readonly name: string;
  readonly state: string;
  readonly same_as: string | null;
  readonly rows: number;
  readonly accepted: number;
}

/** Null while the database is down. */
function countsOf(numbers: readonly string[]): Promise<Counts | null> {
  return queryRunning<Counts>(
    `with mine as (select id from shipments where tracking_number = any($1))
     select (select count(*) from facts f where f.shipment_id in (select id from mine)
                 and f.codes->>'code' = 'SORT')::int as facts,
              (select count(*) from ${ALL_OBSERVATIONS} s where s.shipment_id in (select id from mine)
                 and s.source = 'scan')::int as observations,
              (select count(*) from drops where finished_at is null)::int as open`,
    [numbers],
  );
}

/** The first row; null while the database is down. */
async function queryRunning<Row>(text: string, values: readonly unknown[]): Promise<Row | null> {
  const url = urlOfRunningServer(data);
  if (url === null) return null;
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    const { rows } = await client.query(text, [...values]);
    return (rows[0] as Row | undefined) ?? null;
  } catch {
    return null;
  } finally {
    await client.end().catch(() => {});
  }
}

async function until(holds: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('it did not come about in time');
    await pause(100);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
