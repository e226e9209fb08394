import { expect, it } from 'vitest';
import { wordsAsCode } from './words-as-code.ts';

it('takes spellings of the same words for one code', () => {
  const spellings = [
    'Gated out at Port/Terminal',
    '  GATED OUT  at\u00a0Port/Terminal. ',
    'gated out at port/terminal',
  ];
  expect(new Set(spellings.map(wordsAsCode))).toEqual(new Set(['gated out at port/terminal']));
});

it('distinguishes other words', () => {
  expect(wordsAsCode('Actual Vessel Arrival')).not.toBe(wordsAsCode('Actual Vessel Departure'));
});

it.each([null, undefined, '', '  ', ' . '])('finds no code where %j is said', (text) => {
  expect(wordsAsCode(text)).toBeNull();
});
