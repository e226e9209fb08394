import { expect, it } from 'vitest';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { termWords } from './course.tsx';

it('the criteria of a courier add up, even when negative', () => {
  const terms = { distanceM: null, approach_s: 60, idle_s: 600, cost: -540 };
  expect(termWords(messagesIn('en').dispatch.decision, terms, 'accepted', 'en')).toBe(
    'way there 60 sec, less for having had no work: 10 min, in all −9 min',
  );
});

it('omits criteria that did not count, and says distances as people do', () => {
  const { decision } = messagesIn('en').dispatch;
  expect(
    termWords(decision, { distance_m: 2668, approach_s: 120, load_s: 0, habit_s: 0 }, 'auto', 'de'),
  ).toBe('2.7 km to the pickup, straight, way there 2 Min.');
  expect(termWords(decision, { distance_m: 412, cost: 0 }, 'auto', 'en')).toBe(
    '400 m to the pickup, straight, in all 0 sec',
  );
});
