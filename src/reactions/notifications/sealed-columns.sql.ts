import type { SealedColumn } from '../../platform/sealing/rotation/sealed-column.ts';
import { reseal, rewrapDataKey } from '../../platform/sealing/sealing.ts';
import { configBoundTo } from './channels/accounts/accounts.sql.ts';

/** The sealed columns with merchants' accounts with providers. */
const CHANNELS_SEALED: readonly SealedColumn[] = [
  {
    table: 'notification_channels',
    column: 'config',
    key: [{ name: 'id', type: 'uuid' }],
    reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, configBoundTo(id)),
  },
];

/** The context to which the sealed address key is bound. */
export const ADDRESS_KEY_BOUND_TO = 'notification address key';

/**
 * The context to which a subscription's sealed address is bound: it cannot be opened in another
 * row.
 */
export function subscriptionBoundTo(id: string): string {
  return `subscription ${id} address`;
}

/**
 * The columns sealed under the master key: the key for address hashes, subscribers' addresses, and
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
