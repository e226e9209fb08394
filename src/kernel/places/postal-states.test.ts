import { expect, it } from 'vitest';
import { stateOfArea } from './postal-states.ts';

it('names the state of a postal area only where it is certain', () => {
  const named = (country: string, areas: string) =>
    areas.split(' ').map((area) => stateOfArea(country, area));
  expect(named('US', '01 07 10 30 60 78 82 97 98')).toEqual(
    'MA NJ NY GA IL TX WY OR WA'.split(' '),
  );
  // New Hampshire and Maine, Pennsylvania and Delaware, Washington and Alaska.
  expect(named('US', '03 19 99 7 xx')).toEqual([null, null, null, null, null]);
  expect(named('CA', 'L5 V6 H2 X0')).toEqual(['ON', 'BC', 'QC', null]);
  expect(named('DE', '04')).toEqual([null]);
});
