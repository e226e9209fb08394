export { type BodyRooms, createBodyRooms } from './body-room.ts';
export { createWebhookDoor, type WebhookDoor, type WebhookPath } from './door.ts';
export { registerBodyGauge, webhookCounter } from './webhook-metrics.ts';
