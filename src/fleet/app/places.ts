import { httpGeocoder } from '../../platform/geocoding/http-geocoder.ts';
import type { Machines } from '../../platform/machines.ts';
import { createHttpClient } from '../../platform/net/http-client.ts';
import { applyFacts } from '../../reactions/exceptions/index.ts';
import { startPlaces } from '../../reactions/places/places.ts';
import type { HubAround } from './around.ts';
import type { CourierParts } from './couriers.ts';

/** Public servers ask for one request at a time. */
const CONNECTIONS_MAX = 1;

/** Starts looking up where own couriers' parcels go. */
export function startLookingUpPlaces(
  { config, keyring, log, listener, shutdown }: Machines,
  { hub, exceptions, predicting }: Pick<HubAround, 'hub' | 'exceptions' | 'predicting'>,
  couriers: Pick<CourierParts, 'recognition' | 'ownCarrier'>,
  givesWay: () => boolean,
): void {
  const { server } = config.geocoding;
  const http = createHttpClient({ connectionsMax: CONNECTIONS_MAX });
  const places = startPlaces({
    tracking: hub.tracking,
    keyring,
    recognition: couriers.recognition,
    ownCarrier: couriers.ownCarrier,
    geocoder: server === null ? null : httpGeocoder(http, server),
    postalCodes: predicting.postalCodes,
    log,
    listener,
    givesWay,
    onUnknown: (tenant, shipmentId) => applyFacts(exceptions, tenant, shipmentId),
  });
  shutdown.onStop('places', async () => {
    await places.stop();
    http.close();
  });
}
