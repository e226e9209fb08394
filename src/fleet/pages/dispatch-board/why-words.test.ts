import { expect, it } from 'vitest';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { termWords } from './decision.tsx';

it('the criteria of a courier add up, even when negative', () => {
  const terms = { distanceM: null, approach_s: 60, idle_s: 600, cost: -540 };
  expect(termWords(messagesIn('en').dispatch.decision, terms)).toBe(
    'way there 60 s, less for having had no work: 10 min, in all −9 min',
  );
});
