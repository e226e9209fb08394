export { createHttp, type HttpDeps, type Readiness } from './http.ts';
export type { Handler, RequestContext, Route } from './route.ts';
export type { HubServer } from './server.ts';
