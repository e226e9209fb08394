import { operation } from '../../kit/operation.ts';
import { IF_MATCH } from '../mappings/operations.ts';
import { newOverlay, overlay, removeOverlayQuery, storedOverlay } from '../mappings/schema.ts';

const common = {
  path: '/mapping-overlays/:carrier',
  tag: 'Carriers',
  scope: 'accounts:write',
  params: { carrier: 'Id of the carrier.' },
} as const;

export const getMappingOverlayOperation = operation({
  ...common,
  id: 'getMappingOverlay',
  method: 'GET',
  summary: 'Your own rules for a carrier’s codes',
  answers: { 200: { description: 'Your overlay.', schema: overlay } },
  errors: ['not_found'],
});

export const putMappingOverlayOperation = operation({
  ...common,
  id: 'putMappingOverlay',
  method: 'PUT',
  summary: 'Read codes your own way',
  description:
    'Rules of yours win over the installation’s, for your parcels alone, test and live. With `renormalize` what you have is read again too.',
  body: newOverlay,
  answers: { 200: { description: 'In force.', schema: storedOverlay } },
  headers: IF_MATCH,
  errors: ['not_found', 'conflict', 'precondition_failed'],
});

export const deleteMappingOverlayOperation = operation({
  ...common,
  id: 'deleteMappingOverlay',
  method: 'DELETE',
  summary: 'Read codes as the installation does',
  query: removeOverlayQuery,
  answers: { 200: { description: 'Yours are gone.', schema: storedOverlay } },
  headers: IF_MATCH,
  errors: ['not_found', 'conflict', 'precondition_failed'],
});

export const mappingOverlayOperations = [
  getMappingOverlayOperation,
  putMappingOverlayOperation,
  deleteMappingOverlayOperation,
];
