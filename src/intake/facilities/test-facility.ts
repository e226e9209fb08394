import { zoneOfPlace } from '../../kernel/places/postal-zone.ts';
import type { Facility, FacilityDetails } from './facility.ts';
import type { EventPlace } from './resolve-facility.ts';

/** Returns what a person entered about a facility, for tests. */
export function testDetails(details: Partial<FacilityDetails> = {}): FacilityDetails {
  return {
    carrier: 'acme',
    code: 'M1',
    name: 'Memphis Hub',
    type: 'hub',
    city: 'Memphis',
    region: 'TN',
    postalCode: null,
    country: 'US',
    lat: null,
    lng: null,
    timeZone: 'America/Chicago',
    aliases: [],
    ...details,
  };
}

export function testFacility(facility: Partial<Facility> = {}): Facility {
  const details = testDetails(facility);
  return {
    id: crypto.randomUUID(),
    owner: null,
    source: 'csv',
    certainty: 1,
    zone: details.timeZone ?? zoneOfPlace(details),
    parcels: 0,
    firstSeenMs: null,
    lastSeenMs: null,
    createdAtMs: 0,
    updatedAtMs: 0,
    ...details,
    ...facility,
  };
}

export function testPlace(place: Partial<EventPlace> = {}): EventPlace {
  return {
    carrier: 'acme',
    city: null,
    region: null,
    postalCode: null,
    country: 'US',
    facility: null,
    ...place,
  };
}
