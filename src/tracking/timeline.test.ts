import { expect, it } from 'vitest';
import type { ReportedPlace } from '../adapters/contract.ts';
import { placeName } from './timeline.ts';

const NOWHERE = { city: null, region: null, postalCode: null, country: null, facility: null };
const place = (known: Partial<ReportedPlace>) => placeName({ ...NOWHERE, ...known });

it.each([
  [{ facility: '0992', country: 'US' }, 'US'],
  [{ facility: '0992', region: 'TN', country: 'US' }, 'TN, US'],
  [{ facility: '0992' }, null],
  [{ facility: 'HUB LEIPZIG', country: 'DE' }, 'Hub Leipzig, DE'],
  [{ city: 'NORTON', facility: '0992', region: 'VA', country: 'US' }, 'Norton, VA, US'],
])(
  'a place is named by city or named facility, never by a bare facility number: %j',
  (known, name) => {
    expect(place(known)).toBe(name);
  },
);
