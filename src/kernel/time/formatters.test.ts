import { IANAZone } from 'luxon';
import { expect, it, vi } from 'vitest';
import { dateFormat, displayNames, isZone, numberFormat } from './formatters.ts';
import { formattersMade } from './test-formatters.ts';
import { dayIn } from './zoned-time.ts';

const day = (locale: string) => dateFormat(locale, { dateStyle: 'short', timeZone: 'UTC' });

it('makes a formatter once for a locale, a zone and options', async () => {
  const write = () => [
    day('de').format(0),
    dateFormat('de', { timeStyle: 'short', timeZone: 'Asia/Tokyo' }).format(0),
    numberFormat('de').format(0.5),
    numberFormat('de', { style: 'percent' }).format(0.5),
    displayNames('de', { type: 'region' }).of('FR'),
    dayIn('Asia/Tokyo', 0),
  ];
  expect(write()).toEqual(['01.01.70', '09:00', '0,5', '50\u00a0%', 'Frankreich', '1970-01-01']);
  expect(await formattersMade(write)).toEqual([]);
});

it('keeps the newest, however many locales and spellings of a zone are asked for', () => {
  const first = day('de');
  for (let n = 0; n < 600; n += 1) day(`de-x-${n}`);
  expect(day('de')).not.toBe(first);
  const forgotten = vi.spyOn(IANAZone, 'resetCache');
  const spelled = (n: number) =>
    [...'america/new_york'].map((c, at) => ((n >> at) & 1 ? c.toUpperCase() : c)).join('');
  for (let n = 0; n < 2_048; n += 1) expect(isZone(spelled(n))).toBe(true);
  expect(forgotten).toHaveBeenCalled();
  forgotten.mockRestore();
  expect([isZone('America/Atlantis'), isZone('')]).toEqual([false, false]);
});
