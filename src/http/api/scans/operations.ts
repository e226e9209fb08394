import { SCANS_MAX } from '../../../intake/index.ts';
import { operation } from '../../kit/operation.ts';
import { scanBatch, scannerFilter, scannerPage, scanResults } from './schema.ts';

/** Header with the device's clock at sending. */
export const SENT_AT_HEADER = 'Waybill-Sent-At';

export const takeScansOperation = operation({
  id: 'createScans',
  method: 'POST',
  path: '/scans',
  tag: 'Own couriers',
  summary: `Send up to ${SCANS_MAX} scans`,
  description:
    'Answered once they are on disk, with an outcome for each. A scan is a fact: it is refused for its form, its time or the facility of the key, never for the status of its parcel. The same number, facility, code, time and piece is one scan, however often it comes. Scans of a number that nobody has registered wait for 30 days. A code that no mapping knows is kept and waits for review. A device key scans for its courier: parcels of own couriers that the courier has, or takes with PICKUP or LOAD; its times need an offset, and none is in the future, only corrected.',
  scope: 'scans:write',
  alsoDevice: true,
  headers: {
    [SENT_AT_HEADER]:
      "The device's own time at sending, ISO 8601 with an offset. If its clock is wrong, the times of the scans are corrected by as much.",
  },
  body: scanBatch,
  answers: { 202: { description: 'One result for each scan.', schema: scanResults } },
  errors: ['overloaded'],
  example: [
    {
      tracking_number: 'WB31415926535897',
      code: 'ARRIVE',
      scanned_at: '2026-03-14T09:26:53+01:00',
      facility_code: 'HAM-1',
      device_id: 'gate-2',
    },
  ],
});

export const listScannersOperation = operation({
  id: 'listScanners',
  method: 'GET',
  path: '/scanners',
  tag: 'Own couriers',
  summary: 'List devices and employees that scan',
  description:
    'With how far the clocks of devices were off. Those not seen for long go by themselves.',
  scope: 'accounts:read',
  query: scannerFilter,
  shed: {},
  answers: {
    200: {
      description: 'A page, in the order in which they were first seen.',
      schema: scannerPage,
    },
  },
});

export const deleteScannerOperation = operation({
  id: 'deleteScanner',
  method: 'DELETE',
  path: '/scanners/:id',
  tag: 'Own couriers',
  summary: 'Delete a device or an employee that scans',
  description: 'Its name and figures. Another scan of it begins a new entry.',
  scope: 'accounts:write',
  params: { id: 'The device or employee.' },
  answers: { 204: { description: 'Forgotten.' } },
  errors: ['not_found'],
});

export const scanOperations = [takeScansOperation, listScannersOperation, deleteScannerOperation];
