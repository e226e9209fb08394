import { cpus } from 'node:os';
import { parcelNumber } from '../test/support/fedex-push.ts';
import {
  callApi,
  newDataFolder,
  removeDataFolder,
  startHub,
} from '../test/support/hubs/hub-process.ts';
import { isShort, median, report, say } from './figures/report.ts';
import { type LoadResult, load } from './load/http-load.ts';

/**
 * Measures new trackers by `POST /compat/easypost/v2/trackers`, and the same parcels by
 * `POST /v1/shipments`, in turns on one hub. The ratio should be at least 0.8. No number comes
 * twice, because a known parcel costs less.
 */
const CONNECTIONS = 16;
/** The number of keys, because a key may send 200 requests a second. */
const KEYS = 32;
/** Many short turns, because other load on the machine then affects both alike. */
const ROUNDS = isShort() ? 3 : 15;
const ROUND_MS = isShort() ? 1_000 : 3_000;
const WARM_UP_MS = isShort() ? 500 : 3_000;

/** One of the compared ways to register a parcel. */
interface Way {
  readonly path: string;
  readonly authorization: (key: string) => string;
  readonly body: (number: string) => unknown;
  /** The status of a success. */
  readonly status: string;
}

const EASYPOST: Way = {
  path: '/compat/easypost/v2/trackers',
  authorization: (key) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
  body: (number) => ({ tracker: { tracking_code: number, carrier: 'FedEx' } }),
  status: '200',
};
const OWN: Way = {
  path: '/v1/shipments',
  authorization: (key) => `Bearer ${key}`,
  body: (number) => ({ tracking_number: number, carrier: 'fedex' }),
  status: '201',
};

const data = newDataFolder();
const hub = await startHub(data, { WAYBILL_ROLES: 'api', WAYBILL_SANDBOX: 'off' });
let parcels = 0;
try {
  const keys = await Promise.all(
    Array.from({ length: KEYS }, async (_, index) => {
      const wanted = { name: `shop ${index}`, scopes: ['shipments:read', 'shipments:write'] };
      return (await callApi<{ key: string }>(hub.url, 'POST', '/v1/api-keys', wanted)).key;
    }),
  );
  await run(EASYPOST, keys, WARM_UP_MS);
  await run(OWN, keys, WARM_UP_MS);
  const compat: LoadResult[] = [];
  const own: LoadResult[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    compat.push(await run(EASYPOST, keys, ROUND_MS));
    own.push(await run(OWN, keys, ROUND_MS));
    say(`round ${round}: trackers ${sayOf(compat.at(-1))}, shipments ${sayOf(own.at(-1))}`);
  }
  report({
    bench: 'compat',
    value: median(compat.map(({ perS }) => perS)),
    unit: 'trackers/s',
    baseline: median(own.map(({ perS }) => perS)),
    p50_ms: median(compat.map(({ p50Ms }) => p50Ms)),
    p99_ms: median(compat.map(({ p99Ms }) => p99Ms)),
    conditions: {
      ratio_min: 0.8,
      connections: CONNECTIONS,
      keys: KEYS,
      rounds: ROUNDS,
      round_s: ROUND_MS / 1_000,
      parcels,
      roles: 'api',
      fsync: true,
      baseline_p99_ms: median(own.map(({ p99Ms }) => p99Ms)),
      cores: cpus().length,
      load_generator: 'same machine',
    },
  });
} finally {
  await hub.stop();
  removeDataFolder(data);
}

async function run(way: Way, keys: readonly string[], durationMs: number): Promise<LoadResult> {
  const result = await load({
    host: hub.url.hostname,
    port: Number(hub.url.port),
    connections: CONNECTIONS,
    durationMs,
    ratePerS: null,
    request() {
      parcels += 1;
      return requestOf(way, keys[parcels % keys.length] ?? '', parcelNumber(parcels));
    },
  });
  const others = Object.keys(result.statuses).filter((status) => status !== way.status);
  if (others.length > 0) {
    throw new Error(`answers other than ${way.status}: ${JSON.stringify(result.statuses)}`);
  }
  return result;
}

function requestOf({ path, authorization, body }: Way, key: string, number: string): Buffer {
  const text = JSON.stringify(body(number));
  const headers = `authorization: ${authorization(key)}\r\ncontent-type: application/json\r\n`;
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: hub\r\n${headers}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

function sayOf(result: LoadResult | undefined): string {
  return `${result?.perS}/s (p99 ${result?.p99Ms} ms)`;
}
