import { placesNear, type SandboxRequest } from '../../sandbox-kit/index.ts';
import { documentOf, element } from './markup.ts';

/** What Get Nearest Post Office gives unless it is told otherwise, and at most. */
const MAXIMUM = { default: 10, most: 50 };
const RADIUS_M = 80_000;
const CANADIAN = /^[A-Z]\d[A-Z]\d[A-Z]\d$/;

/** Null: the place is none of Canada's. */
export function postOfficeList({ query }: SandboxRequest): string | null {
  const postalCode = query.get('postalCode') ?? '';
  const [lat, lng] = [Number(query.get('latitude') ?? ''), Number(query.get('longitude') ?? '')];
  const center = lat >= 40 && lng <= -50 ? { lat, lng } : null;
  if (center === null && !CANADIAN.test(postalCode)) return null;
  const limit = Math.min(Number(query.get('maximum')) || MAXIMUM.default, MAXIMUM.most);
  const offices = placesNear({
    country: 'CA',
    postalCode: postalCode === '' ? 'K1A0B1' : postalCode,
    city: 'OTTAWA',
    center,
    kinds: ['post_office'],
    radiusM: RADIUS_M,
    limit,
  });
  return documentOf(
    'post-office-list',
    'postoffice',
    ...offices.map((office) => {
      const id = String(Number.parseInt(office.seed.slice(0, 8), 16)).padStart(10, '0');
      return element(
        'post-office',
        element(
          'address',
          element('city', office.city),
          element('latitude', office.lat.toFixed(5)),
          element('longitude', office.lng.toFixed(5)),
          element('postal-code', office.postalCode),
          element('province', 'ON'),
          element('office-address', office.street),
        ),
        element('distance', (office.distanceM / 1_000).toFixed(2)),
        element('location', `${office.name} PO`),
        element('name', office.name),
        element('office-id', id),
        element('bilingual-designation', 'true'),
      );
    }),
  );
}
