import type { ProofKind, Route, RouteStop } from '../../../src/fleet/driver/index.ts';
import { COURIER } from '../../../src/fleet/driver/test-fake-hub.ts';

const STREETS = [
  ...['Bernstorffstraße', 'Große Bergstraße', 'Max-Brauer-Allee', 'Schulterblatt'],
  ...['Kleine Freiheit', 'Wohlwillstraße'],
];

export const shipmentOf = (index: number): string =>
  `0190b0a1-5e0b-7c3e-8f0b-${String(index).padStart(12, '0')}`;
export const numberOf = (index: number): string =>
  `WB31415926${String(5000 + index).padStart(6, '0')}`;

/** A day of stops with a parcel each. */
export function dayOf(stops: number, requireProof: readonly ProofKind[] = []): Route {
  let parcels = 0;
  const parcel = (): RouteStop['parcels'][number] => {
    parcels += 1;
    return {
      shipment_id: shipmentOf(parcels),
      tracking_number: numberOf(parcels),
      status: 'at_facility',
      sub_status: null,
      state: 'to_load',
      require_proof: requireProof,
      pieces: null,
      weight_g: 1200,
      order_id: null,
      attempts: 0,
    };
  };
  return {
    courier: { ...COURIER, shift: 'off' },
    revision: '1',
    generated_at: '2026-03-10T06:00:00.000Z',
    notices: [],
    stops: Array.from(
      { length: stops },
      (_, index): RouteStop => ({
        id: `sto_${String(index + 1).padStart(32, '0')}`,
        position: index + 1,
        state: 'open',
        recipient: {
          name: ['Kim Petersen', 'Yusuf Arslan', 'Hanna Lüders-Wohlgemuth'][index % 3] ?? null,
          phone: index % 2 === 0 ? '+49 40 123456' : null,
        },
        address: {
          lines: [`${STREETS[index % STREETS.length]} ${11 + index}`],
          postal_code: '22767',
          city: 'Hamburg',
          country: 'DE',
        },
        location: { lat: 53.5503 + index / 1000, lng: 9.9341 },
        window:
          index % 4 === 1
            ? { from: '2026-03-10T08:00:00.000Z', to: '2026-03-10T10:00:00.000Z' }
            : null,
        notes: index === 0 ? ['Hinterhaus, 3. Stock. Klingel „Petersen“.'] : [],
        require_proof: requireProof,
        parcels: [parcel()],
      }),
    ),
  };
}
