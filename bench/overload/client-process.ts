import { fedexPush, minuteScan, parcelNumber } from '../../test/support/fedex-push.ts';
import { signedRequest } from '../load/push-request.ts';
import { openLoop } from './open-loop.ts';

/** The client's instructions for one phase. */
export interface Phase {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  readonly pushesPerS: number;
  readonly durationMs: number;
  /** The number of parcels that pushes cycle through. */
  readonly parcels: number;
  /** The number of the first push, so that no phase repeats the facts of another. */
  readonly firstPush: number;
  /** The number of concurrent public lookups a second. */
  readonly lookupsPerS: number;
}

/** The results of a phase. */
export interface PhaseResult {
  readonly offered: number;
  readonly broken: number;
  /** The numbers of the pushes that were acknowledged. */
  readonly accepted: readonly number[];
  readonly ackMs: Percentiles;
  readonly refused: number;
  readonly refusedMs: Percentiles;
  readonly retryAfterS: { readonly least: number; readonly most: number };
  readonly trackMs: Percentiles;
  /**
   * The unexpected answers: to pushes other than 200 and 503, and to lookups other than 200 and
   * 404.
   */
  readonly odd: Readonly<Record<string, number>>;
}

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export const FACTS_A_PUSH = 3;
const CODES = ['PU', 'DP', 'AR', 'IT'];

/** The scans of the n-th push: each round over the parcels continues the previous one. */
export function scansOf(push: number, parcels: number) {
  const round = Math.floor(push / parcels);
  return Array.from({ length: FACTS_A_PUSH }, (_, i) =>
    minuteScan(round * FACTS_A_PUSH + i, CODES[(round * FACTS_A_PUSH + i) % CODES.length]),
  );
}

/** The parcel that the n-th push is about. */
export function parcelOf(push: number, parcels: number): string {
  return parcelNumber(push % parcels);
}

/**
 * Creates all requests of a phase before its clock starts, because signing would be a load of its
 * own.
 */
function prepare(phase: Phase): () => Promise<PhaseResult> {
  const { parcels, firstPush, durationMs } = phase;
  const count = Math.ceil((phase.pushesPerS * durationMs) / 1_000) + 1;
  const requests = Array.from({ length: count }, (_, n) =>
    signedRequest(
      fedexPush({
        number: parcelOf(firstPush + n, parcels),
        scans: scansOf(firstPush + n, parcels),
      }),
    ),
  );
  const lookups = Array.from({ length: 1_000 }, (_, n) =>
    Buffer.from(`GET /v1/track/${parcelNumber((n * 17) % parcels)} HTTP/1.1\r\nhost: hub\r\n\r\n`),
  );
  return () => run(phase, requests, lookups);
}

async function run(
  phase: Phase,
  requests: readonly Buffer[],
  lookups: readonly Buffer[],
): Promise<PhaseResult> {
  const { host, port, durationMs, firstPush } = phase;
  const at = { host, port, durationMs };
  const [pushed, looked] = await Promise.all([
    openLoop({
      ...at,
      connections: phase.connections,
      ratePerS: phase.pushesPerS,
      request: (n) => requests[n] ?? Buffer.alloc(0),
    }),
    openLoop({
      ...at,
      connections: 8,
      ratePerS: phase.lookupsPerS,
      request: (n) => lookups[n % lookups.length] ?? Buffer.alloc(0),
    }),
  ]);
  const accepted = pushed.answered.filter(({ status }) => status === 200);
  const refused = pushed.answered.filter(({ status }) => status === 503);
  const odd: Record<string, number> = {};
  const oddOnes = [
    ...pushed.answered.filter(({ status }) => status !== 200 && status !== 503),
    // 404 means no update of that parcel yet.
    ...looked.answered.filter(({ status }) => status !== 200 && status !== 404),
  ];
  for (const { status } of oddOnes) odd[status] = (odd[status] ?? 0) + 1;
  if (looked.broken > 0) odd['look-ups broken'] = looked.broken;
  const waits = refused.map(({ retryAfterS }) => retryAfterS ?? 0);
  return {
    offered: pushed.offered,
    broken: pushed.broken,
    accepted: accepted.map(({ n }) => firstPush + n),
    ackMs: percentiles(accepted.map(({ sinceDueMs }) => sinceDueMs)),
    refused: refused.length,
    refusedMs: percentiles(refused.map(({ sinceDueMs }) => sinceDueMs)),
    retryAfterS: {
      least: waits.reduce((least, each) => Math.min(least, each), waits[0] ?? 0),
      most: waits.reduce((most, each) => Math.max(most, each), 0),
    },
    trackMs: percentiles(looked.answered.map(({ sinceDueMs }) => sinceDueMs)),
    odd,
  };
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) /
    10;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

if (process.send !== undefined) {
  let go: () => Promise<PhaseResult>;
  process.on('message', (order: { say: 'prepare'; phase: Phase } | { say: 'go' }) => {
    if (order.say === 'prepare') {
      go = prepare(order.phase);
      process.send?.('prepared');
      return;
    }
    go().then(
      (result) => process.send?.({ result }),
      (error: unknown) => process.send?.({ failed: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}
