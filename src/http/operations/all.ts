import type { Operation } from '../operation.ts';
import { apiKeyOperations } from './api-keys.ts';
import { carrierWebhookOperations } from './carrier-webhooks.ts';
import { carrierOperations } from './carriers.ts';
import { operatorOperations } from './operators.ts';
import { publicOperations } from './public.ts';
import { shipmentOperations } from './shipments.ts';

/** Every operation of the API, in the order in which the docs list them. */
export const OPERATIONS: readonly Operation[] = [
  ...shipmentOperations,
  ...carrierOperations,
  ...apiKeyOperations,
  ...publicOperations,
  ...carrierWebhookOperations,
  ...operatorOperations,
];
