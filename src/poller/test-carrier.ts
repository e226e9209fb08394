import type {
  AdapterLimits,
  CarrierAdapter,
  CarrierReport,
} from '../adapters/contract/contract.ts';
import { EMPTY_SNAPSHOT } from '../adapters/contract/contract.ts';
import type { AccountFailure, TrackOutcome } from '../adapters/contract/pull.ts';
import { placeTimeWithOffset } from '../kernel/time/zoned-time.ts';
import type { ManualClock } from '../platform/clock.ts';
import type { Ask } from './run/run-account.ts';

export const NO_LIMITS: AdapterLimits = {
  batchMax: 1,
  callsPerSecond: 5,
  callsPerHour: null,
  callsPerDay: null,
  source: 'test',
};

export interface TestEvent {
  readonly code: string;
  readonly atMs: number;
}

/** A carrier that knows the events of its parcels so far, and counts its calls. */
export interface TestCarrier {
  readonly adapter: CarrierAdapter;
  readonly ask: Ask;
  readonly parcels: Map<string, readonly TestEvent[]>;
  /** When each call came, and with how many numbers. */
  readonly calls: { readonly atMs: number; readonly numbers: readonly string[] }[];
  /** Set it to make every call fail this way. */
  failure: AccountFailure | 'timeout' | null;
  /** Outcomes of single numbers that differ from `parcels`. */
  readonly special: Map<string, TrackOutcome['outcome']>;
  /** How long a call takes on the test's clock. */
  callMs: number;
  /** Called while a call is in progress. */
  during: () => Promise<void>;
}

export function createTestCarrier(clock: ManualClock, limits: AdapterLimits): TestCarrier {
  const carrier: TestCarrier = {
    adapter: adapterWith(limits),
    parcels: new Map(),
    calls: [],
    failure: null,
    special: new Map(),
    callMs: 0,
    during: async () => {},
    async ask(_account, numbers, guard) {
      // Numbers that begin with "?" have a wrong format, and cost no call.
      if (numbers.every((number) => number.startsWith('?'))) {
        return numbers.map((number) => failed(number, 'refused', 'it can be no number'));
      }
      const permission = guard.breaker.allows();
      if (!permission.ok) return numbers.map((number) => failed(number, 'unsent', 'breaker_open'));
      const debit = await guard.debit();
      if (!debit.ok) {
        guard.breaker.report({ kind: 'unsent' });
        return numbers.map((number) => failed(number, 'unsent', 'budget'));
      }
      carrier.calls.push({ atMs: clock.nowMs(), numbers });
      if (carrier.callMs > 0) clock.advance(carrier.callMs);
      await carrier.during();
      const { failure } = carrier;
      if (failure === 'timeout') {
        guard.breaker.report({ kind: 'failed', reason: 'timeout' });
        return numbers.map((number) => failed(number, 'error', 'no usable answer: timeout'));
      }
      guard.breaker.report({ kind: 'http', status: failure === null ? 200 : 429 });
      return numbers.map((number) =>
        failure === null ? answerFor(number) : { ...failure, trackingNumber: number },
      );
    },
  };

  function answerFor(trackingNumber: string): TrackOutcome {
    const special = carrier.special.get(trackingNumber);
    if (special !== undefined && special !== 'answer') return failed(trackingNumber, special, 'so');
    const events = carrier.parcels.get(trackingNumber)?.filter(({ atMs }) => atMs <= clock.nowMs());
    if (events === undefined) return failed(trackingNumber, 'not_found', 'unknown');
    if (events.length === 0) return failed(trackingNumber, 'not_yet', 'no scan');
    const text = JSON.stringify({ number: trackingNumber, events, id: String(clock.nowMs()) });
    return { outcome: 'answer', trackingNumber, httpStatus: 200, text };
  }

  return carrier;
}

function failed(
  trackingNumber: string,
  outcome: Exclude<TrackOutcome['outcome'], 'answer'>,
  reason: string,
): TrackOutcome {
  return { outcome, trackingNumber, reason };
}

function adapterWith(limits: AdapterLimits): CarrierAdapter {
  return {
    manifest: {
      name: 'acme',
      displayName: 'Acme',
      capabilities: ['pull'],
      limits,
      matchKeys: ['event'],
      matchOrder: [['event']],
      codeShown: ['event'],
      zonePolicy: 'offsets',
      pullsFullHistory: true,
      historyCap: { maxEvents: 20, maxAgeDays: null },
      corrections: [],
      returnCancelled: [],
      volatileFields: ['id'],
      push: null,
      retention: { deleteDaysAfterDelivery: null, note: '' },
      publicTrackingUrl: null,
      docs: [],
    },
    numbers: { normalize: (input) => input, recognise: () => [] },
    parse({ text }) {
      if (!text.startsWith('{')) {
        return { outcome: 'unreadable', reason: 'expected an object', trackingNumbers: [] };
      }
      const payload = JSON.parse(text) as { number: string; events: TestEvent[] };
      return { outcome: 'reports', reports: [reportOf(payload)], misses: [], warnings: [] };
    },
    track: async () => [],
  };
}

function reportOf(payload: { number: string; events: TestEvent[] }): CarrierReport {
  return {
    trackingNumber: payload.number,
    aliases: [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: true,
    facts: payload.events.map(({ code, atMs }) => ({
      codes: { event: code },
      identity: ['1', code, String(atMs)],
      time: placeTimeWithOffset(new Date(atMs).toISOString().slice(0, 19), 'second', 0),
      place: null,
      text: null,
      piece: null,
      logical: false,
    })),
    snapshot: EMPTY_SNAPSHOT,
    links: [],
  };
}

/** Returns the most calls in any interval of that length. */
export function mostInWindow(timesMs: readonly number[], windowMs: number): number {
  const sorted = [...timesMs].sort((one, other) => one - other);
  let most = 0;
  for (let to = 0, from = 0; to < sorted.length; to += 1) {
    while ((sorted[to] ?? 0) - (sorted[from] ?? 0) >= windowMs) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}
