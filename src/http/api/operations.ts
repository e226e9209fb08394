import { courierSettingsResource } from '../../fleet/api/courier-settings/routes.ts';
import { courierOperations } from '../../fleet/api/couriers/operations.ts';
import { courierRouteOperations } from '../../fleet/api/couriers/route-operations.ts';
import {
  deliveryOperations,
  driverOffersOperation,
} from '../../fleet/api/deliveries/operations.ts';
import { dispatchPauses } from '../../fleet/api/dispatch-pauses/routes.ts';
import { driverOperations } from '../../fleet/api/driver/operations.ts';
import { liveOperations } from '../../fleet/api/live/operations.ts';
import { shipmentLocationOperation } from '../../fleet/api/locations/operations.ts';
import {
  positionOperations,
  sendDriverPositionsOperation,
} from '../../fleet/api/positions/operations.ts';
import { routePlans } from '../../fleet/api/route-plans/routes.ts';
import { deskOperations } from '../console/operations.ts';
import { consoleOperations } from '../console/operators/operations.ts';
import { type Operation, TAGS } from '../kit/operation.ts';
import { publicOperations } from '../public/tracking/operations.ts';
import { apiKeys } from './api-keys/routes.ts';
import { brandingResource } from './branding/routes.ts';
import { carrierWebhookOperations } from './carrier-webhooks/operations.ts';
import { carrierOperations } from './carriers/operations.ts';
import { opsDeadLetterOperations } from './dead-letters/operations.ts';
import { providerStatusOperations } from './delivery-statuses/operations.ts';
import { downloadOperation } from './downloads/operations.ts';
import { drops } from './drops/routes.ts';
import { eddOperations } from './edd/operations.ts';
import { opsAccuracyOperation } from './edd-accuracy/operations.ts';
import { opsEddOperations } from './edd-models/operations.ts';
import { explainDateOperation } from './edd-prediction/operations.ts';
import { events } from './events/routes.ts';
import { exceptionOperations } from './exceptions/operations.ts';
import { facilities } from './facilities/routes.ts';
import { identityProviders } from './identity-providers/routes.ts';
import { mappingOverlays } from './mapping-overlays/routes.ts';
import { opsMappingOperations } from './mappings/operations.ts';
import { notificationChannels } from './notification-channels/routes.ts';
import { notificationTemplatesResource } from './notification-templates/routes.ts';
import { notificationOperations } from './notifications/operations.ts';
import { overviewOperation } from './overview/operations.ts';
import { proofOperations } from './proofs/operations.ts';
import { opsReviewOperations } from './review/operations.ts';
import { scanOperations } from './scans/operations.ts';
import { shipmentCodeOperation, shipmentLabelOperation } from './shipment-code/operations.ts';
import { shipmentImports } from './shipment-imports/routes.ts';
import { shipmentOperations } from './shipments/operations.ts';
import { operatorOperations } from './system/operations.ts';
import { webhookEndpointOperations } from './webhook-endpoints/operations.ts';

/** Every operation, pages included: one for each route. */
export const OPERATIONS: readonly Operation[] = [
  ...shipmentOperations,
  ...shipmentImports.operations,
  ...carrierOperations,
  ...eddOperations,
  explainDateOperation,
  ...scanOperations,
  ...courierOperations,
  ...courierRouteOperations,
  ...courierSettingsResource.operations,
  ...deliveryOperations,
  ...dispatchPauses.operations,
  ...routePlans.operations,
  ...positionOperations,
  shipmentLocationOperation,
  ...liveOperations,
  ...driverOperations,
  driverOffersOperation,
  sendDriverPositionsOperation,
  ...drops.operations,
  shipmentCodeOperation,
  shipmentLabelOperation,
  ...proofOperations,
  ...facilities.operations,
  ...mappingOverlays.operations,
  ...webhookEndpointOperations,
  ...events.operations,
  ...exceptionOperations,
  ...notificationOperations,
  ...notificationChannels.operations,
  ...providerStatusOperations,
  ...brandingResource.operations,
  ...notificationTemplatesResource.operations,
  ...apiKeys.operations,
  ...identityProviders.operations,
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

/** Operations described in `/openapi.json`, in the order of the docs. */
export const API_OPERATIONS = OPERATIONS.filter(({ tag }) => tag in TAGS);
