import { describe, expect, it } from 'vitest';
import { isTerminal, progressOf, STATUSES, stepNumber } from './status.ts';

describe('the progress of a parcel', () => {
  it('is whole at an end, and only there', () => {
    for (const status of STATUSES) {
      for (const hasBeenOut of [true, false]) {
        const { steps, done } = progressOf(status, hasBeenOut);
        expect([status, done >= steps.length]).toEqual([status, isTerminal(status)]);
        expect(new Set(steps).size).toBe(steps.length);
      }
    }
  });

  it('counts the step that it is on', () => {
    const numbers = (['created', 'in_transit', 'out_for_delivery', 'delivered'] as const).map(
      (status) => stepNumber(progressOf(status, false)),
    );
    expect(numbers).toEqual([1, 2, 3, 4]);
  });

  it('has trouble where it happened: before the door, or at it', () => {
    expect(progressOf('exception', false).steps[1]).toBe('problem');
    expect(progressOf('exception', true).steps[2]).toBe('problem');
  });
});
