import { INTAKE_SEALED } from '../intake/index.ts';
import { MEMBERS_SEALED } from '../merchants/index.ts';
import { PLATFORM_SEALED } from '../platform/sealing/rotation/platform-sealed.sql.ts';
import type { SealedColumn } from '../platform/sealing/rotation/sealed-column.ts';
import { EXCEPTIONS_SEALED } from '../reactions/exceptions/index.ts';
import { WEBHOOKS_SEALED } from '../reactions/merchant-webhooks/index.ts';
import { NOTIFICATIONS_SEALED } from '../reactions/notifications/index.ts';
import { SHOPS_SEALED } from '../shops/index.ts';
import { TRACKING_SEALED } from '../tracking/ports/running.ts';
import { FLEET_STORAGE } from './fleet.ts';

/**
 * All columns sealed under the master key, in the order of resealing: small and important ones
 * first. `sealed-columns.test.ts` finds columns missing here.
 */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  ...PLATFORM_SEALED,
  ...MEMBERS_SEALED,
  ...INTAKE_SEALED.filter(({ table }) => table !== 'inbound_messages'),
  ...FLEET_STORAGE.sealed.couriers,
  ...WEBHOOKS_SEALED,
  ...SHOPS_SEALED,
  ...NOTIFICATIONS_SEALED,
  ...EXCEPTIONS_SEALED,
  ...TRACKING_SEALED,
  ...FLEET_STORAGE.sealed.trails,
  ...INTAKE_SEALED.filter(({ table }) => table === 'inbound_messages'),
];
