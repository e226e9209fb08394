import type { SealedColumn } from '../../platform/sealing/rotation/sealed-column.ts';
import { rewrapDataKey } from '../../platform/sealing/sealing.ts';

/** The columns that this reaction seals under data keys, which are protected by the master key. */
export const EXCEPTIONS_SEALED: readonly SealedColumn[] = [
  'case_events',
  'delivery_requests',
  'case_evidence',
  'claims',
].map((table) => ({
  table,
  column: 'data_key',
  key: [{ name: 'id', type: 'uuid' }],
  reseal: rewrapDataKey,
}));
