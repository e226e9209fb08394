export type { HubServer } from './front/server.ts';
export { createHttp, type HttpDeps } from './http.ts';
export type { RateLimiter } from './kit/rate-limit.ts';
export type { Handler, RequestContext, Route } from './kit/route.ts';
export type {
  CheckedCredentials,
  CredentialCheck,
} from './resources/carrier-accounts/credential-check.ts';
export { createDriverStreams, type DriverStreams } from './resources/driver/driver-streams.ts';
export { driverAppRoutes } from './resources/driver-app/routes.ts';
export { type Live, openLive } from './resources/live/live.ts';
export { destinationsOf } from './resources/locations/destination-of.ts';
export { recipientsView } from './resources/locations/recipients-view.ts';
export { type Ways, watchRoutes } from './resources/locations/watch-routes.ts';
export {
  createCodeLimiter,
  createSubscribeLimiter,
} from './resources/notification-preferences/notification-endpoints.ts';
export {
  openPublicFace,
  type PublicFace,
  type PublicFaceOptions,
} from './resources/public-tracking/public-face.ts';
export { spellingsOf } from './resources/public-tracking/spellings.ts';
export type { Polling } from './resources/pulling/polling.ts';
export { shipmentRowReader } from './resources/shipment-imports/read-row.ts';
export type { Readiness } from './resources/system/health.ts';
