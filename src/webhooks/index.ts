export { createBodyRooms } from './body-room.ts';
export { type CarrierEndpoint, createCarrierEndpoint } from './endpoint.ts';
export { createPublicKeys } from './public-keys.ts';
export { registerBodyGauge, webhookCounter } from './webhook-metrics.ts';
