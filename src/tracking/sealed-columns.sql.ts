import { dataKeyColumn, sealedColumn } from '../platform/sealing/rotation/sealed-column.ts';
import { placeBoundTo } from './places/shipment-places.ts';

/** The columns of tracking that are sealed with data keys, each of which names its master key. */
export const TRACKING_SEALED = [
  dataKeyColumn('shipments'),
  dataKeyColumn('command_attempts'),
  dataKeyColumn('shipment_notes', { shipment_id: 'uuid', id: 'uuid' }),
  dataKeyColumn('delivery_proofs'),
  dataKeyColumn('shipment_import_parts', { import_id: 'uuid', nr: 'int' }),
  dataKeyColumn('archived_parcels'),
  sealedColumn('shipment_places', 'place', placeBoundTo, { shipment_id: 'uuid' }),
];
