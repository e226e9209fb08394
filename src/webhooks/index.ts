export { type BodyRooms, createBodyRooms } from './body-room.ts';
export { type CarrierEndpoint, createCarrierEndpoint, type WebhookPath } from './endpoint.ts';
export { registerBodyGauge, webhookCounter } from './webhook-metrics.ts';
