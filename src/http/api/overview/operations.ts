import { operation } from '../../kit/operation.ts';
import { overview } from './schema.ts';

export const overviewOperation = operation({
  id: 'getOpsOverview',
  method: 'GET',
  path: '/ops',
  tag: 'Operators',
  console: true,
  summary: 'Get the state of the installation',
  description:
    'Readiness, backlog, dead letters, unknown codes, mappings and carrier accounts of all merchants.',
  scope: 'ops:read',
  answers: { 200: { description: 'The overview.', schema: overview } },
});
