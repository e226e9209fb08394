import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { MAPPINGS_FOLDER } from '../src/cli/mappings/check.ts';
import { urlOfRunningServer } from '../src/platform/postgres/embedded-postgres.ts';
import { ALL_OBSERVATIONS } from '../src/tracking/test-observations.ts';
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
import { signedRequest } from './load/push-request.ts';

/**
 * Edits, breaks and repairs a mapping file while two processes read 3,000 facts a second with it,
 * and measures how long it takes until both use the new table, whether any fact is lost, and
 * whether any inbound message was read with two tables.
 */
const FACTS_A_SECOND = 3_060;
const FACTS_A_PUSH = 3;
const DURATION_MS = isShort() ? 9_000 : 60_000;
const SHIPMENTS = isShort() ? 2_000 : 20_000;
const EDIT_EVERY_MS = isShort() ? 2_000 : 3_000;
/** The number of edits after which the file is broken for a while. */
const BROKEN_EVERY = 4;
const CONNECTIONS_EACH = 16;
const SETTLE_MS_MAX = 120_000;
const AGREED_MS_MAX = 30_000;
/** The interval of the baseline's polls, as of many tools. */
const BASELINE_POLL_MS = 500;
const MASTER_KEY = 'ab'.repeat(32);
const CODES = ['PU', 'DP', 'AR', 'IT'] as const;

const data = [newDataFolder(), newDataFolder()] as const;
const folder = join(data[0], 'mappings-in-use');
const file = join(folder, `${CARRIER}.yaml`);
mkdirSync(folder, { recursive: true });
cpSync(MAPPINGS_FOLDER, folder, { recursive: true });
const shipped = readFileSync(file, 'utf8');

const env = {
  WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
  WAYBILL_MASTER_KEY: MASTER_KEY,
  WAYBILL_MAPPINGS: folder,
  WAYBILL_PUBLIC_RATE: 'off',
  WAYBILL_ROLES: 'api,webhooks,worker',
  LOG_LEVEL: 'info',
};
const hubs: RunningHub[] = [await startHub(data[0], env)];
const url = urlOfRunningServer(data[0]) ?? '';
hubs.push(await startHub(data[1], { ...env, DATABASE_URL: url }));
const switches = hubs.map(watchSwitches);
try {
  const client = await connect(url);
  await loadShipments(client, SHIPMENTS);
  await client.query('analyze');
  say(`${SHIPMENTS} parcels registered, two processes`);

  const startedAt = performance.now();
  const editing = editFile();
  const offered = await Promise.all(hubs.map(offer));
  const { agreedMs, baselineMs } = await editing;
  say('waiting for what is left');
  await settled(client);
  const tookS = (performance.now() - startedAt) / 1_000;
  // Shed pushes were not accepted.
  const expected = offered.reduce(
    (all, { statuses }) => all + (statuses['200'] ?? 0) * FACTS_A_PUSH,
    0,
  );
  const found = await whatBecameOfThem(client);
  await client.end();
  if (found.facts !== expected || found.unprocessed > 0 || found.mixed > 0) {
    throw new Error(
      `expected ${expected} facts, all processed, none mixed: ${JSON.stringify(found)}`,
    );
  }
  const sorted = [...agreedMs].sort((a, b) => a - b);
  report({
    bench: 'reload',
    value: median(agreedMs),
    unit: 'ms until both processes agree',
    baseline: median(baselineMs),
    p50_ms: median(agreedMs),
    p99_ms: sorted.at(-1) ?? 0,
    conditions: {
      offered_facts_per_s: FACTS_A_SECOND,
      recorded_facts_per_s: Math.round(expected / tookS),
      facts: expected,
      lost: expected - found.facts,
      inbound_messages_read_by_two_tables: found.mixed,
      tables_that_read: found.tables,
      switches: agreedMs.length,
      broken_files: Math.floor(agreedMs.length / BROKEN_EVERY),
      webhook_p99_ms: Math.max(...offered.map(({ p99Ms }) => p99Ms)),
      p99_is: 'the slowest of all switches',
      baseline_is: 'two loops that stat and parse the file twice a second, and check nothing',
      processes: hubs.length,
      shipments: SHIPMENTS,
      cores: cpus().length,
      load_generator: 'same machine',
    },
  });
} finally {
  for (const hub of hubs.reverse()) await hub.stop();
  for (const each of data) removeDataFolder(each);
}

/**
 * Offers half of the load. Each half has the next scans of its own parcels, so every scan is a new
 * fact.
 */
