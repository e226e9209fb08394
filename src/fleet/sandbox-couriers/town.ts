import type { LatLng } from '../../kernel/places/distance.ts';

/** A sandbox courier, recognised by its `external_id`. */
export interface Resident {
  readonly externalId: string;
  readonly name: string;
  readonly home: LatLng;
}

/**
 * Where sandbox couriers ride: a small town, so that they receive no offers in the places where
 * people try out couriers of their own. All receive the demo delivery at once, so each must live
 * near enough to deliver it within the time promised to newcomers.
 */
export const RESIDENTS: readonly Resident[] = [
  { externalId: 'sandbox-1', name: 'Sam Sandbox', home: { lat: 53.8679, lng: 10.6872 } },
  { externalId: 'sandbox-2', name: 'Kim Sandbox', home: { lat: 53.865, lng: 10.6885 } },
];

/** The demo delivery for newcomers: from a shop at the market, across the river. */
export const DEMO = {
  origin: { at: { lat: 53.8668, lng: 10.6849 }, address: 'Markt 13, 23552 Lübeck, Germany' },
  destination: {
    at: { lat: 53.8622, lng: 10.6721 },
    address: {
      line1: 'Moislinger Allee 10',
      postal_code: '23558',
      city: 'Lübeck',
      country: 'DE',
    },
  },
  // A number that the regulator has reserved for films and plays.
  recipient: { name: 'Robin Sandbox', phone: '+4930231250' },
  notes: 'Ring twice.',
} as const;
