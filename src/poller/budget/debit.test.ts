import { describe, expect, it } from 'vitest';
import { type DebitConditions, decideDebit, type Purpose } from './debit.ts';

const NOW_MS = Date.UTC(2026, 2, 10, 12);
const PURPOSES: readonly Purpose[] = ['refresh', 'owed', 'planned', 'more', 'extra'];
const rich: Omit<DebitConditions, 'purpose'> = {
  nowMs: NOW_MS,
  limits: {
    windows: [{ window: 'day', windowS: 86_400, calls: 250 }],
    spacingMs: 1_000,
    batchMax: 1,
    firstShare: 0.05,
  },
  used: [{ calls: 0, refreshes: 0 }],
  savings: { planned: 100, owed: 100, asOfMs: NOW_MS },
  nextSlotAtMs: null,
  pausedUntilMs: null,
};

describe('a call', () => {
  it.each(PURPOSES)(
    'that is %s is refused while the carrier requests a pause, whoever asks',
    (purpose) => {
      const pausedUntilMs = NOW_MS + 60_000;
      expect(decideDebit({ ...rich, purpose, pausedUntilMs })).toEqual({
        granted: false,
        reason: 'paused',
        retryAtMs: pausedUntilMs,
      });
      expect(decideDebit({ ...rich, purpose, pausedUntilMs: NOW_MS }).granted).toBe(true);
    },
  );

  it('of the reserve is for those who wait, and there is none beyond the limit', () => {
    const granted = (calls: number) =>
      PURPOSES.filter(
        (purpose) => decideDebit({ ...rich, purpose, used: [{ calls, refreshes: 0 }] }).granted,
      );
    expect(granted(226)).toEqual(['refresh', 'owed', 'more', 'extra']);
    expect(granted(238)).toEqual(['refresh', 'extra']);
    expect(granted(249)).toEqual(['refresh', 'extra']);
    expect(granted(250)).toEqual([]);
  });

  it('that follows no parcel may use a quarter of the window, whatever else people requested', () => {
    const granted = (refreshes: number) =>
      PURPOSES.filter(
        (purpose) => decideDebit({ ...rich, purpose, used: [{ calls: 100, refreshes }] }).granted,
      );
    expect(granted(61)).toContain('extra');
    expect(granted(62)).toEqual(['refresh', 'owed', 'planned', 'more']);
  });

  it('is not granted far ahead of its turn', () => {
    const nextSlotAtMs = NOW_MS + 5_000;
    expect(decideDebit({ ...rich, purpose: 'refresh', nextSlotAtMs })).toEqual({
      granted: false,
      reason: 'pace',
      retryAtMs: nextSlotAtMs,
    });
    expect(decideDebit({ ...rich, purpose: 'refresh', nextSlotAtMs: NOW_MS + 900 })).toEqual({
      granted: true,
      waitMs: 900,
    });
  });
});
