import { describe, expect, it } from 'vitest';
import { STATUSES } from '../../kernel/status.ts';
import { INITIAL_STATE, type PredictedDelivery, type ShownEstimate } from '../shipment.ts';
import { isOtherDay, isOtherDetail, movedEstimate, shownEstimate } from './shown-estimate.ts';

const carrier = (date: string, hours: readonly [string, string] | null = null): ShownEstimate => ({
  date,
  from: hours?.[0] ?? null,
  to: hours?.[1] ?? null,
  source: 'carrier',
  confidence: null,
});
const ours = (given: Partial<PredictedDelivery> = {}): PredictedDelivery => ({
  date: '2026-11-24',
  from: '2026-11-23',
  to: '2026-11-26',
  source: 'model',
  confidence: 0.7,
  late: false,
  moved: null,
  ...given,
});
/** Returns an estimate as it is shown. */
const own = (given: Partial<PredictedDelivery> = {}) => shownEstimate(shown(null, ours(given)));
const shown = (estimate: ShownEstimate | null, predicted: PredictedDelivery | null) => ({
  state: { ...INITIAL_STATE, estimatedDelivery: estimate },
  predicted,
});

describe('the date that is shown', () => {
  it('is ours where there is one, with its source', () => {
    expect(shownEstimate(shown(carrier('2026-11-22'), ours()))).toEqual({
      date: '2026-11-24',
      from: '2026-11-23',
      to: '2026-11-26',
      source: 'model',
      confidence: 0.7,
    });
    expect(shownEstimate(shown(null, ours({ late: true })))?.late).toBe(true);
  });

  it('is the carrier’s where we have none, or where ours was its own and it moved since', () => {
    const announced = carrier('2026-11-22');
    expect(shownEstimate(shown(announced, null))).toBe(announced);
    const passedOn = ours({ source: 'carrier', date: '2026-11-21' });
    expect(shownEstimate(shown(announced, passedOn))).toBe(announced);
    expect(shownEstimate(shown(announced, { ...passedOn, date: '2026-11-22' }))?.confidence).toBe(
      0.7,
    );
  });

  it('is none for a parcel that cannot arrive any more, whoever names one', () => {
    const none = STATUSES.filter((status) => {
      const state = { ...INITIAL_STATE, status, estimatedDelivery: carrier('2026-11-22') };
      const [theirs, own] = [null, ours()].map((predicted) => shownEstimate({ state, predicted }));
      expect(own === null).toBe(theirs === null);
      return theirs === null;
    });
    expect(none).toEqual([
      ...['available_for_pickup', 'returning', 'delivered', 'returned_to_sender', 'cancelled'],
    ]);
    const undeliverable = {
      ...INITIAL_STATE,
      status: 'exception',
      subStatus: 'undeliverable',
    } as const;
    const state = { ...undeliverable, estimatedDelivery: carrier('2026-11-22') };
    expect(shownEstimate({ state, predicted: null })).toBeNull();
  });

  it('comes with the previous day and why it moved', () => {
    const moved = { from: '2026-11-23', why: { code: 'weekend', date: '2026-11-22' } };
    expect(movedEstimate(shown(null, ours({ moved })))).toEqual({
      previous: { date: '2026-11-23', from: null, to: null },
      why: moved.why,
    });
    expect(movedEstimate(shown(null, ours()))).toBeNull();
  });
});

describe('a date', () => {
  it.each([
    ['that is first known', null, carrier('2026-11-22'), true],
    ['that nobody knows any more', carrier('2026-11-22'), null, true],
    ['of another day', own(), own({ date: '2026-11-25' }), true],
    ['of another day that another says', carrier('2026-11-22'), own(), true],
    ['of the same day that another says', carrier('2026-11-24'), own(), false],
    ['whose hours are named at last', own(), own({ from: '2026-11-24T10:00' }), false],
    ['that is surer', own(), own({ confidence: 0.9, to: '2026-11-25' }), false],
    [
      'of which a carrier moves the hours',
      carrier('2026-11-22', ['T10', 'T12']),
      carrier('2026-11-22', ['T11', 'T12']),
      false,
    ],
    ['that stays', carrier('2026-11-22'), carrier('2026-11-22'), false],
    ['that does not exist', null, null, false],
  ])('%s is of another day: %#', (_, was, is, other) => {
    expect(isOtherDay(was, is)).toBe(other);
  });

  it('has another detail when its hours are first named, or no longer', () => {
    const named = own({ from: '2026-11-24T10:00' });
    expect(isOtherDetail(own(), named)).toBe(true);
    expect(isOtherDetail(named, own())).toBe(true);
    expect(isOtherDetail(named, own({ from: '2026-11-24T11:00' }))).toBe(false);
    expect(isOtherDetail(null, named)).toBe(false);
  });
});
