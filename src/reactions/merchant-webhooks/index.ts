export { type EventBody, eventBody } from './body.ts';
export { wants } from './decide.ts';
export {
  endpointHealth,
  findDelivery,
  listDeliveries,
  REPLAY_MAX,
  type ReplayOutcome,
  replayDeliveries,
  replayDelivery,
} from './deliveries.ts';
export {
  type Attempt,
  DELIVERY_STATES,
  type Delivery,
  type DeliveryFilter,
  type DeliveryState,
  type EndpointHealth,
  type ReplayFilter,
} from './delivery.ts';
export type { WebhookDeps } from './deps.ts';
export {
  DESCRIPTION_CHARS_MAX,
  ENDPOINTS_MAX,
  type Endpoint,
  type EndpointFilters,
  type EndpointPatch,
  EVENT_PATTERNS_MAX,
  FILTER_VALUES_MAX,
  type NewEndpoint,
} from './endpoint.ts';
export {
  createEndpoint,
  findEndpoint,
  listEndpoints,
  OVERLAP_S_DEFAULT,
  OVERLAP_S_MAX,
  patchEndpoint,
  removeEndpoint,
  rotateSecret,
} from './endpoints.ts';
export {
  countEverybodysEndpoints,
  findEverybodysEndpoint,
  listEverybodysEndpoints,
  type OperatorsEndpoint,
} from './operators.ts';
export { dropOldWebhooks } from './retention.ts';
export { WEBHOOKS_SEALED } from './sealed-columns.sql.ts';
export { sendTest, TEST_EVENT, type TestOutcome } from './send-test.ts';
export { signedHeaders } from './sign.ts';
export {
  type MerchantWebhooks,
  type MerchantWebhooksOptions,
  startMerchantWebhooks,
} from './start-merchant-webhooks.ts';