function offer(hub: RunningHub, half: number) {
  return load({
    host: hub.url.hostname,
    port: Number(hub.url.port),
    connections: CONNECTIONS_EACH,
    durationMs: DURATION_MS,
    ratePerS: FACTS_A_SECOND / FACTS_A_PUSH / hubs.length,
    request(n) {
      const index = n * hubs.length + half;
      const first = Math.floor(index / SHIPMENTS) * FACTS_A_PUSH;
      const scans = Array.from({ length: FACTS_A_PUSH }, (_, i) =>
        minuteScan(first + i, CODES[(first + i) % CODES.length]),
      );
      return signedRequest(fedexPush({ number: parcelNumber(index % SHIPMENTS), scans }));
    },
  });
}

/**
 * Edits the file during the load; returns how long each edit took, in the hub and in the baseline.
 */
async function editFile() {
  const agreedMs: number[] = [];
  const baselineMs: number[] = [];
  const endsAt = performance.now() + DURATION_MS - EDIT_EVERY_MS;
  for (let n = 1; performance.now() < endsAt; n += 1) {
    const next = pause(EDIT_EVERY_MS);
    if (n % BROKEN_EVERY === 0) {
      writeFileSync(file, shipped.slice(0, Math.floor(shipped.length * 0.9)));
      await pause(EDIT_EVERY_MS / 4);
    }
    const status = n % 2 === 0 ? 'at_facility' : 'in_transit';
    const text = `${shipped.replace(
      /\{ match: \{ event: DP \}, status: \w+, milestone: \w+ \}/,
      `{ match: { event: DP }, status: ${status}, milestone: edit_${n} }`,
    )}`;
    const bare = Promise.all([bareLoop(`edit_${n} }`), bareLoop(`edit_${n} }`)]);
    const from = performance.now();
    const agreed = Promise.all(switches.map((each) => each.next()));
    writeFileSync(file, text);
    const generations = await agreed;
    agreedMs.push(Math.round(performance.now() - from));
    await bare;
    baselineMs.push(Math.round(performance.now() - from));
    if (new Set(generations).size !== 1) throw new Error(`they went apart: ${generations}`);
    say(`edit ${n}: generation ${generations[0]} after ${agreedMs.at(-1)} ms`);
    await next;
  }
  return { agreedMs, baselineMs };
}

/**
 * The obvious first version: checks whether the file has changed, parses it, and uses it without
 * any checks.
 */
async function bareLoop(wanted: string): Promise<void> {
  // Real processes do not start at the same moment.
  await pause(Math.random() * BASELINE_POLL_MS);
  let lastText = '';
  for (;;) {
    const { size, mtimeMs } = statSync(file);
    if (lastText !== `${size} ${mtimeMs}`) {
      lastText = `${size} ${mtimeMs}`;
      const text = readFileSync(file, 'utf8');
      if (text.includes(wanted) && parse(text) !== null) return;
    }
    await pause(BASELINE_POLL_MS);
  }
}

interface Switches {
  /** Resolves with the generation that becomes active next in that process. */
  next(): Promise<number>;
}

/** Detects in a hub's log when it switches to another mapping. */
function watchSwitches({ child }: RunningHub): Switches {
  let waiting: ((generation: number) => void) | null = null;
  let rest = '';
  child.stderr?.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.includes('"a mapping is active"')) continue;
      const { carrier, generation } = JSON.parse(line) as { carrier: string; generation: number };
      if (carrier === CARRIER) waiting?.(generation);
    }
  });
  return {
    next: () =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('no switch was seen')), AGREED_MS_MAX);
        waiting = (generation) => {
          clearTimeout(late);
          waiting = null;
          resolve(generation);
        };
      }),
  };
}

type Client = Awaited<ReturnType<typeof connect>>;

async function whatBecameOfThem(client: Client) {
  const { rows } = await client.query<{
    facts: number;
    unprocessed: number;
    mixed: number;
    tables: number;
  }>(
    `select (select count(*)::int from facts) as facts,
            (select count(*)::int from inbound_messages where fate = 'dead')
              + (select count(*)::int from waiting_inbound_messages) as unprocessed,
            (select count(distinct mapping_version)::int from facts) as tables,
            (select count(*)::int from (
               select s.inbound_message_id from ${ALL_OBSERVATIONS} s join facts f using (shipment_id, identity)
               group by s.inbound_message_id having count(distinct f.mapping_version) > 1) m) as mixed`,
  );
  const [found] = rows;
  if (found === undefined) throw new Error('the database does not answer');
  return found;
}

async function settled(client: Client): Promise<void> {
  const deadline = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const { rows } = await client.query(`select 1 from waiting_inbound_messages limit 1`);
    if (rows.length === 0) return;
    if (performance.now() > deadline) throw new Error('the inbox does not empty');
    await pause(20);
  }
}
