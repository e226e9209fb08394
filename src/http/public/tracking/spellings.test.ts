import { expect, it } from 'vitest';
import { loadAdapters } from '../../../adapters/index.ts';
import { spellingsOf } from './spellings.ts';

const spellings = spellingsOf(await loadAdapters());

it('finds nothing in spaces and dashes alone', () => {
  expect(spellings(' - - ')).toEqual([]);
});

it('gives one spelling for nearly every number', () => {
  expect(spellings('1z 999 aa1 0123 4567 84')).toEqual(['1Z999AA10123456784']);
});

it('keeps separate spellings when carriers read a number differently', () => {
  // The leading ZIP is routing information to one carrier and part of the number to others.
  expect(spellings('420221539400111899223197428490')).toEqual(
    expect.arrayContaining(['9400111899223197428490', '420221539400111899223197428490']),
  );
});
