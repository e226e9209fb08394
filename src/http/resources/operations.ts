import { consoleOperations } from '../console/operations.ts';
import { deskOperations } from '../desk/operations.ts';
import { type Operation, TAGS } from '../kit/operation.ts';
import { apiKeys } from './api-keys/routes.ts';
import { brandingOperations } from './branding/operations.ts';
import { carrierWebhookOperations } from './carrier-webhooks/operations.ts';
import { carrierOperations } from './carriers/operations.ts';
import { courierSettingsOperations } from './courier-settings/operations.ts';
import { courierOperations } from './couriers/operations.ts';
import { courierRouteOperations } from './couriers/route-operations.ts';
import { opsDeadLetterOperations } from './dead-letters/operations.ts';
import { deliveryOperations, driverOffersOperation } from './deliveries/operations.ts';
import { pauseOperations } from './dispatch-pauses/operations.ts';
import { downloadOperation } from './downloads/operations.ts';
import { driverOperations } from './driver/operations.ts';
import { dropOperations } from './drops/operations.ts';
import { eddOperations } from './edd/operations.ts';
import { opsAccuracyOperation } from './edd-accuracy/operations.ts';
import { opsEddOperations } from './edd-models/operations.ts';
import { explainDateOperation } from './edd-prediction/operations.ts';
import { eventOperations } from './events/operations.ts';
import { exceptionOperations } from './exceptions/operations.ts';
import { facilities } from './facilities/routes.ts';
import { identityProviderOperations } from './identity-providers/operations.ts';
import { liveOperations } from './live/operations.ts';
import { shipmentLocationOperation } from './locations/operations.ts';
import { mappingOverlayOperations } from './mapping-overlays/operations.ts';
import { opsMappingOperations } from './mappings/operations.ts';
import { notificationChannelOperations } from './notification-channels/operations.ts';
import { notificationTemplateOperations } from './notification-templates/operations.ts';
import { notificationOperations } from './notifications/operations.ts';
import { overviewOperation } from './overview/operations.ts';
import { positionOperations, sendDriverPositionsOperation } from './positions/operations.ts';
import { proofOperations } from './proofs/operations.ts';
import { publicOperations } from './public-tracking/operations.ts';
import { opsReviewOperations } from './review/operations.ts';
import { routePlanOperations } from './route-plans/operations.ts';
import { scanOperations } from './scans/operations.ts';
import { shipmentCodeOperation, shipmentLabelOperation } from './shipment-code/operations.ts';
import { shipmentImportOperations } from './shipment-imports/operations.ts';
import { shipmentOperations } from './shipments/operations.ts';
import { operatorOperations } from './system/operations.ts';
import { webhookEndpointOperations } from './webhook-endpoints/operations.ts';

/** Every operation, pages included: one for each route. */
export const OPERATIONS: readonly Operation[] = [
  ...shipmentOperations,
  ...shipmentImportOperations,
  ...carrierOperations,
  ...eddOperations,
  explainDateOperation,
  ...scanOperations,
  ...courierOperations,
  ...courierRouteOperations,
  ...courierSettingsOperations,
  ...deliveryOperations,
  ...pauseOperations,
  ...routePlanOperations,
  ...positionOperations,
  shipmentLocationOperation,
  ...liveOperations,
  ...driverOperations,
  driverOffersOperation,
  sendDriverPositionsOperation,
  ...dropOperations,
  shipmentCodeOperation,
  shipmentLabelOperation,
  ...proofOperations,
  ...facilities.operations,
  ...mappingOverlayOperations,
  ...webhookEndpointOperations,
  ...eventOperations,
  ...exceptionOperations,
  ...notificationOperations,
  ...notificationChannelOperations,
  ...brandingOperations,
  ...notificationTemplateOperations,
  ...apiKeys.operations,
  ...identityProviderOperations,
  ...publicOperations,
  downloadOperation,
  ...carrierWebhookOperations,
  ...operatorOperations,
  overviewOperation,
  ...opsDeadLetterOperations,
  ...opsReviewOperations,
  ...opsMappingOperations,
  opsAccuracyOperation,
  ...opsEddOperations,
  ...consoleOperations,
  ...deskOperations,
];

/** What `/openapi.json` describes, in the order in which the docs list it. */
export const API_OPERATIONS = OPERATIONS.filter(({ tag }) => tag in TAGS);
