export { createDriverStreams, type DriverStreams } from '../fleet/api/driver/driver-streams.ts';
export { type Live, openLive } from '../fleet/api/live/live.ts';
export { destinationsOf } from '../fleet/api/locations/destination-of.ts';
export { recipientsView } from '../fleet/api/locations/recipients-view.ts';
export { type Ways, watchRoutes } from '../fleet/api/locations/watch-routes.ts';
export { driverAppRoutes } from '../fleet/pages/driver-app/routes.ts';
export type {
  CheckedCredentials,
  CredentialCheck,
} from './api/carrier-accounts/credential-check.ts';
export {
  createCodeLimiter,
  createSubscribeLimiter,
} from './api/notification-preferences/notification-endpoints.ts';
export type { Polling } from './api/pulling/polling.ts';
export { shipmentRowReader } from './api/shipment-imports/read-row.ts';
export type { Readiness } from './api/system/health.ts';
export type { HubServer } from './front/server.ts';
export { createHttp, type HttpDeps } from './http.ts';
export type { RateLimiter } from './kit/rate-limit.ts';
export type { Handler, RequestContext, Route } from './kit/route.ts';
export {
  openPublicFace,
  type PublicFace,
  type PublicFaceOptions,
} from './public/tracking/public-face.ts';
export { spellingsOf } from './public/tracking/spellings.ts';
