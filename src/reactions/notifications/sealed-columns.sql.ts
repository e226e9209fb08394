import { dataKeyColumn, sealedColumn } from '../../platform/sealing/rotation/sealed-column.ts';
import { configBoundTo } from './channels/accounts/accounts.sql.ts';

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
export const NOTIFICATIONS_SEALED = [
  sealedColumn('notification_keys', 'key', () => ADDRESS_KEY_BOUND_TO, { id: 'text' }),
  sealedColumn('subscriptions', 'address', subscriptionBoundTo),
  dataKeyColumn('notifications'),
  sealedColumn('notification_channels', 'config', configBoundTo),
];
