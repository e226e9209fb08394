import { expect, it } from 'vitest';
import { createRegistrationBook } from './registrations.ts';

const wanted = (number: string, account = 'a') => ({ account, number, carrierCode: 'usps' });

it('registers up to the quota of each account, and returns none of it', () => {
  const book = createRegistrationBook('seed', 2).at(0);
  const first = book.add(wanted('1'));
  expect(book.remove(first?.id ?? '')).toBe(true);
  expect(book.add(wanted('2'))).not.toBeNull();
  expect(book.add(wanted('3'))).toBeNull();
  expect(book.quota('a')).toEqual({ used: 2, remaining: 0 });
  expect(book.add(wanted('3', 'b'))).not.toBeNull();
  expect(book.list('a').map(({ number }) => number)).toEqual(['2']);
});

it('finds the newest registration of a number, and changes it', () => {
  const book = createRegistrationBook('seed', null).at(7);
  book.add(wanted('1'));
  const newer = book.add(wanted('1'));
  expect(book.find('a', '1')).toEqual(newer);
  expect(book.find('b', '1')).toBeNull();
  const id = newer?.id ?? '';
  expect(book.update(id, { state: 'stopped' })).toMatchObject({ state: 'stopped', createdAtMs: 7 });
  expect(book.get(id)?.state).toBe('stopped');
  expect(book.update('none', { state: 'stopped' })).toBeNull();
  expect(book.quota('a')).toEqual({ used: 2, remaining: null });
});
