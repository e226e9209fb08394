import { expect } from 'vitest';
import { fedexPush, minuteScan, parcelNumber, pushHeaders } from '../fedex-push.ts';
import { callApi } from '../hubs/hub-process.ts';
import { type Load, pause } from '../hubs/kill-under-load.ts';

/** A parcel of the load. */
export interface PushedParcel {
  readonly number: string;
  readonly id: string;
  /** Local times of the scans that were answered with 2xx. */
  readonly acknowledged: Set<string>;
}

/** The load: concurrent senders, and the pause of each after an answer. */
export interface Pace {
  readonly senders: number;
  readonly everyMs: number;
}

const STEADY: Pace = { senders: 6, everyMs: 20 };
/** After a push that was not answered with 200. */
const REFUSED_MS = 20;
/** Generous, because test machines are slow. */
const VISIBLE_MS_MAX = 180_000;

/** Parcels with a number of their own each, from the `from`-th on. */
export async function registerParcels(
  url: URL,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<PushedParcel[]> {
  const made: PushedParcel[] = [];
  for (let index = from; index < from + count; index += 1) {
    const number = parcelNumber(index);
    const body = { carrier: 'fedex', tracking_number: number };
    // After a failure behind the hub the first answers may still be 503.
    const { id } = await eventually(() =>
      callApi<{ id: string }>(url, 'POST', '/v1/shipments', body),
    );
    made.push({ number, id, acknowledged: new Set() });
  }
  return made;
}

/** Pushes without pause, each another scan, regardless of the answers. */
export function startPushes(url: URL, parcels: readonly PushedParcel[], pace = STEADY): Load {
  let stopping = false;
  let count = 0;
  let acknowledged = 0;
  const send = async (): Promise<void> => {
    while (!stopping) {
      const index = count;
      count += 1;
      const parcel = parcels[index % parcels.length];
      if (parcel === undefined) return;
      const scan = minuteScan(index);
      const body = fedexPush({ number: parcel.number, scans: [scan] });
      const isAccepted = (await post(url, body)) === 200;
      if (isAccepted) {
        parcel.acknowledged.add(scan.date.slice(0, 19));
        acknowledged += 1;
      }
      const waitMs = isAccepted ? pace.everyMs : Math.max(pace.everyMs, REFUSED_MS);
      if (waitMs > 0) await pause(waitMs);
    }
  };
  const senders = Promise.all(Array.from({ length: pace.senders }, send));
  return {
    acknowledged: () => acknowledged,
    async stop() {
      stopping = true;
      await senders;
    },
  };
}

/** The status; null without an answer, which promises nothing. */
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

/**
 * Every acknowledged scan is in the merchant's timelines once, at the latest after some minutes.
 */
export async function expectInTimelines(url: URL, parcels: readonly PushedParcel[]): Promise<void> {
  for (const { id, number, acknowledged } of parcels) {
    await eventually(async () => {
      const { events } = await callApi<{ events: { occurred_local: string }[] }>(
        ...([url, 'GET', `/v1/shipments/${id}`] as const),
      );
      const shown = new Map<string, number>();
      for (const { occurred_local: local } of events) shown.set(local, (shown.get(local) ?? 0) + 1);
      const lost = [...acknowledged].filter((local) => !shown.has(local));
      const doubled = [...acknowledged].filter((local) => (shown.get(local) ?? 0) > 1);
      expect({ number, lost, doubled }).toEqual({ number, lost: [], doubled: [] });
    });
  }
}

/** Repeats it until it succeeds, for some minutes. */
export async function eventually<T>(work: () => Promise<T>): Promise<T> {
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

export function acknowledgedIn(parcels: readonly PushedParcel[]): number {
  return parcels.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
}
