import type { SealedColumn } from '../../platform/sealing/rotation/sealed-column.ts';
import { reseal } from '../../platform/sealing/sealing.ts';
import { endpointSealedFor } from './endpoints/endpoint.ts';

/** The columns that this reaction seals under the master key. */
export const WEBHOOKS_SEALED: readonly SealedColumn[] = [
  {
    table: 'webhook_endpoints',
    column: 'sealed',
    key: [{ name: 'id', type: 'uuid' }],
    reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, endpointSealedFor(id)),
  },
];
