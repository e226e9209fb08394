import { operation } from '../../kit/operation.ts';
import { drop, dropFilter, dropPage } from './schema.ts';

const ONE = { id: 'The file.' };

export const listDropsOperation = operation({
  id: 'listDrops',
  method: 'GET',
  path: '/drops',
  tag: 'Own couriers',
  summary: 'List dropped scan files',
  description:
    'What became of each file in the folder or bucket of your own scanners, with how far it is. Files and their entries are removed with the receipts.',
  scope: 'accounts:read',
  query: dropFilter,
  answers: { 200: { description: 'A page, newest first.', schema: dropPage } },
});

export const getDropOperation = operation({
  id: 'getDrop',
  method: 'GET',
  path: '/drops/:id',
  tag: 'Own couriers',
  summary: 'Get a dropped scan file',
  scope: 'accounts:read',
  params: ONE,
  answers: { 200: { description: 'The file.', schema: drop } },
  errors: ['not_found'],
});

export const getRejectedOperation = operation({
  id: 'downloadDropRejections',
  method: 'GET',
  path: '/drops/:id/rejected',
  tag: 'Own couriers',
  summary: 'Download the rejected rows of a scan file',
  description:
    'CSV in UTF-8 with the columns of the file, preceded by `rejected_line` and `rejected_reason`. Once mended it can be dropped as it is.',
  scope: 'accounts:read',
  params: ONE,
  answers: { 200: { description: 'The file, as an attachment.', mediaType: 'text/csv' } },
  errors: ['not_found'],
});

export const dropOperations = [listDropsOperation, getDropOperation, getRejectedOperation];
