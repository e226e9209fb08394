import { describe, expect, it } from 'vitest';
import type { ProofOutcome } from '../../adapters/contract/pull.ts';
import {
  afterProofCall,
  isProofWanted,
  mayRequestProof,
  offeredKinds,
  type ProofRequestState,
} from './decide.ts';

const HOUR_MS = 3_600_000;
const T = Date.UTC(2026, 2, 10, 12);
const WANTED: ProofRequestState = {
  state: 'waiting',
  why: '',
  tries: 0,
  failures: 0,
  wantedAtMs: T,
  firstRequestedAtMs: null,
  nextTryAtMs: T,
};
const NONE: ProofOutcome = { outcome: 'none', reason: 'no letter' };
const failure = (
  outcome: 'auth_error' | 'scope_missing' | 'rate_limited' | 'unsent' | 'error',
  retryAfterS?: number,
): ProofOutcome => ({
  outcome,
  reason: 'test',
  ...(retryAfterS === undefined ? {} : { retryAfterS }),
});

/** Returns the times of all requests, until none is to follow. */
function askingsOf(outcome: ProofOutcome): { atHours: number[]; end: ProofRequestState } {
  const atHours: number[] = [];
  let request = WANTED;
  while (request.nextTryAtMs !== null) {
    const nowMs = request.nextTryAtMs;
    atHours.push((nowMs - T) / HOUR_MS);
    request = afterProofCall(request, outcome, nowMs);
  }
  return { atHours, end: request };
}

describe('a proof of delivery that the carrier does not have', () => {
  it('is requested again after 1, 6, 24 and 72 hours, and then no more', () => {
    const { atHours, end } = askingsOf(NONE);
    expect(atHours).toEqual([0, 1, 6, 24, 72]);
    expect(end).toMatchObject({ state: 'none', tries: 5, why: expect.stringMatching(/no letter/) });
  });

  it('is not requested twice at once when the account had no call for hours', () => {
    const once = afterProofCall(WANTED, NONE, T);
    const late = afterProofCall(once, NONE, T + 10 * HOUR_MS);
    expect(late.nextTryAtMs).toBe(T + 11 * HOUR_MS);
    expect(afterProofCall(late, NONE, T + 11 * HOUR_MS).nextTryAtMs).toBe(T + 24 * HOUR_MS);
  });

  it('is one that comes without a document', () => {
    const empty: ProofOutcome = { outcome: 'documents', documents: [] };
    expect(afterProofCall(WANTED, empty, T)).toMatchObject({ state: 'waiting', tries: 1 });
  });
});

describe('what fails for the account', () => {
  it.each(['auth_error', 'scope_missing', 'rate_limited', 'unsent', 'error'] as const)(
    'is no try: %s',
    (outcome) => {
      const after = afterProofCall({ ...WANTED, tries: 2 }, failure(outcome), T);
      expect(after).toMatchObject({ state: 'waiting', tries: 2, firstRequestedAtMs: null });
      expect(after.nextTryAtMs).toBeGreaterThan(T);
    },
  );

  it('is requested again when the carrier says, within a day', () => {
    expect(afterProofCall(WANTED, failure('rate_limited', 900), T).nextTryAtMs).toBe(T + 900_000);
    const far = afterProofCall(WANTED, failure('rate_limited', 9_000_000), T);
    expect(far.nextTryAtMs).toBe(T + 24 * HOUR_MS);
  });

  it('is tried more and more rarely, and not for ever', () => {
    const { atHours, end } = askingsOf(failure('error'));
    expect(atHours.slice(0, 4)).toEqual([0, 0.25, 0.75, 1.75]);
    expect(atHours.length).toBeLessThan(70);
    expect(end).toMatchObject({ state: 'given_up', tries: 0 });
  });
});

it('a proof that came is not requested again', () => {
  const bytes = Buffer.from('%PDF');
  const documents = [{ kind: 'signature', mediaType: 'application/pdf', bytes } as const];
  expect(afterProofCall(WANTED, { outcome: 'documents', documents }, T)).toMatchObject({
    state: 'received',
    nextTryAtMs: null,
  });
});

it('proofs take nothing while tracking is due, and a twentieth of an account that is short', () => {
  expect(mayRequestProof(true, false, [])).toBe(false);
  expect(mayRequestProof(false, false, [{ calls: 250, byProofs: 200 }])).toBe(true);
  expect(mayRequestProof(false, true, [{ calls: 250, byProofs: 11 }])).toBe(true);
  expect(mayRequestProof(false, true, [{ calls: 250, byProofs: 12 }])).toBe(false);
  expect(mayRequestProof(false, true, [{ calls: 5, byProofs: 0 }])).toBe(true);
  expect(mayRequestProof(false, true, [{ calls: 5, byProofs: 1 }])).toBe(false);
});

it('a proof is wanted of a delivery that is believed, of a parcel that is still there', () => {
  const delivered = { status: 'delivered', confirmed: true, endReason: null } as const;
  expect(isProofWanted(delivered)).toBe(true);
  expect(isProofWanted({ ...delivered, endReason: 'finished' })).toBe(true);
  expect(isProofWanted({ ...delivered, confirmed: false })).toBe(false);
  expect(isProofWanted({ ...delivered, endReason: 'deleted' })).toBe(false);
  expect(isProofWanted({ ...delivered, status: 'out_for_delivery' })).toBe(false);
});

it('an answer from before the delivery does not say what is offered', () => {
  const offer = (asOfMs: number | null) => ({ kinds: [], piece: null, as_of_ms: asOfMs });
  expect(offeredKinds({ proofOffer: offer(T), lastFactAtMs: T })).toEqual([]);
  expect(offeredKinds({ proofOffer: offer(T - 1), lastFactAtMs: T })).toBeNull();
  expect(offeredKinds({ proofOffer: offer(null), lastFactAtMs: T })).toBeNull();
  expect(offeredKinds({ proofOffer: null, lastFactAtMs: T })).toBeNull();
});
