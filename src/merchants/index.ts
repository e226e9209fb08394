export {
  type ApiKey,
  type ApiKeysDeps,
  authenticate,
  bootstrap,
  createApiKey,
  createOperatorKey,
  dropApiKey,
  listApiKeys,
  OPERATORS,
} from './api-keys.ts';
export {
  announceBrandingChanges,
  BRANDING_KEPT_MS,
  type Branding,
  type Brandings,
  brandingFrom,
  createBrandings,
  httpsOrigin,
  isHttpsUrl,
  lookTag,
  type StoredBranding,
} from './branding.ts';
export {
  claimIdempotencyKey,
  dropExpiredIdempotencyKeys,
  ERASED_STATUS,
  eraseAnswersAbout,
  IDEMPOTENCY_KEPT_MS,
  type IdempotencyRow,
  idempotencyRow,
  releaseIdempotencyKey,
  settleIdempotencyKey,
} from './idempotency.sql.ts';
export { createLiveTickets, type LiveTicket, type LiveTickets } from './live-tickets.ts';
export { closeSession, openSession, SESSION_MS, sessionKey } from './operator-sessions.ts';
export {
  type ApiKeyRow,
  ensureMerchant,
  type MerchantRow,
  revokeApiKey,
  revokeApiKeys,
  visibleApiKeys,
  visibleMerchants,
} from './tenants.sql.ts';
