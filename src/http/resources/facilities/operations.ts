import { operation } from '../../kit/operation.ts';
import {
  facility,
  facilityChange,
  facilityFilter,
  facilityImport,
  facilityImportOptions,
  facilityPage,
  newFacility,
} from './schema.ts';

const ID = { id: 'The facility.' };
/** Some five thousand lines. What is more comes in several files, or from the operator. */
const CSV_BYTES_MAX = 1_048_576;

export const listFacilitiesOperation = operation({
  id: 'listFacilities',
  method: 'GET',
  path: '/facilities',
  tag: 'Facilities',
  summary: 'List facilities',
  description: "Your own and the installation's, oldest first.",
  scope: 'accounts:read',
  query: facilityFilter,
  shed: {},
  answers: { 200: { description: 'One page.', schema: facilityPage } },
});

export const getFacilityOperation = operation({
  id: 'getFacility',
  method: 'GET',
  path: '/facilities/:id',
  tag: 'Facilities',
  summary: 'Get a facility',
  scope: 'accounts:read',
  params: ID,
  answers: { 200: { description: 'The facility.', schema: facility } },
  errors: ['not_found'],
});

export const createFacilityOperation = operation({
  id: 'createFacility',
  method: 'POST',
  path: '/facilities',
  tag: 'Facilities',
  summary: 'Add a facility',
  description:
    "Used for your shipments of this mode, before the installation's facilities, from the next report on. Times already received do not change.",
  scope: 'accounts:write',
  body: newFacility,
  answers: { 201: { description: 'Added.', schema: facility } },
  example: {
    carrier: 'carrier-id',
    code: 'M1',
    name: 'Memphis Hub',
    type: 'hub',
    city: 'Memphis',
    region: 'TN',
    country: 'US',
    time_zone: 'America/Chicago',
  },
});

export const importFacilitiesOperation = operation({
  id: 'importFacilities',
  method: 'POST',
  path: '/facilities/import',
  tag: 'Facilities',
  summary: 'Import facilities from a CSV file',
  description:
    'A facility with the same carrier and code is replaced. One bad line rejects the whole file, unless you send `partial`.',
  scope: 'accounts:write',
  query: facilityImportOptions,
  text: {
    mediaType: 'text/csv',
    bytesMax: CSV_BYTES_MAX,
    description:
      'A header, then one line per facility. Only `code` is required. Columns: code, name, carrier, type, city, region, postal_code, country, lat, lng, time_zone, aliases (separated by |).',
    example: 'code,name,type,city,region,country\nM1,Memphis Hub,hub,Memphis,TN,US\n',
  },
  answers: { 200: { description: 'The result for the lines.', schema: facilityImport } },
});

export const patchFacilityOperation = operation({
  id: 'updateFacility',
  method: 'PATCH',
  path: '/facilities/:id',
  tag: 'Facilities',
  summary: 'Update one of your facilities',
  scope: 'accounts:write',
  params: ID,
  body: facilityChange,
  answers: { 200: { description: 'The changed facility.', schema: facility } },
  errors: ['not_found'],
  example: { time_zone: 'America/Chicago', aliases: ['Memphis Superhub'] },
});

export const deleteFacilityOperation = operation({
  id: 'deleteFacility',
  method: 'DELETE',
  path: '/facilities/:id',
  tag: 'Facilities',
  summary: 'Remove one of your facilities',
  description: 'Times already received with its zone keep it.',
  scope: 'accounts:write',
  params: ID,
  answers: { 204: { description: 'Removed.' } },
  errors: ['not_found'],
});

/** In the order in which the docs list them. */
export const facilityOperations = [
  createFacilityOperation,
  importFacilitiesOperation,
  listFacilitiesOperation,
  getFacilityOperation,
  patchFacilityOperation,
  deleteFacilityOperation,
];
