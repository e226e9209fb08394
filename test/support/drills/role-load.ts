import { fedexPush, parcelNumber, pushHeaders, type Scan } from '../fedex-push.ts';
import { HUB_TEST_KEY } from '../hubs/hub-process.ts';
import { pause } from '../hubs/kill-under-load.ts';

/** A parcel of the load, with its scans answered with 200, by local time. */
export interface LoadedParcel {
  readonly number: string;
  readonly id: string;
  readonly acknowledged: Set<string>;
}

/** Carriers push without pause, and repeat unanswered pushes; merchants register and read. */
export interface RoleLoad {
  readonly parcels: readonly LoadedParcel[];
  readonly acknowledged: number;
  /** Requests of merchants that were answered. */
  readonly answered: number;
  /** Failed requests, such as those to a killed process. */
  readonly failures: readonly string[];
  stop(): Promise<void>;
}

const SENDERS = 4;
const AGAIN_MS = 100;
const EVERY_MS = 25;
/** Within a registration's look-back, and each minute another scan. */
const SCANS_FROM_DAYS = 20;

export async function startRoleLoad(
  urls: { readonly api: URL; readonly webhooks: URL },
  given: { readonly parcels: number; readonly from: number; readonly nowMs: number },
): Promise<RoleLoad> {
  let acknowledged = 0;
  let answered = 0;
  const failures: string[] = [];
  let isStopping = false;
  const parcels: LoadedParcel[] = [];
  for (let index = 0; index < given.parcels; index += 1) {
    const number = parcelNumber(given.from + index);
    const body = { carrier: 'fedex', tracking_number: number };
    const { id } = await request<{ id: string }>(urls.api, 'POST', '/v1/shipments', body);
    parcels.push({ number, id, acknowledged: new Set() });
  }
  const pushing = async (sender: number): Promise<void> => {
    for (let index = sender; !isStopping; index += SENDERS) {
      const parcel = parcels[index % parcels.length];
      if (parcel === undefined) return;
      const scan = scanOf(given.nowMs, index);
      const body = fedexPush({ number: parcel.number, scans: [scan] });
      // Finishes what was begun: a carrier repeats unanswered pushes.
      for (;;) {
        const failure = await push(urls.webhooks, body);
        if (failure === null) break;
        failures.push(failure);
        await pause(AGAIN_MS);
      }
      parcel.acknowledged.add(scan.date.slice(0, 19));
      acknowledged += 1;
      await pause(EVERY_MS);
    }
  };
  const looking = async (): Promise<void> => {
    for (let index = 0; !isStopping; index += 1) {
      const parcel = parcels[index % parcels.length];
      try {
        await request(urls.api, 'GET', `/v1/shipments/${parcel?.id}`);
        answered += 1;
      } catch (error) {
        failures.push(String(error));
      }
      await pause(EVERY_MS);
    }
  };
  const all = [...Array.from({ length: SENDERS }, (_, sender) => pushing(sender)), looking()];
  return {
    parcels,
    failures,
    get acknowledged() {
      return acknowledged;
    },
    get answered() {
      return answered;
    },
    async stop() {
      isStopping = true;
      await Promise.all(all);
    },
  };
}

function scanOf(nowMs: number, index: number): Scan {
  const atMs = Math.floor(nowMs / 60_000 - SCANS_FROM_DAYS * 1_440 + index) * 60_000;
  return { code: 'AR', date: `${new Date(atMs).toISOString().slice(0, 19)}-05:00` };
}

/**
 * Null when it was acknowledged. Uses new connections: a kept-alive one may lead to a killed
 * process.
 */
async function push(url: URL, body: string): Promise<string | null> {
  try {
    const response = await fetch(new URL('/webhooks/carrier/fedex', url), {
      method: 'POST',
      headers: { ...pushHeaders(body), connection: 'close' },
      body,
    });
    const text = await response.text();
    if (response.status === 200) return null;
    const wait = response.headers.get('retry-after');
    return `push: ${response.status} ${wait === null ? '' : `(retry-after ${wait}) `}${text}`;
  } catch (error) {
    return `push: ${error}`;
  }
}

async function request<T>(url: URL, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: {
      authorization: `Bearer ${HUB_TEST_KEY}`,
      'content-type': 'application/json',
      connection: 'close',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
