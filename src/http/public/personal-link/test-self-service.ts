import type { PickupPoint } from '../../../adapters/contract/extras.ts';
import type {
  PhotosOutcome,
  SelfService,
  SelfServiceOffers,
  SelfServiceOutcome,
} from '../../../reactions/exceptions/index.ts';

/** Stands in for the use cases behind personal links: returns what a test sets. */
export interface TestSelfService extends SelfService {
  offered: SelfServiceOffers | null;
  outcome: SelfServiceOutcome;
  photosOutcome: PhotosOutcome;
  /** Every request received, its kind first. */
  readonly deliveryRequests: (readonly [string, unknown])[];
}

export const NO_OFFERS: SelfServiceOffers = {
  reschedule: null,
  points: [],
  redirect: { by: 'nobody', options: [] },
  address: null,
  proofAvailable: false,
  deliveryRequests: [],
};

export function pickupPoint(changes: Partial<PickupPoint> = {}): PickupPoint {
  return {
    id: 'P-1',
    kind: 'shop',
    name: 'Corner Shop',
    address: {
      street: '1 Main Street',
      city: 'Boulder',
      region: 'CO',
      postalCode: '80301',
      country: 'US',
    },
    lat: null,
    lng: null,
    distanceM: 430,
    hours: [
      ...(['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const).map((weekday) => ({
        weekday,
        opens: '09:00',
        closes: '18:00',
      })),
      { weekday: 'saturday', opens: '09:00', closes: '13:00' },
    ],
    services: ['pickup'],
    capacity: null,
    temporarilyClosed: false,
    weightMaxG: null,
    ...changes,
  };
}

export function testSelfService(): TestSelfService {
  const take = (kind: string) => async (_subject: unknown, deliveryRequest: unknown) => {
    service.deliveryRequests.push([kind, deliveryRequest]);
    return service.outcome;
  };
  const service: TestSelfService = {
    offered: NO_OFFERS,
    outcome: { outcome: 'accepted', by: 'carrier' },
    photosOutcome: { outcome: 'added', added: 1 },
    async addPhotos(_subject, photos) {
      service.deliveryRequests.push(['photos', photos]);
      return service.photosOutcome;
    },
    deliveryRequests: [],
    offers: async () => service.offered,
    reschedule: take('reschedule'),
    redirect: take('redirect'),
    confirmAddress: take('confirm-address'),
  };
  return service;
}
