import { afterEach, expect, test } from 'vitest';
import {
  fedexPush,
  minuteScan,
  PUSH_SECRET,
  parcelNumber,
  pushHeaders,
} from '../support/fedex-push.ts';
import {
  callApi,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { pause } from '../support/hubs/kill-under-load.ts';
import {
  type PostgresPair,
  postgresPrograms,
  startPair,
  whyNoPair,
} from '../support/postgres-pair.ts';

/**
 * The primary is killed under load and its synchronous standby promoted, again and again: the hub goes
 * on with the other server by itself, and whatever was answered with 2xx is in the timelines.
 */
/** `WAYBILL_FAILOVERS=20` for the whole drill; otherwise there and back for one version, and once for the other. */
const ROUNDS = Number(process.env['WAYBILL_FAILOVERS'] ?? 0);
const SENDERS = 6;
const PARCELS = 4;
/** What issue and runbook promise; the test waits longer, because machines that test are slow. */
const PROMISED_MS = 30_000;
const SERVING_MS_MAX = 90_000;
const VISIBLE_MS_MAX = 90_000;

const missing = whyNoPair();
if (missing !== null) process.stderr.write(`SKIPPED: failover of PostgreSQL: ${missing}\n`);
/** The newest and the oldest that are here: one a test, so that both ends of what is supported are seen. */
const versions = [...postgresPrograms()].sort(([a], [b]) => b - a);
const ends = versions.length > 1 ? [versions[0], versions.at(-1)] : versions;

interface Parcel {
  readonly number: string;
  readonly id: string;
  /** Wall clocks of the scans that were answered with 2xx. */
  readonly acknowledged: Set<string>;
}

let pair: PostgresPair | null = null;
let data: string | null = null;
let hub: RunningHub | null = null;
afterEach(async () => {
  await hub?.stop().catch(() => {});
  pair?.stop();
  if (data !== null) removeDataFolder(data);
  [hub, pair, data] = [null, null, null];
});

const cases = ends.flatMap((end, nr) =>
  end === undefined ? [] : [[end[0], ROUNDS || 2 - nr, end[1]] as const],
);

test.skipIf(missing !== null).each(cases)(
  'PostgreSQL %i: no acknowledged push is lost in %i failovers',
  async (_version, rounds, bin) => {
    pair = startPair(bin);
    data = newDataFolder();
    const running = await startHub(data, {
      ...{ DATABASE_URL: pair.url, WAYBILL_REDIS: 'off', WAYBILL_SANDBOX: 'off' },
      ...{ WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET, LOG_LEVEL: 'fatal' },
    });
    hub = running;
    const parcels: Parcel[] = [];
    const awayMs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const fresh = await registerParcels(running.url, round * PARCELS);
      parcels.push(...fresh);
      const load = startLoad(running.url, fresh);
      await until(() => load.acknowledged() >= 20, 'pushes are acknowledged');
      const before = load.acknowledged();
      const killedAt = performance.now();
      pair.failOver();
      const atTheEnd = load.acknowledged();
      await until(() => load.acknowledged() >= atTheEnd + SENDERS, 'pushes are acknowledged again');
      awayMs.push(performance.now() - killedAt);
      expect(load.acknowledged()).toBeGreaterThan(before);
      await load.stop();
      await expectInTimeline(running.url, fresh);
      if (round + 1 < rounds) await pair.rejoin();
    }
    await expectInTimeline(running.url, parcels);
    const count = parcels.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
    const away = awayMs.map((ms) => Math.round(ms)).join(', ');
    process.stdout.write(
      `${rounds} failovers: ${count} pushes acknowledged, none lost; serving again after ${away} ms ` +
        `(promised: ${PROMISED_MS})\n`,
    );
  },
  600_000,
);

async function registerParcels(url: URL, from: number): Promise<Parcel[]> {
  const made: Parcel[] = [];
  for (let nr = from; nr < from + PARCELS; nr += 1) {
    const number = parcelNumber(nr);
    const body = { carrier: 'fedex', tracking_number: number };
    // After a rejoin the first answers may still be 503.
    const { id } = await eventually(() =>
      callApi<{ id: string }>(url, 'POST', '/v1/shipments', body),
    );
    made.push({ number, id, acknowledged: new Set() });
  }
  return made;
}

function startLoad(url: URL, parcels: readonly Parcel[]) {
  let stopping = false;
  let count = 0;
  let acknowledged = 0;
  const send = async (): Promise<void> => {
    while (!stopping) {
      const nr = count;
      count += 1;
      const parcel = parcels[nr % parcels.length];
      if (parcel === undefined) return;
      const scan = minuteScan(nr);
      const body = fedexPush({ number: parcel.number, scans: [scan] });
      if ((await post(url, body)) === 200) {
        parcel.acknowledged.add(scan.date.slice(0, 19));
        acknowledged += 1;
      }
      await pause(20);
    }
  };
  const senders = Promise.all(Array.from({ length: SENDERS }, send));
  return {
    acknowledged: () => acknowledged,
    async stop() {
      stopping = true;
      await senders;
    },
  };
}

/** The status; null when there was no answer, which promises nothing. */
async function post(url: URL, body: string): Promise<number | null> {
  try {
    const response = await fetch(new URL('/webhooks/carrier/fedex', url), {
      method: 'POST',
      headers: pushHeaders(body),
      body,
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}

async function expectInTimeline(url: URL, parcels: readonly Parcel[]): Promise<void> {
  for (const { id, number, acknowledged } of parcels) {
    await eventually(async () => {
      const { events } = await callApi<{ events: { occurred_local: string }[] }>(
        ...([url, 'GET', `/v1/shipments/${id}`] as const),
      );
      const shown = new Set(events.map((event) => event.occurred_local));
      const lost = [...acknowledged].filter((local) => !shown.has(local));
      expect({ number, lost }).toEqual({ number, lost: [] });
    });
  }
}

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + VISIBLE_MS_MAX;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await pause(100);
  }
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + SERVING_MS_MAX;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await pause(20);
  }
}
