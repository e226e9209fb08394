import { setTimeout as pause } from 'node:timers/promises';
import { fedexPush, pushHeaders, type Scan } from '../../test/support/fedex-push.ts';
import { untilNextPollMs } from './next-poll.ts';

/** Pushes tracked one by one until their content is publicly visible. */
export interface Markers {
  /** Stops sending, and waits for those in progress. */
  stop(): Promise<{ count: number; refused: number; p50Ms: number; p99Ms: number }>;
}

const VISIBLE_MS_MAX = 180_000;

/**
 * Sends `perS` marker pushes a second, and measures how long each takes to become visible.
 * @param marker the n-th push to send
 */
export function watchMarkers(
  url: URL,
  perS: number,
  marker: (n: number) => { number: string; scan: Scan },
): Markers {
  const visibleAfterMs: number[] = [];
  const underWay = new Set<Promise<void>>();
  let count = 0;
  let refused = 0;
  const timer = setInterval(() => {
    const { number, scan } = marker(count);
    count += 1;
    const one = waitUntilVisible(url, number, scan).then((ms) => {
      if (ms === null) refused += 1;
      else visibleAfterMs.push(ms);
    });
    underWay.add(one);
    one.finally(() => underWay.delete(one));
  }, 1_000 / perS);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      visibleAfterMs.sort((a, b) => a - b);
      const at = (share: number) =>
        Math.round(visibleAfterMs[Math.floor(visibleAfterMs.length * share)] ?? 0);
      return { count: count - refused, refused, p50Ms: at(0.5), p99Ms: at(0.99) };
    },
  };
}

/**
 * Sends a push and waits until its content is visible; returns the ms, or null when the hub has
 * rejected it.
 */
async function waitUntilVisible(url: URL, number: string, scan: Scan): Promise<number | null> {
  const body = fedexPush({ number, scans: [scan] });
  const startedAt = performance.now();
  const pushed = await fetch(new URL('/webhooks/carrier/fedex', url), {
    method: 'POST',
    headers: pushHeaders(body),
    body,
  });
  await pushed.arrayBuffer();
  if (pushed.status === 503) return null;
  if (pushed.status !== 200) throw new Error(`a marker was answered ${pushed.status}`);
  const wanted = `"occurred_local":"${scan.date.slice(0, 19)}"`;
  while (performance.now() - startedAt < VISIBLE_MS_MAX) {
    const answer = await fetch(new URL(`/v1/track/${number}`, url));
    if ((await answer.text()).includes(wanted)) return performance.now() - startedAt;
    await pause(untilNextPollMs(performance.now() - startedAt));
  }
  throw new Error(`${number} does not show ${wanted}`);
}
