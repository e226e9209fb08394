/** Limit of a route: more than a van holds. A route is planned and written as a whole. */
export const ROUTE_PARCELS_MAX = 1_000;

/** Events of one request; a day of 200 stops fits. */
export const DRIVER_EVENTS_MAX = 500;
