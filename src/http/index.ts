export type { CheckedCredentials, CredentialCheck } from './credential-check.ts';
export { createHttp, type HttpDeps } from './http.ts';
export type { Readiness } from './ops/health.ts';
export type { Polling } from './polling.ts';
export { createSubscribeLimiter } from './public/notices/notification-doors.ts';
export { openPublicFace, type PublicFace, type PublicFaceOptions } from './public/public-face.ts';
export type { RateLimiter } from './public/rate-limit.ts';
export type { Handler, RequestContext, Route } from './route.ts';
export type { HubServer } from './server.ts';
