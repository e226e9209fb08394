import { expect, it } from 'vitest';
import { journeyParcel } from './learn.ts';
import { journeyRows, NOW_MS, PARCELS } from './test-journeys.ts';

const [row] = journeyRows(PARCELS.slice(0, 1));
if (row === undefined) throw new Error('there is one');

it.each([
  [0.7, 0.7],
  [0, 0],
  [null, undefined],
  [7, undefined],
  [Number.NaN, undefined],
])('weather that stands as %s in the table is learned from as %s', (weather, learned) => {
  expect(journeyParcel({ ...row, weather }, NOW_MS)?.weather).toBe(learned);
});

it('is learned from with the coordinates that it had while it was under way', () => {
  const placed = {
    ...row,
    origin: { country: 'BR', region: 'SP', postal: '14409', lat: -20.5, lng: -47.4 },
    destination: { country: 'BR', region: 'RJ', postal: '22030', lat: -22.9, lng: -43.2 },
  };
  const learned = journeyParcel(placed, NOW_MS);
  expect(learned?.origin).toEqual(placed.origin);
  expect(learned?.destination).toEqual(placed.destination);
});
