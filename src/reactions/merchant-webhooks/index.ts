export { type EventBody, eventBody, signedHeaders } from './deliveries/body.ts';
export { judge, type Verdict, wantsType } from './deliveries/decide.ts';
export {
  endpointHealth,
  findDelivery,
  listDeliveries,
  REPLAY_MAX,
  replayDeliveries,
  replayDelivery,
} from './deliveries/deliveries.ts';
export {
  type Attempt,
  DELIVERY_STATES,
  type Delivery,
  type DeliveryState,
  type EndpointHealth,
} from './deliveries/delivery.ts';
export {
  type FormatWriter,
  type FormatWriters,
  WEBHOOK_FORMATS,
} from './deliveries/format.ts';
export { dropOldWebhooks } from './deliveries/retention.ts';
export { retryAfterMs, TRIES_MAX } from './deliveries/retry.ts';
export { findSentEvent, listSentEvents, type SentTo } from './deliveries/sent-events.ts';
export type { WebhookDeps } from './deps.ts';
export {
  DESCRIPTION_CHARS_MAX,
  ENDPOINTS_MAX,
  type Endpoint,
  type EndpointPatch,
  EVENT_PATTERNS_MAX,
  FILTER_VALUES_MAX,
  newSecret,
} from './endpoints/endpoint.ts';
export {
  createEndpoint,
  findEndpoint,
  listEndpoints,
  OVERLAP_S_DEFAULT,
  OVERLAP_S_MAX,
  patchEndpoint,
  removeEndpoint,
  rotateSecret,
  sendTest,
  TEST_EVENT,
} from './endpoints/endpoints.ts';
export { fenceDeliveries } from './fence.sql.ts';
export {
  countEverybodysEndpoints,
  findEverybodysEndpoint,
  listEverybodysEndpoints,
  type OperatorsEndpoint,
} from './operators.ts';
export { WEBHOOKS_SEALED } from './sealed-columns.sql.ts';
export { hasFailedTooLong } from './sending/disable.ts';
export { type MerchantWebhooks, startMerchantWebhooks } from './start-merchant-webhooks.ts';
