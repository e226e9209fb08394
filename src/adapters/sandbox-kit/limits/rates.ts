import type { RateLimit, RateVerdict, Tokens } from '../carrier.ts';
import { seededHex } from '../samples/places-near.ts';

/** How near one account came to one limit, and how often it exceeded it. */
export interface RateFigure {
  readonly account: string;
  readonly limit: RateLimit;
  /** The number of calls that were admitted, ever. */
  readonly calls: number;
  /** The most calls within any `perS` seconds, including refused ones. */
  readonly peak: number;
  /** The number of calls beyond the limit, ever, which were all refused. */
  readonly violations: number;
}

export interface RateBook {
  spend(endpoint: string, account: string, nowMs: number): RateVerdict;
  figures(): readonly RateFigure[];
}

const SECOND_MS = 1_000;

/**
 * Creates a counter of calls in sliding windows: a call is refused when `calls` others were
 * admitted less than `perS` seconds before it. Staying within a sliding window implies staying
 * within every calendar hour and day, but not the reverse.
 */
export function createRateBook(limits: readonly RateLimit[]): RateBook {
  const windows = new Map<string, Window>();
  const windowFor = (limit: RateLimit, index: number, account: string): Window => {
    const key = `${index} ${account}`;
    const known = windows.get(key) ?? createWindow(limit, account);
    windows.set(key, known);
    return known;
  };
  return {
    spend(endpoint, account, nowMs) {
      const touched = limits.flatMap((limit, index) =>
        limit.endpoint === endpoint ? [windowFor(limit, index, account)] : [],
      );
      const waits = touched.map((window) => window.waitMs(nowMs));
      const worst = waits.indexOf(Math.max(0, ...waits));
      const exceeded = touched[worst];
      const ok = exceeded === undefined || (waits[worst] ?? 0) <= 0;
      touched.forEach((window, index) => {
        window.count(nowMs, ok ? 'let_through' : (waits[index] ?? 0) > 0 ? 'violation' : 'refused');
      });
      if (ok) return { ok: true };
      const retryAfterS = Math.ceil(exceeded.waitMs(nowMs) / SECOND_MS);
      return { ok: false, limit: exceeded.limit, retryAfterS };
    },
    figures: () => [...windows.values()].map((window) => window.figure()),
  };
}

interface Window {
  readonly limit: RateLimit;
  /** Returns how many ms the next call would have to wait; 0: it is within the limit. */
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

/** Counts instants within a window; those that are too old leave the queue at its front. */
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
    /** Returns when the count falls below `limit`. */
    freeAtMs: (limit: number): number => (instants[instants.length - limit] ?? 0) + perMs,
  };
}

/** A call, and how it was answered. */
export interface Call {
  readonly atMs: number;
  readonly carrier: string;
  readonly account: string | null;
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  /** The status of the answer; null: none was given. */
  readonly status: number | null;
  /** The fault that decided the answer; null: none did. */
  readonly fault: string | null;
  /** The limit that this call exceeded; null: none. */
  readonly violation: string | null;
}

export interface CallFigures {
  readonly calls: number;
  readonly violations: number;
  readonly byStatus: Readonly<Record<string, number>>;
}

export interface CallBook {
  add(call: Call): void;
  /** The recorded calls, the newest last. */
  list(wanted?: { carrier?: string; fromMs?: number; limit?: number }): readonly Call[];
  /** The figures of all calls ever, including those no longer recorded. */
  figures(carrier: string): CallFigures;
}

/** Creates a record of calls: the newest `callsMax` individually, and figures of all. */
export function createCallBook(callsMax: number): CallBook {
  let recent: Call[] = [];
  const totals = new Map<
    string,
    { calls: number; violations: number; byStatus: Record<string, number> }
  >();
  const totalOf = (carrier: string) => {
    const known = totals.get(carrier) ?? { calls: 0, violations: 0, byStatus: {} };
    totals.set(carrier, known);
    return known;
  };
  return {
    add(call) {
      recent.push(call);
      if (recent.length > 2 * callsMax) recent = recent.slice(-callsMax);
      const total = totalOf(call.carrier);
      const status = call.status === null ? 'none' : String(call.status);
      total.calls += 1;
      if (call.violation !== null) total.violations += 1;
      total.byStatus[status] = (total.byStatus[status] ?? 0) + 1;
    },
    list({ carrier, fromMs = Number.NEGATIVE_INFINITY, limit = callsMax } = {}) {
      return recent
        .filter((call) => call.atMs >= fromMs && (carrier ?? call.carrier) === call.carrier)
        .slice(-Math.min(limit, callsMax));
    },
    figures: totalOf,
  };
}

export interface TokenStore {
  at(nowMs: number): Tokens;
  /** Makes every token issued so far expire now. */
  expireAll(): void;
  readonly issued: number;
}

/** Maximum of remembered tokens; a forgotten one is unknown rather than expired. */
const TOKENS_MAX = 10_000;

/** Creates a store of the tokens that the sandbox has issued. */
export function createTokenStore(seed: string): TokenStore {
  const tokens = new Map<string, { account: string; scope: string; untilMs: number }>();
  let issued = 0;
  return {
    at: (nowMs) => ({
      issue(account, lifetimeS, scope = '') {
        issued += 1;
        const token = `sandbox-${seededHex(seed, 'token', issued)}`;
        tokens.set(token, { account, scope, untilMs: nowMs + lifetimeS * 1_000 });
        const [oldest] = tokens.keys();
        if (tokens.size > TOKENS_MAX && oldest !== undefined) tokens.delete(oldest);
        return token;
      },
      check(token) {
        const found = token === null ? undefined : tokens.get(token);
        if (found === undefined) return { state: 'unknown' };
        const { account, scope, untilMs } = found;
        return untilMs > nowMs ? { state: 'valid', account, scope } : { state: 'expired', account };
      },
    }),
    expireAll() {
      for (const [token, value] of tokens) tokens.set(token, { ...value, untilMs: 0 });
    },
    get issued() {
      return issued;
    },
  };
}
