import type { Hub } from '../../app/hub.ts';
import type { PostalCodes } from '../../kernel/places/postal-codes.ts';
import { httpGeocoder } from '../../platform/geocoding/http-geocoder.ts';
import type { Machines } from '../../platform/machines.ts';
import { createHttpClient } from '../../platform/net/http-client.ts';
import { applyFacts, type ExceptionsDeps } from '../../reactions/exceptions/index.ts';
import { startPlaces } from '../../reactions/places/index.ts';

/** Public servers ask for one request at a time. */
const CONNECTIONS_MAX = 1;

/** Looks up where own couriers' parcels go. */
export function startLookingUpPlaces(
  { config, keyring, log, listener, shutdown }: Machines,
  { tracking, couriers }: Pick<Hub, 'tracking' | 'couriers'>,
  {
    exceptions,
    postalCodes,
    givesWay,
  }: {
    readonly exceptions: ExceptionsDeps;
    readonly postalCodes: PostalCodes;
    readonly givesWay: () => boolean;
  },
): void {
  if (couriers === undefined) return;
  const { server } = config.geocoding;
  const http = createHttpClient({ connectionsMax: CONNECTIONS_MAX });
  const places = startPlaces({
    tracking,
    keyring,
    recognition: couriers.recognition,
    ownCarrier: couriers.ownCarrier,
    geocoder: server === null ? null : httpGeocoder(http, server),
    postalCodes,
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
