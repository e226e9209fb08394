import type { SealedColumn } from '../../platform/sealing/rotation/sealed-column.ts';
import { rewrapDataKey } from '../../platform/sealing/sealing.ts';

/** The columns of positions that are sealed under the master key. */
export const POSITIONS_SEALED: readonly SealedColumn[] = [
  {
    table: 'archived_trails',
    column: 'data_key',
    key: [{ name: 'id', type: 'uuid' }],
    reseal: rewrapDataKey,
  },
];
