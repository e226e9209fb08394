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

/** Of an overlay. */
export const IF_MATCH = {
  'If-Match':
    'The `ETag` of the overlay as it was read; when it is another by now, nothing changes and the answer is 412.',
};
const CARRIER = { carrier: 'Id of the carrier.' };
const common = { tag: 'Operators', params: CARRIER } as const;

export const listMappingsOperation = operation({
  id: 'listMappings',
  method: 'GET',
  path: '/ops/mappings',
  tag: 'Operators',
  console: true,
  summary: 'What reads each carrier’s codes',
  description:
    'The version in force, since when, by whom; and why files are not, where they are not.',
  scope: 'ops:read',
  query: wholeList,
  answers: { 200: { description: 'A carrier each.', schema: mappingList } },
});

export const mappingCoverageOperation = operation({
  id: 'getMappingCoverage',
  method: 'GET',
  path: '/ops/mappings/coverage',
  tag: 'Operators',
  summary: 'How much of the codes is ruled on',
  description:
    'Of what carriers document, and of what stored facts really carried. Counted at most once a minute.',
  scope: 'ops:read',
  query: wholeList,
  answers: { 200: { description: 'A carrier each.', schema: coverageList } },
});

export const listVersionsOperation = operation({
  ...common,
  id: 'listMappingVersions',
  method: 'GET',
  path: '/ops/mappings/:carrier/versions',
  summary: 'Versions that were ever stored',
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
  summary: 'Everything that is wrong with a text',
  description:
    'Shape, dead, shadowed and equal rules, failing tests, each with its line and a fix.',
  scope: 'ops:read',
  body: mappingCheck,
  answers: { 200: { description: 'What was found; nothing changes.', schema: checkedMapping } },
  errors: ['not_found'],
  example: { yaml: 'carrier: carrier-id\nrules:\n  - { match: { event: "ZZ" }, status: none }\n' },
});

export const diffMappingOperation = operation({
  ...common,
  id: 'diffMappings',
  method: 'POST',
  path: '/ops/mappings/:carrier/diff',
  console: true,
  summary: 'Compare two versions over stored history',
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
  summary: 'Put a version in force',
  description:
    '`files`: what the files say, with the deployment’s overlay. Every process follows within a second.',
  scope: 'ops:write',
  body: applyOrder,
  answers: { 200: { description: 'In force.', schema: switched } },
  errors: ['not_found', 'conflict'],
  example: { version: 'files', renormalize: true },
});

export const rollbackMappingOperation = operation({
  ...common,
  id: 'rollbackMapping',
  method: 'POST',
  path: '/ops/mappings/:carrier/rollback',
  console: true,
  summary: 'Put the version before in force',
  description: 'Or any other, by `to`. The answer says which it is, and which it replaced.',
  scope: 'ops:write',
  body: rollbackOrder,
  answers: { 200: { description: 'In force.', schema: switched } },
  errors: ['not_found', 'conflict'],
  example: { renormalize: true },
});

export const getOverlayOperation = operation({
  ...common,
  id: 'getDeploymentOverlay',
  method: 'GET',
  path: '/ops/mappings/:carrier/overlay',
  summary: 'The deployment’s own rules',
  scope: 'ops:read',
  answers: { 200: { description: 'The overlay.', schema: overlay } },
  errors: ['not_found'],
});

export const putOverlayOperation = operation({
  ...common,
  id: 'putDeploymentOverlay',
  method: 'PUT',
  path: '/ops/mappings/:carrier/overlay',
  summary: 'Replace them',
  description:
    'Laid over the files, for all merchants. What does not compile changes nothing. `ETag` and `If-Match` keep two from overwriting each other.',
  scope: 'ops:write',
  body: deploymentOverlay,
  headers: IF_MATCH,
  answers: { 200: { description: 'In force.', schema: storedOverlay } },
  errors: ['not_found', 'conflict', 'precondition_failed'],
});

export const deleteOverlayOperation = operation({
  ...common,
  id: 'deleteDeploymentOverlay',
  method: 'DELETE',
  path: '/ops/mappings/:carrier/overlay',
  summary: 'Take them away',
  scope: 'ops:write',
  query: removeOverlayQuery,
  headers: IF_MATCH,
  answers: { 200: { description: 'The files alone are in force.', schema: storedOverlay } },
  errors: ['not_found', 'conflict', 'precondition_failed'],
});

export const listJobsOperation = operation({
  id: 'listMappingJobs',
  method: 'GET',
  path: '/ops/mapping-jobs',
  tag: 'Operators',
  console: true,
  summary: 'Comparisons and re-readings',
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
  summary: 'One of them and how far it has come',
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
  summary: 'End it',
  description: 'What it has read again stays so.',
  scope: 'ops:write',
  params: { id: 'The job.' },
  answers: { 200: { description: 'The job as it ended.', schema: mappingJob } },
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
