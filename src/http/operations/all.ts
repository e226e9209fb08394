import type { Operation } from '../operation.ts';
import { apiKeyOperations } from './api-keys.ts';
import { brandingOperations } from './branding.ts';
import { carrierWebhookOperations } from './carrier-webhooks.ts';
import { carrierOperations } from './carriers.ts';
import { eddOperations } from './edd.ts';
import { explainDateOperation } from './edd-prediction.ts';
import { eventOperations } from './events.ts';
import { exceptionOperations } from './exceptions.ts';
import { facilityOperations } from './facilities.ts';
import { mappingOverlayOperations } from './mapping-overlays.ts';
import { notificationChannelOperations } from './notification-channels.ts';
import { notificationTemplateOperations } from './notification-templates.ts';
import { notificationOperations } from './notifications.ts';
import { operatorOperations } from './operators.ts';
import { opsOperations } from './ops.ts';
import { consoleOperations } from './ops-console.ts';
import { publicOperations } from './public.ts';
import { shipmentOperations } from './shipments.ts';
import { webhookEndpointOperations } from './webhook-endpoints.ts';

/** Every operation of the API, in the order in which the docs list them. */
export const OPERATIONS: readonly Operation[] = [
  ...shipmentOperations,
  ...carrierOperations,
  ...eddOperations,
  explainDateOperation,
  ...facilityOperations,
  ...mappingOverlayOperations,
  ...webhookEndpointOperations,
  ...eventOperations,
  ...exceptionOperations,
  ...notificationOperations,
  ...notificationChannelOperations,
  ...brandingOperations,
  ...notificationTemplateOperations,
  ...apiKeyOperations,
  ...publicOperations,
  ...carrierWebhookOperations,
  ...operatorOperations,
  ...opsOperations,
  ...consoleOperations,
];
