import { expect, it } from 'vitest';
import { FEATURES } from '../features/feature-columns.ts';
import { STAGE_FEATURES } from '../stage/stage-features.ts';
import { driverInWords } from './driver-words.ts';
import type { Reason } from './prediction.ts';
import { reasonInWords } from './reason-words.ts';

it.each<[Reason, string]>([
  [
    { code: 'rule_chosen', after: 'hand_over', days: 4 },
    'By the rule a parcel comes 4 working days after the hand-over.',
  ],
  [
    { code: 'rule_chosen', after: 'scan', days: 1 },
    'By the rule a parcel comes 1 working day after the newest scan.',
  ],
  [
    { code: 'rule_chosen', after: 'out_for_delivery', days: 0 },
    'By the rule a parcel comes on the day of the loading on the vehicle.',
  ],
  [
    { code: 'model_unsure', confidence: 0.1, needed: 0.2 },
    'The model is not sure enough: 0.1, and 0.2 is needed.',
  ],
  [
    { code: 'holiday', date: '2026-12-25', name: 'Christmas Day' },
    'Nothing is delivered on 2026-12-25 (Christmas Day).',
  ],
  [{ code: 'holiday', date: '2026-12-24', name: null }, 'Nothing is delivered on 2026-12-24.'],
  [
    { code: 'out_for_delivery', by: 'lane' },
    'It is on the vehicle; the hours are those of deliveries on its lane.',
  ],
])('%o is a sentence', (reason, said) => {
  expect(reasonInWords(reason)).toBe(said);
});

it.each([
  [
    { feature: 'lane_residual_7', days: -1.25 },
    'How late or early parcels on its lane came in the last 7 days: 1.3 days shorter than parcels on average.',
  ],
  [
    { feature: 'sender_under_way', days: 0.2 },
    'How many parcels of its sender are still under way: 0.2 days longer than parcels on average.',
  ],
  [{ feature: 'weight_g', days: 2 }, 'The weight: 2.0 days longer than parcels on average.'],
  [{ feature: 'carrier', days: 2 }, 'Carrier: 2.0 days longer than parcels on average.'],
])('what moved the model is told in days: %o', (driver, said) => {
  expect(driverInWords(driver)).toBe(said);
});

it('every column of a model has words', () => {
  const names = [...FEATURES, ...STAGE_FEATURES].map(({ name }) => name);
  const said = names.map((feature) => driverInWords({ feature, days: 1 }));
  for (const words of said) expect(words).not.toMatch(/undefined|_/);
  // Those of one word are understood as they are.
  for (const name of names.filter((each) => each.includes('_') && each !== 'service_level')) {
    expect(driverInWords({ feature: name, days: 1 })).not.toMatch(
      new RegExp(`^${name.replaceAll('_', ' ')}:`, 'i'),
    );
  }
});
