export { createWebhookDoor, type WebhookDoor, type WebhookPath } from './door.ts';
export { webhookCounter } from './webhook-metrics.ts';
