import { dataKeyColumn } from '../../platform/sealing/rotation/sealed-column.ts';

/** The columns that this reaction seals under data keys, which are protected by the master key. */
export const EXCEPTIONS_SEALED = [
  dataKeyColumn('case_events'),
  dataKeyColumn('delivery_requests'),
  dataKeyColumn('case_evidence'),
  dataKeyColumn('claims'),
];
