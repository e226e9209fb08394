import { operation } from '../../kit/operation.ts';
import { IF_MATCH } from '../mappings/operations.ts';
import { newOverlay, overlay, removeOverlayQuery, storedOverlay } from '../mappings/schema.ts';

const common = {
  path: '/mapping-overlays/:carrier',
  tag: 'Carriers',
  scope: 'accounts:write',
  params: { carrier: "The carrier's id." },
} as const;

export const getMappingOverlayOperation = operation({
  ...common,
  id: 'getMappingOverlay',
  method: 'GET',
  summary: "Get your rules for a carrier's codes",
  answers: { 200: { description: 'Your overlay.', schema: overlay } },
  errors: ['not_found'],
});

export const putMappingOverlayOperation = operation({
  ...common,
  id: 'setMappingOverlay',
  method: 'PUT',
  summary: "Replace your rules for a carrier's codes",
  description:
    "Your rules go before the installation's, for your parcels only, test and live. With `renormalize`, your existing parcels are read again too.",
  body: newOverlay,
  answers: { 200: { description: 'Active.', schema: storedOverlay } },
  headers: IF_MATCH,
  errors: ['not_found', 'conflict', 'precondition_failed'],
});

export const deleteMappingOverlayOperation = operation({
  ...common,
  id: 'deleteMappingOverlay',
  method: 'DELETE',
  summary: "Delete your rules for a carrier's codes",
  query: removeOverlayQuery,
  answers: { 200: { description: 'Your rules are deleted.', schema: storedOverlay } },
  headers: IF_MATCH,
  errors: ['not_found', 'conflict', 'precondition_failed'],
});

export const mappingOverlayOperations = [
  getMappingOverlayOperation,
  putMappingOverlayOperation,
  deleteMappingOverlayOperation,
];
