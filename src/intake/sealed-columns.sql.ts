import type { SealedColumn } from '../platform/sealing/rotation/sealed-column.ts';
import { reseal, rewrapDataKey } from '../platform/sealing/sealing.ts';
import { sealedFor } from './account-secrets.ts';
import { handshakeSealedFor } from './handshakes.ts';
import { SCANNER_KEY_BOUND_TO, scannerBoundTo } from './scans/scanners.sql.ts';

const BY_ID = [{ name: 'id', type: 'uuid' }] as const;

/** The columns that intake seals with the master key, or with data keys that name it. */
export const INTAKE_SEALED: readonly SealedColumn[] = [
  ...(['credentials', 'webhook_secrets'] as const).map(
    (column): SealedColumn => ({
      table: 'carrier_accounts',
      column,
      key: BY_ID,
      reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, sealedFor(column, id)),
    }),
  ),
  {
    table: 'handshakes',
    column: 'call',
    key: BY_ID,
    reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, handshakeSealedFor(id)),
  },
  {
    table: 'scanner_keys',
    column: 'key',
    key: [{ name: 'id', type: 'text' }],
    reseal: (keyring, sealed) => reseal(keyring, sealed, SCANNER_KEY_BOUND_TO),
  },
  {
    table: 'scanners',
    column: 'name',
    key: BY_ID,
    reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, scannerBoundTo(id)),
  },
  { table: 'drop_rejects', column: 'data_key', key: BY_ID, reseal: rewrapDataKey },
  { table: 'proofs', column: 'data_key', key: BY_ID, reseal: rewrapDataKey },
  { table: 'inbound_messages', column: 'data_key', key: BY_ID, reseal: rewrapDataKey },
];
