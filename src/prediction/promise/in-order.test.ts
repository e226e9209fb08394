import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Prediction, Source } from '../chain/prediction.ts';
import { alignRuleDates, type LevelDate } from './promise-dates.ts';

const dated = (
  serviceLevel: string,
  ruleDays: number,
  source: Source,
  date: string | null,
): LevelDate => ({
  serviceLevel,
  ruleDays,
  prediction: {
    date,
    from: date,
    to: date && `${date}T18:00`,
    source,
    confidence: 0.3,
    late: false,
    reasons: [],
  },
});

describe('dates of a checkout', () => {
  it('by the rule are no later than a slower level’s observed dates', () => {
    const express = dated('express', 2, 'rule', '2026-11-24');
    const standard = dated('standard', 4, 'model', '2026-11-21');
    const [first, second] = alignRuleDates([express, standard]);
    expect(first?.prediction).toMatchObject({
      date: '2026-11-21',
      from: '2026-11-21',
      to: '2026-11-21T18:00',
      source: 'rule',
      confidence: 0.3,
      reasons: [{ code: 'kept_in_order', service_level: 'standard' }],
    });
    expect(second).toBe(standard);
  });

  it('by the rule are no sooner than a quicker level’s observed dates', () => {
    const standard = dated('standard', 4, 'rule', '2026-11-24');
    const express = dated('express', 2, 'model', '2026-11-27');
    expect(alignRuleDates([standard, express])[0]?.prediction).toMatchObject({
      date: '2026-11-27',
      reasons: [{ code: 'kept_in_order', service_level: 'express' }],
    });
  });

  it.each<[string, LevelDate[]]>([
    [
      'already in order',
      [dated('express', 2, 'rule', '2026-11-20'), dated('standard', 4, 'model', '2026-11-21')],
    ],
    [
      'of levels that the rule cannot tell apart',
      [dated('plain', 4, 'rule', '2026-11-24'), dated('standard', 4, 'model', '2026-11-21')],
    ],
    [
      'both by the rule',
      [dated('express', 2, 'rule', '2026-11-24'), dated('standard', 4, 'rule', '2026-11-21')],
    ],
    [
      'both by the model',
      [dated('express', 2, 'model', '2026-11-24'), dated('standard', 4, 'model', '2026-11-21')],
    ],
    ['that are none', [dated('express', 2, 'none', null), dated('standard', 4, 'model', null)]],
  ])('%s do not change', (_, dates) => {
    expect(alignRuleDates(dates)).toEqual(dates);
  });

  it('contradict no date of the model, whatever they are, where those do not contradict each other', () => {
    const days = fc.nat({ max: 9 });
    const level = fc.record({ ruleDays: days, day: days, isModel: fc.boolean() });
    fc.assert(
      fc.property(fc.array(level, { maxLength: 6 }), (levels) => {
        const dates = levels.map(({ ruleDays, day, isModel }, index) => {
          // The model's own days grow with the rule's, so that there is an order to keep.
          const on = isModel ? ruleDays : day;
          return dated(`level ${index}`, ruleDays, isModel ? 'model' : 'rule', `2026-11-1${on}`);
        });
        const dayOf = ({ prediction }: { prediction: Prediction }) => prediction.date ?? '';
        const ordered = alignRuleDates(dates);
        for (const [index, own] of ordered.entries()) {
          if (own.prediction.source === 'model') expect(own).toBe(dates[index]);
          for (const other of ordered.filter(({ prediction }) => prediction.source === 'model')) {
            if (other.ruleDays > own.ruleDays) expect(dayOf(own) <= dayOf(other)).toBe(true);
            if (other.ruleDays < own.ruleDays) expect(dayOf(own) >= dayOf(other)).toBe(true);
          }
        }
      }),
    );
  });
});
