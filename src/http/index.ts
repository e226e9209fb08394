export { createHttp, type HttpDeps, type Readiness } from './http.ts';
export { openPublicFace, type PublicFace } from './public/public-face.ts';
export type { Handler, RequestContext, Route } from './route.ts';
export type { HubServer } from './server.ts';
