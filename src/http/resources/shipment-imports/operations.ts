import { ATTRIBUTES } from '../../../events/shipment-attributes.ts';
import { operation } from '../../kit/operation.ts';
import { importAccepted, importOptions, shipmentImport } from './schema.ts';

/** 100,000 rows of some 160 characters. */
const CSV_BYTES_MAX = 16 * 1_048_576;

export const importShipmentsOperation = operation({
  id: 'importShipments',
  method: 'POST',
  path: '/shipments/import',
  tag: 'Shipments',
  summary: 'Import shipments from a CSV file',
  description:
    'Takes a file of up to 100,000 rows and registers them in the background; ask for the report with the `id`. The first line names the columns: `tracking_number`, `carrier`, `order_id`, ' +
    ATTRIBUTES.map(({ column }) => `\`${column}\`, `).join('') +
    '`recipient_name`, `recipient_email`, `recipient_phone`, `recipient_locale`, `metadata_<key>`, and `destination_` or `origin_` with `name`, `company`, `line1`, `line2`, `city`, `region`, `postal_code`, `country`, `lat`, `lng`. Lists, such as tags, are separated by |; `dimensions` and `metadata` are JSON objects. Commas, semicolons and tabs are recognised as separators of columns. Other columns are ignored and listed in the report. A row that cannot be used is rejected alone.',
  scope: 'shipments:write',
  query: importOptions,
  keyedQuery: {
    column:
      '`column[Sendungsnr]=tracking_number`: what a column of the file holds; nothing: it is not read.',
  },
  file: {
    mediaTypes: ['text/csv'],
    bytesMax: CSV_BYTES_MAX,
    description: 'A header, then a row for each shipment.',
  },
  answers: { 202: { description: 'Stored; it is being worked on.', schema: importAccepted } },
  errors: ['rate_limited'],
});

export const getShipmentImportOperation = operation({
  id: 'getShipmentImport',
  method: 'GET',
  path: '/shipments/import/:id',
  tag: 'Shipments',
  summary: 'Get the report of an import',
  description: 'Kept for 30 days after its end.',
  scope: 'shipments:read',
  params: { id: 'The import.' },
  answers: { 200: { description: 'How far it is.', schema: shipmentImport } },
  errors: ['not_found'],
});

/** In the order in which the docs list them. */
export const shipmentImportOperations = [importShipmentsOperation, getShipmentImportOperation];
