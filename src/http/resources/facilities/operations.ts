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
  summary: 'The buildings that are known',
  description: "Your own and the installation's, oldest first.",
  scope: 'accounts:read',
  query: facilityFilter,
  answers: { 200: { description: 'A page of them.', schema: facilityPage } },
});

export const getFacilityOperation = operation({
  id: 'getFacility',
  method: 'GET',
  path: '/facilities/:id',
  tag: 'Facilities',
  summary: 'One building',
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
  summary: 'Add a building of your own',
  description:
    'It counts for your shipments of this mode, before what the installation knows, from the next report on: times that were heard already stay as they are.',
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
  summary: 'Add many, from a CSV file',
  description:
    'A building of the same carrier and code says afterwards what the file says. One bad line keeps all out, unless you ask for the good ones.',
  scope: 'accounts:write',
  query: facilityImportOptions,
  text: {
    mediaType: 'text/csv',
    bytesMax: CSV_BYTES_MAX,
    description:
      'A header and a line for each building. Columns, of which only `code` must be there: code, name, carrier, type, city, region, postal_code, country, lat, lng, time_zone, aliases (divided by |).',
    example: 'code,name,type,city,region,country\nM1,Memphis Hub,hub,Memphis,TN,US\n',
  },
  answers: { 200: { description: 'What became of the lines.', schema: facilityImport } },
});

export const patchFacilityOperation = operation({
  id: 'updateFacility',
  method: 'PATCH',
  path: '/facilities/:id',
  tag: 'Facilities',
  summary: 'Correct a building of your own',
  scope: 'accounts:write',
  params: ID,
  body: facilityChange,
  answers: { 200: { description: 'The facility as it is now.', schema: facility } },
  errors: ['not_found'],
  example: { time_zone: 'America/Chicago', aliases: ['Memphis Superhub'] },
});

export const deleteFacilityOperation = operation({
  id: 'deleteFacility',
  method: 'DELETE',
  path: '/facilities/:id',
  tag: 'Facilities',
  summary: 'Remove a building of your own',
  description: 'Times that were heard with its zone keep it.',
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
