/** The services whose APIs the hub offers, and whose parcels can be moved here, as they spell their names. */
export const SERVICE_NAMES = { easypost: 'EasyPost', aftership: 'AfterShip' } as const;

/** A service with an API from which parcels can be moved. */
export type ReadableService = keyof typeof SERVICE_NAMES;
export const READABLE_SERVICES = Object.keys(SERVICE_NAMES) as readonly ReadableService[];

/** From and to where parcels can be moved; ids are stored in `external_ids` under this name. */
export type MoveService = ReadableService | 'csv';
