import { dataKeyColumn } from '../../platform/sealing/rotation/sealed-column.ts';

/** The columns of positions that are sealed under the master key. */
export const POSITIONS_SEALED = [dataKeyColumn('archived_trails')];
