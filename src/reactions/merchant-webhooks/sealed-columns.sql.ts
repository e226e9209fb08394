import { sealedColumn } from '../../platform/sealing/rotation/sealed-column.ts';
import { endpointSealedFor } from './endpoints/endpoint.ts';

/** The columns that this reaction seals under the master key. */
export const WEBHOOKS_SEALED = [sealedColumn('webhook_endpoints', 'sealed', endpointSealedFor)];
