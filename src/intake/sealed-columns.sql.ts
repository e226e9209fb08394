import { dataKeyColumn, sealedColumn } from '../platform/sealing/rotation/sealed-column.ts';
import { sealedFor } from './account-secrets.ts';
import { handshakeSealedFor } from './handshakes.ts';
import { SCANNER_KEY_BOUND_TO, scannerBoundTo } from './scans/scanners.sql.ts';

/** The columns that intake seals with the master key, or with data keys that name it. */
export const INTAKE_SEALED = [
  ...(['credentials', 'webhook_secrets'] as const).map((column) =>
    sealedColumn('carrier_accounts', column, (id) => sealedFor(column, id)),
  ),
  sealedColumn('handshakes', 'call', handshakeSealedFor),
  sealedColumn('scanner_keys', 'key', () => SCANNER_KEY_BOUND_TO, { id: 'text' }),
  sealedColumn('scanners', 'name', scannerBoundTo),
  dataKeyColumn('drop_rejects'),
  dataKeyColumn('proofs'),
  dataKeyColumn('inbound_messages'),
];
