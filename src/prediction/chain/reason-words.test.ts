import { expect, it } from 'vitest';
import type { Reason } from './prediction.ts';
import { driverInWords, reasonInWords } from './reason-words.ts';

it.each<[Reason, string]>([
  [
    { code: 'rule_chosen', after: 'hand_over', days: 4 },
    'The date is 4 working days after the hand-over.',
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

it('what moved the model is told in days', () => {
  expect(driverInWords({ feature: 'lane_residual_7', days: -1.25 })).toBe(
    'lane residual 7: 1.3 days shorter than parcels on average.',
  );
});
