import { setTimeout as pause } from 'node:timers/promises';
import { HUB_TEST_KEY } from '../../test/support/hubs/hub-process.ts';
import { untilNextPollMs } from './next-poll.ts';

/** A scan of an own courier's parcel. */
export interface MarkedScan {
  readonly number: string;
  /** The time in ISO 8601, UTC. */
  readonly scannedAt: string;
}

export interface VisibleAfter {
  readonly markers: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Tracks single scans, from their first byte until the public answer shows them. */
export interface ScanMarkers {
  /** Returns the times, in ms, of those that became visible since the last call. */
  take(): readonly number[];
  /** Stops sending and waits for those in progress; resolves to what `take` would return. */
  stop(): Promise<readonly number[]>;
}

const VISIBLE_MS_MAX = 180_000;

/**
 * Starts sending and tracking single scans.
 * @param scan the n-th to send; each is a new fact of a registered parcel.
 */
export function watchScans(
  hubUrl: URL,
  perS: number,
  scan: (n: number) => MarkedScan,
): ScanMarkers {
  let tookMs: number[] = [];
  const underWay = new Set<Promise<void>>();
  let count = 0;
  const timer = setInterval(() => {
    const one = waitUntilVisible(hubUrl, scan(count)).then((ms) => void tookMs.push(ms));
    count += 1;
    underWay.add(one);
  }, 1_000 / perS);
  const take = () => {
    const latest = tookMs;
    tookMs = [];
    return latest;
  };
  return {
    take,
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      return take();
    },
  };
}

/** Summarises the times of tracked scans, in ms. */
export function visibleAfter(tookMs: readonly number[]): VisibleAfter {
  const sorted = [...tookMs].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
  return { markers: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function waitUntilVisible(hubUrl: URL, { number, scannedAt }: MarkedScan): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(new URL('/v1/scans', hubUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${HUB_TEST_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify([{ tracking_number: number, code: 'SORT', scanned_at: scannedAt }]),
  });
  await answer.arrayBuffer();
  if (answer.status !== 202) throw new Error(`a marker was answered ${answer.status}`);
  const wanted = `"occurred_at":"${scannedAt}"`;
  while (performance.now() - startedAt < VISIBLE_MS_MAX) {
    const track = await fetch(new URL(`/v1/track/${number}`, hubUrl));
    if ((await track.text()).includes(wanted)) return performance.now() - startedAt;
    await pause(untilNextPollMs(performance.now() - startedAt));
  }
  throw new Error(`${number} does not show ${wanted}`);
}
