import type { SealedColumn } from '../../platform/sealing/rotation/sealed-column.ts';
import { reseal, rewrapDataKey } from '../../platform/sealing/sealing.ts';
import { CHANNELS_SEALED } from './channels/sealed-columns.sql.ts';

/** What an address key is bound to: the row. */
export const ADDRESS_KEY_BOUND_TO = 'notification address key';

/** What a subscription's address is bound to: it opens in no other row. */
export function subscriptionBoundTo(id: string): string {
  return `subscription ${id} address`;
}

/**
 * Sealed under the master key: the key that addresses are recognized by, subscribers' own, and
 * merchants' accounts with providers.
 */
export const NOTIFICATIONS_SEALED: readonly SealedColumn[] = [
  {
    table: 'notification_keys',
    column: 'key',
    key: [{ name: 'id', type: 'text' }],
    reseal: (keyring, sealed) => reseal(keyring, sealed, ADDRESS_KEY_BOUND_TO),
  },
  {
    table: 'subscriptions',
    column: 'address',
    key: [{ name: 'id', type: 'uuid' }],
    reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, subscriptionBoundTo(id)),
  },
  {
    table: 'notifications',
    column: 'data_key',
    key: [{ name: 'id', type: 'uuid' }],
    reseal: rewrapDataKey,
  },
  ...CHANNELS_SEALED,
];
