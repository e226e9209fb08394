import type { RateLimit, RateVerdict } from '../carrier.ts';

/** How near one account came to one limit, and how often it went beyond. */
export interface RateFigure {
  readonly account: string;
  readonly limit: RateLimit;
  /** Calls let through, ever. */
  readonly calls: number;
  /** The most calls there ever were within any `perS` seconds, refused ones too. */
  readonly peak: number;
  /** Calls beyond the limit, ever: all of them were refused. */
  readonly violations: number;
}

export interface RateBook {
  spend(endpoint: string, account: string, nowMs: number): RateVerdict;
  figures(): readonly RateFigure[];
}

const SECOND_MS = 1_000;

/**
 * Counts calls in sliding windows: a call is refused when `calls` others were admitted less than
 * `perS` seconds before it. Staying within a sliding window implies staying within every calendar
 * hour and day, but not the reverse.
 */
export function createRateBook(limits: readonly RateLimit[]): RateBook {
  const windows = new Map<string, Window>();
  const windowFor = (limit: RateLimit, nr: number, account: string): Window => {
    const key = `${nr} ${account}`;
    const known = windows.get(key) ?? createWindow(limit, account);
    windows.set(key, known);
    return known;
  };
  return {
    spend(endpoint, account, nowMs) {
      const touched = limits.flatMap((limit, nr) =>
        limit.endpoint === endpoint ? [windowFor(limit, nr, account)] : [],
      );
      const waits = touched.map((window) => window.waitMs(nowMs));
      const worst = waits.indexOf(Math.max(0, ...waits));
      const broken = touched[worst];
      const ok = broken === undefined || (waits[worst] ?? 0) <= 0;
      touched.forEach((window, nr) => {
        window.count(nowMs, ok ? 'let_through' : (waits[nr] ?? 0) > 0 ? 'violation' : 'refused');
      });
      if (ok) return { ok: true };
      const retryAfterS = Math.ceil(broken.waitMs(nowMs) / SECOND_MS);
      return { ok: false, limit: broken.limit, retryAfterS };
    },
    figures: () => [...windows.values()].map((window) => window.figure()),
  };
}

interface Window {
  readonly limit: RateLimit;
  /** Until when the next call would be one too many; 0 when it would not. */
  waitMs(nowMs: number): number;
  count(nowMs: number, as: 'let_through' | 'violation' | 'refused'): void;
  figure(): RateFigure;
}

function createWindow(limit: RateLimit, account: string): Window {
  const perMs = limit.perS * SECOND_MS;
  const admitted = createSlidingCount(perMs);
  const all = createSlidingCount(perMs);
  let penaltyUntilMs = Number.NEGATIVE_INFINITY;
  let [calls, peak, violations] = [0, 0, 0];
  return {
    limit,
    waitMs(nowMs) {
      const full = admitted.within(nowMs) >= limit.calls;
      const windowMs = full ? admitted.freeAtMs(limit.calls) - nowMs : 0;
      return Math.max(0, windowMs, penaltyUntilMs - nowMs);
    },
    count(nowMs, as) {
      all.add(nowMs);
      peak = Math.max(peak, all.within(nowMs));
      if (as === 'let_through') {
        admitted.add(nowMs);
        calls += 1;
      } else if (as === 'violation') {
        violations += 1;
        if (limit.penaltyS !== undefined) penaltyUntilMs = nowMs + limit.penaltyS * SECOND_MS;
      }
    },
    figure: () => ({ account, limit, calls, peak, violations }),
  };
}

/** Instants in a queue whose front falls out of the window. */
function createSlidingCount(perMs: number) {
  let instants: number[] = [];
  let front = 0;
  return {
    add: (atMs: number): void => void instants.push(atMs),
    within(nowMs: number): number {
      while (front < instants.length && (instants[front] ?? 0) <= nowMs - perMs) front += 1;
      if (front > 10_000 && front * 2 > instants.length) {
        instants = instants.slice(front);
        front = 0;
      }
      return instants.length - front;
    },
    /** When the count falls below `limit`. */
    freeAtMs: (limit: number): number => (instants[instants.length - limit] ?? 0) + perMs,
  };
}
