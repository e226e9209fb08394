export { createBodyRooms } from './body-room.ts';
export { type CarrierEndpoint, createCarrierEndpoint } from './endpoint.ts';
export { registerBodyGauge, webhookCounter } from './webhook-metrics.ts';
