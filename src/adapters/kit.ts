/**
 * What the adapter kit (packages/adapter-kit) needs from the hub beyond the contract: sessions,
 * levels, a clock and an HTTP client. The kit imports them as `waybill/adapter/kit`, so that it
 * judges an adapter with the code that the hub runs.
 */

export { type Random, randomFrom } from '../kernel/seeded-random.ts';
export { manualClock } from '../platform/clock.ts';
export {
  createHttpClient,
  type HttpClient,
  type HttpOutcome,
  type HttpRequest,
} from '../platform/net/http-client.ts';
export { PARSE_OUTCOMES, reportsAsRead } from './contract/contract.ts';
export { judgeHeaders, REFUSED_BY_HEADERS } from './contract/judge-headers.ts';
export {
  CHECK_IDS,
  CHECKS_BY_LEVEL,
  type CheckId,
  createPace,
  createSession,
  createTokenCache,
  EXEMPT_WITHOUT_LOSS,
  isCheckId,
  LEVELS,
  type Level,
  levelOf,
} from './index.ts';
