import { operation } from '../../kit/operation.ts';
import { wholeList } from '../../kit/paged.ts';
import { jobsQuery, mappingJob, mappingJobList } from './job-schema.ts';
import {
  applyOrder,
  checkedMapping,
  coverageList,
  deploymentOverlay,
  diffOrder,
  mappingCheck,
  mappingList,
  overlay,
  removeOverlayQuery,
  rollbackOrder,
  storedOverlay,
  switched,
  versionList,
  versionsQuery,
} from './schema.ts';

/** Entity tag of an overlay. */
export const IF_MATCH = {
  'If-Match':
    'The `ETag` of the overlay you read. If it has changed since, nothing is stored and the answer is 412.',
};
const CARRIER = { carrier: "The carrier's id." };
const common = { tag: 'Operators', params: CARRIER } as const;

export const listMappingsOperation = operation({
  id: 'listMappings',
  method: 'GET',
  path: '/ops/mappings',
  tag: 'Operators',
  console: true,
  summary: 'List the active mappings',
  description:
    "Each carrier's active version, since when and by whom; and if the files are not active, why.",
  scope: 'ops:read',
  query: wholeList,
  answers: { 200: { description: 'One entry per carrier.', schema: mappingList } },
});

export const mappingCoverageOperation = operation({
  id: 'getMappingCoverage',
  method: 'GET',
  path: '/ops/mappings/coverage',
  tag: 'Operators',
  summary: 'Get the mapping coverage',
  description: 'Of documented codes, and of codes in stored facts. Computed at most once a minute.',
  scope: 'ops:read',
  query: wholeList,
  answers: { 200: { description: 'One entry per carrier.', schema: coverageList } },
});

export const listVersionsOperation = operation({
  ...common,
  id: 'listMappingVersions',
  method: 'GET',
  path: '/ops/mappings/:carrier/versions',
  summary: 'List the stored versions of a mapping',
  scope: 'ops:read',
  query: versionsQuery,
  answers: { 200: { description: 'Newest first.', schema: versionList } },
  errors: ['not_found'],
});

export const checkMappingOperation = operation({
  ...common,
  id: 'checkMapping',
  method: 'POST',
  path: '/ops/mappings/:carrier/check',
  summary: 'Validate a mapping',
  description:
    'Schema errors; unreachable, shadowed and duplicate rules; failing tests. Each with its line and a fix.',
  scope: 'ops:read',
  body: mappingCheck,
  answers: { 200: { description: 'The findings. Nothing changes.', schema: checkedMapping } },
  errors: ['not_found'],
  example: { yaml: 'carrier: carrier-id\nrules:\n  - { match: { event: "ZZ" }, status: none }\n' },
});

export const diffMappingOperation = operation({
  ...common,
  id: 'compareMappings',
  method: 'POST',
  path: '/ops/mappings/:carrier/diff',
  console: true,
  summary: 'Compare two mapping versions on stored history',
  description: 'A job that changes nothing: counts by old and new status, with sample parcels.',
  scope: 'ops:read',
  body: diffOrder,
  answers: { 202: { description: 'The job.', schema: mappingJob } },
  errors: ['not_found'],
  example: { from: 'active', to: 'files' },
});

export const applyMappingOperation = operation({
  ...common,
  id: 'applyMapping',
  method: 'POST',
  path: '/ops/mappings/:carrier/apply',
  console: true,
  summary: 'Activate a mapping version',
  description: "`files`: the files with the hub's overlay. Every process follows within a second.",
  scope: 'ops:write',
  body: applyOrder,
  answers: { 200: { description: 'Active.', schema: switched } },
  errors: ['not_found', 'conflict'],
  example: { version: 'files', renormalize: true },
});

export const rollbackMappingOperation = operation({
  ...common,
  id: 'rollBackMapping',
  method: 'POST',
  path: '/ops/mappings/:carrier/rollback',
  console: true,
  summary: 'Roll back to the previous mapping version',
  description:
    'Or to any other, with `to`. The answer names the new version and the one it replaced.',
  scope: 'ops:write',
  body: rollbackOrder,
  answers: { 200: { description: 'Active.', schema: switched } },
  errors: ['not_found', 'conflict'],
  example: { renormalize: true },
});

export const getOverlayOperation = operation({
  ...common,
  id: 'getDeploymentOverlay',
  method: 'GET',
  path: '/ops/mappings/:carrier/overlay',
  summary: "Get the hub's mapping overlay",
  scope: 'ops:read',
  answers: { 200: { description: 'The overlay.', schema: overlay } },
  errors: ['not_found'],
});

export const putOverlayOperation = operation({
  ...common,
  id: 'setDeploymentOverlay',
  method: 'PUT',
  path: '/ops/mappings/:carrier/overlay',
  summary: "Replace the hub's mapping overlay",
  description:
    "Its rules go before the files, for all merchants. An overlay that does not compile changes nothing. `ETag` and `If-Match` prevent two people from overwriting each other's edits.",
  scope: 'ops:write',
  body: deploymentOverlay,
  headers: IF_MATCH,
  answers: { 200: { description: 'Active.', schema: storedOverlay } },
  errors: ['not_found', 'conflict', 'precondition_failed'],
});

export const deleteOverlayOperation = operation({
  ...common,
  id: 'deleteDeploymentOverlay',
  method: 'DELETE',
  path: '/ops/mappings/:carrier/overlay',
  summary: "Delete the hub's mapping overlay",
  scope: 'ops:write',
  query: removeOverlayQuery,
  headers: IF_MATCH,
  answers: { 200: { description: 'Only the files are active.', schema: storedOverlay } },
  errors: ['not_found', 'conflict', 'precondition_failed'],
});

export const listJobsOperation = operation({
  id: 'listMappingJobs',
  method: 'GET',
  path: '/ops/mapping-jobs',
  tag: 'Operators',
  console: true,
  summary: 'List comparison and renormalization jobs',
  scope: 'ops:read',
  query: jobsQuery,
  answers: { 200: { description: 'Newest first.', schema: mappingJobList } },
});

export const getJobOperation = operation({
  id: 'getMappingJob',
  method: 'GET',
  path: '/ops/mapping-jobs/:id',
  tag: 'Operators',
  console: true,
  summary: 'Get a job and its progress',
  scope: 'ops:read',
  params: { id: 'The job.' },
  answers: { 200: { description: 'The job.', schema: mappingJob } },
  errors: ['not_found'],
});

export const cancelJobOperation = operation({
  id: 'cancelMappingJob',
  method: 'POST',
  path: '/ops/mapping-jobs/:id/cancel',
  tag: 'Operators',
  console: true,
  summary: 'Cancel a job',
  description: 'What it has already changed stays changed.',
  scope: 'ops:write',
  params: { id: 'The job.' },
  answers: { 200: { description: 'The ended job.', schema: mappingJob } },
  errors: ['not_found', 'conflict'],
});

export const opsMappingOperations = [
  listMappingsOperation,
  mappingCoverageOperation,
  listVersionsOperation,
  checkMappingOperation,
  diffMappingOperation,
  applyMappingOperation,
  rollbackMappingOperation,
  getOverlayOperation,
  putOverlayOperation,
  deleteOverlayOperation,
  listJobsOperation,
  getJobOperation,
  cancelJobOperation,
];
