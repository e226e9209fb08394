export { createBodyRooms } from './body-room.ts';
export { type CarrierEndpoint, createCarrierEndpoint, type WebhookSource } from './endpoint.ts';
export { singleHeaders } from './headers.ts';
export { createPublicKeys } from './public-keys.ts';
export { registerBodyGauge, webhookCounter } from './webhook-metrics.ts';
