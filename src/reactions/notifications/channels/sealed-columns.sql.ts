import type { SealedColumn } from '../../../platform/sealing/rotation/sealed-column.ts';
import { reseal } from '../../../platform/sealing/sealing.ts';
import { configBoundTo } from './accounts/sealed-config.ts';

/** The sealed columns with merchants' accounts with providers. */
export const CHANNELS_SEALED: readonly SealedColumn[] = [
  {
    table: 'notification_channels',
    column: 'config',
    key: [{ name: 'id', type: 'uuid' }],
    reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, configBoundTo(id)),
  },
];
