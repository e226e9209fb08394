export type { CredentialCheck } from './api/carrier-accounts/credential-check.ts';
export {
  createCodeLimiter,
  createSubscribeLimiter,
} from './api/notification-preferences/notification-endpoints.ts';
export type { Polling } from './api/pulling/routes.ts';
export { shipmentRowReader } from './api/shipment-imports/read-row.ts';
export { shopParcelReader } from './api/shipments/shop-parcel.ts';
export { createShopReception } from './api/shops/reception.ts';
export type { Readiness } from './api/system/health.ts';
export { type MoveProgress, moveIn, NOT_MOVED } from './compat/move/move-in.ts';
export { moveOut } from './compat/move/move-out.ts';
export type { MovePage } from './compat/move/moved-parcel.ts';
export { createMoves } from './compat/move/moves.ts';
export { progressBefore, progressFile, writeProgress } from './compat/move/progress-file.ts';
export { readMoveCsv } from './compat/move/read-csv.ts';
export { PUBLIC_URLS, readService } from './compat/move/read-service.ts';
export { ServiceUnavailable } from './compat/move/service-client.ts';
export type { MoveService } from './compat/services.ts';
export type { HttpDeps } from './context.ts';
export type { FleetPort } from './fleet-port.ts';
export type { HubServer } from './front/server.ts';
export { createHttp } from './http.ts';
export type { RateLimiter } from './kit/rate-limit.ts';
export type { Route } from './kit/route.ts';
export {
  openPublicFace,
  type PublicFace,
  type PublicFaceOptions,
} from './public/tracking/public-face.ts';
export type { LocationJson, RecipientsView } from './public/tracking/recipients-view.ts';
export { spellingsOf } from './public/tracking/spellings.ts';
