import { describe, expect, it } from 'vitest';
import { cpuMsOf } from '../../kernel/test-runs.ts';
import { fold } from './fold.ts';
import type { FoldFact } from './fold-input.ts';
import { dateOnly, fact, ingested, pull, snapshot, verdicts } from './test-given.ts';

const SECRET_ONLY = { observations: [{ trust: 'secret' as const }] };
const UNKNOWN_CODE = { reading: { logical: true } };

function statusOf(...facts: FoldFact[]): string {
  return fold(ingested(facts)).status;
}

describe('the fold, nothing or nearly nothing received', () => {
  it('reads an empty history as created, which is our own statement and confirmed', () => {
    expect(fold(ingested([]))).toEqual({
      carrierPieceId: null,
      status: 'created',
      reason: null,
      confirmed: true,
      steering: null,
      via: null,
      returning: false,
      pieces: null,
      pieceStates: [],
      estimatedDelivery: null,
      verdicts: [],
      needsConfirmingPull: false,
      expired: false,
    });
  });

  it('lets a fact without observations steer nothing', () => {
    const state = fold(ingested([fact('ghost', 'delivered', '08:00', { observations: [] })]));
    expect(state.status).toBe('created');
    expect(verdicts(state)).toEqual({ ghost: 'does_not_steer/unobserved' });
  });

  it('never throws for invalid intervals or unknown readings', () => {
    const odd = fact('odd', 'in_transit', { lo: Number.NaN, hi: Number.NaN });
    const inverted = fact('inverted', 'in_transit', { lo: 10, hi: 5 });
    const foreign = JSON.parse(JSON.stringify(fact('foreign', 'in_transit', '08:00')));
    foreign.reading.status = 'constructor';
    const state = fold(ingested([odd, inverted, foreign]));
    expect(state.status).toBe('in_transit');
    expect(state.verdicts.map(({ interval }) => interval)).toContainEqual({ lo: 5, hi: 10 });
  });
});

describe('the table of days', () => {
  const ofd = fact('ofd', 'out_for_delivery', '08:00');

  it('keeps out-for-delivery over a date-only facility and yields to the evening scan', () => {
    const state = fold(
      ingested([
        ofd,
        fact('facility', 'at_facility', dateOnly(0)),
        fact('evening', 'in_transit', '18:00'),
      ]),
    );
    expect(state.status).toBe('in_transit');
    expect(verdicts(state)).toEqual({
      facility: 'superseded/superseded by ofd',
      ofd: 'standing/status',
      evening: 'steering/status',
    });
  });

  it('goes back to the depot when that is certainly later', () => {
    expect(statusOf(ofd, fact('back', 'at_facility', '17:40'))).toBe('at_facility');
  });

  it('stays delivered whatever is scanned later', () => {
    const delivered = fact('delivered', 'delivered', '14:12');
    expect(statusOf(delivered, fact('late', 'in_transit', '23:59'))).toBe('delivered');
  });

  it('takes a delivery back on a listed correction and continues', () => {
    expect(
      statusOf(
        fact('delivered', 'delivered', '14:12'),
        fact('in error', 'none', '15:00', { reading: { correction: true } }),
        fact('ofd', 'out_for_delivery', '+1 08:00'),
      ),
    ).toBe('out_for_delivery');
  });

  it('reads a delivery during a return as returned to sender', () => {
    expect(
      statusOf(
        fact('returning', 'returning', '10:00'),
        fact('tuesday', 'in_transit', '+1 10:00'),
        fact('delivered', 'delivered', '+3 10:00'),
      ),
    ).toBe('returned_to_sender');
  });

  it.each(['12:00', '08:00'])('lets a void yield to a pickup scan at %s', (when) => {
    const voided = fact('void', 'cancelled', '10:00');
    expect(statusOf(voided, fact('scan', 'picked_up', when))).toBe('picked_up');
  });

  it('does not move back for an unknown code after out for delivery', () => {
    expect(statusOf(ofd, fact('unknown', 'in_transit', '09:00', UNKNOWN_CODE))).toBe(
      'out_for_delivery',
    );
  });

  it('reads an unknown code after in transit as in transit', () => {
    const scan = fact('scan', 'in_transit', '06:00');
    expect(statusOf(scan, fact('unknown', 'in_transit', '09:00', UNKNOWN_CODE))).toBe('in_transit');
  });

  it('shows a delivery known by a static header only as unconfirmed', () => {
    const state = fold(ingested([fact('delivered', 'delivered', '14:12', SECRET_ONLY)]));
    expect(state).toMatchObject({ status: 'delivered', confirmed: false });
  });

  it('refutes a pushed delivery that two later pulls do not list, and follows the rest', () => {
    const state = fold(
      ingested([ofd, fact('forged', 'delivered', '09:00', SECRET_ONLY)], {
        pulls: [pull('12:00', ['ofd']), pull('14:00', ['ofd'])],
      }),
    );
    expect(state).toMatchObject({ status: 'out_for_delivery', confirmed: true });
    expect(verdicts(state)['forged']).toBe('refuted/refuted');
  });
});

describe('the rest of the state', () => {
  it('returns the reason together with the steering fact', () => {
    const reading = { reason: 'address_not_found' };
    const state = fold(ingested([fact('a', 'exception', '08:00', { reading })]));
    expect(state).toMatchObject({
      status: 'exception',
      reason: 'address_not_found',
      steering: 'a',
    });
  });

  it('shows late history in its place, and neither noise nor refuted facts', () => {
    const state = fold(
      ingested(
        [
          fact('late', 'picked_up', '06:00'),
          fact('scan', 'in_transit', dateOnly(0)),
          fact('note', 'none', '09:00'),
          fact('noise', 'none', '09:00', { reading: { hidden: true } }),
          fact('future', 'in_transit', '+3 08:00', { observations: [{ receivedAtMs: 0 }] }),
          fact('forged', 'delivered', '09:00'),
        ],
        { pulls: [pull('12:00', []), pull('13:00', [])] },
      ),
    );
    const shown = state.verdicts.filter((verdict) => verdict.shown).map(({ identity }) => identity);
    // "late", "scan" and "note" are pushes too, so the pulls refute what they should list.
    expect(shown).toEqual(['scan']);
    const unpulled = fold(
      ingested([fact('late', 'picked_up', '06:00'), fact('note', 'none', '09:00')]),
    );
    expect(unpulled.verdicts.map((verdict) => verdict.shown)).toEqual([true, true]);
  });

  it('takes the estimate from the newest snapshot that has one', () => {
    const early = { date: '2026-03-05', from: null, to: null };
    const late = { date: '2026-03-07', from: null, to: null };
    const state = fold(
      ingested([], {
        snapshots: [
          snapshot('b', { asOfMs: 2, estimatedDelivery: late }),
          snapshot('c', { asOfMs: 3 }),
          snapshot('a', { asOfMs: 1, estimatedDelivery: early }),
        ],
      }),
    );
    expect(state.estimatedDelivery).toEqual(late);
  });

  it('stays fast for a hostile history: forty thousand overlapping facts', () => {
    const facts = Array.from({ length: 40_000 }, (_, index) =>
      fact(`f${index}`, index % 2 === 0 ? 'in_transit' : 'out_for_delivery', {
        lo: index,
        hi: index + 5_000,
      }),
    );
    expect(cpuMsOf(() => fold(ingested(facts)))).toBeLessThan(5_000);
  });
});
