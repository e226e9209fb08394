import { z } from 'zod';
import { type Operation, operation } from '../../kit/operation.ts';

const healthy = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' });

export const readiness = z
  .strictObject({
    status: z.enum(['ready', 'degraded', 'not_ready']),
    not_ready: z.array(z.string()).describe('Why it is not ready.'),
    degraded: z
      .array(z.string())
      .describe('Problems that do not prevent serving, or only a part of it.'),
  })
  .meta({ id: 'Readiness' });

export const openapiDescription = z
  .looseObject({ openapi: z.string(), info: z.looseObject({}), paths: z.looseObject({}) })
  .meta({ id: 'OpenApiDescription' });

export const healthOperation = operation({
  id: 'getHealth',
  method: 'GET',
  path: '/healthz',
  tag: 'Operators',
  summary: 'Check that the process is alive',
  answers: { 200: { description: 'Alive.', schema: healthy } },
});

export const readinessOperation = operation({
  id: 'getReadiness',
  method: 'GET',
  path: '/readyz',
  tag: 'Operators',
  summary: 'Check that the hub is ready for traffic',
  answers: {
    200: {
      description: 'Ready. `degraded` lists problems that do not prevent serving.',
      schema: readiness,
    },
    503: { description: 'Not ready. `not_ready` says why.', schema: readiness },
  },
});

export const metricsOperation = operation({
  id: 'getMetrics',
  method: 'GET',
  path: '/metrics',
  tag: 'Operators',
  summary: 'Get metrics for Prometheus',
  description:
    'From loopback, or with `Authorization: Bearer` and the value of WAYBILL_METRICS_TOKEN.',
  answers: { 200: { description: 'Prometheus text format.', mediaType: 'text/plain' } },
  errors: ['unauthenticated'],
});

export const openapiOperation = operation({
  id: 'getOpenApiDocument',
  method: 'GET',
  path: '/openapi.json',
  tag: 'Operators',
  summary: 'Get this document',
  answers: { 200: { description: 'OpenAPI 3.1.', schema: openapiDescription } },
});

/** A page of the docs as an operation. */
function docPage(id: string, path: string, summary: string, more: Partial<Operation> = {}) {
  const answers = { 200: { description: 'A page.', mediaType: 'text/html' } };
  return operation({ id, method: 'GET', path, tag: 'Page', summary, answers, ...more });
}

export const docsOperation = docPage('readDocs', '/docs', 'The docs: guides and this description');

export const docApiOperation = docPage('readDocApi', '/docs/api', 'The areas of this description');

export const docAreaOperation = docPage(
  'readDocArea',
  '/docs/api/:area',
  'One area of this description as a page',
  { params: { area: 'Name of the area, such as `shipments`.' }, errors: ['not_found'] },
);

export const guideOperation = docPage('readGuide', '/docs/guides/:guide', 'A guide as a page', {
  params: { guide: 'Name of the guide, such as `merchants`.' },
  errors: ['not_found'],
});

export const guideInFolderOperation = docPage(
  'readGuideInFolder',
  '/docs/guides/:folder/:guide',
  'A carrier, a shop or another guide in a folder as a page',
  {
    params: { folder: 'Such as `carriers`.', guide: 'The id of a carrier, for example.' },
    errors: ['not_found'],
  },
);

export const guideMarkdownOperation = operation({
  id: 'readGuideMarkdown',
  method: 'GET',
  path: '/docs/:file',
  params: { file: 'Name of the guide with `.md`, such as `merchants.md`.' },
  tag: 'Page',
  summary: 'A guide as Markdown',
  answers: { 200: { description: 'The file.', mediaType: 'text/markdown' } },
  errors: ['not_found'],
});

export const guideInFolderMarkdownOperation = operation({
  id: 'readGuideInFolderMarkdown',
  method: 'GET',
  path: '/docs/:folder/:file',
  params: {
    folder: 'Such as `carriers`.',
    file: 'Name of the guide with `.md`, such as `easypost.md`.',
  },
  tag: 'Page',
  summary: 'A guide in a folder as Markdown',
  answers: { 200: { description: 'The file.', mediaType: 'text/markdown' } },
  errors: ['not_found'],
});

export const docImageOperation = operation({
  id: 'readDocImage',
  method: 'GET',
  path: '/docs/images/:image',
  params: { image: 'Name of the file, such as `console.webp`.' },
  tag: 'Page',
  summary: 'A picture of the docs',
  answers: {
    200: {
      description: 'The file.',
      mediaType: 'image/webp',
      otherTypes: ['image/svg+xml'],
    },
  },
  errors: ['not_found'],
});

export const llmsOperation = operation({
  id: 'readLlmsText',
  method: 'GET',
  path: '/llms.txt',
  tag: 'Page',
  summary: 'The list of guides for language models',
  answers: { 200: { description: 'The file.', mediaType: 'text/plain' } },
});

export const docSearchOperation = docPage(
  'searchDocs',
  '/docs/search',
  'Search guides and this description',
  { description: 'What holds every word of `q`, of which 100 characters count.' },
);

export const docScriptOperation = operation({
  id: 'readDocScript',
  method: 'GET',
  path: '/docs/docs.js',
  tag: 'Page',
  summary: 'The script of the docs',
  answers: { 200: { description: 'The file.', mediaType: 'text/javascript' } },
});

export const errorDocsOperation = docPage(
  'readErrorDocs',
  '/docs/errors',
  'All errors and their remedies',
);

/** In the order the docs list them. */
export const operatorOperations = [
  healthOperation,
  readinessOperation,
  metricsOperation,
  openapiOperation,
  docsOperation,
  docApiOperation,
  docAreaOperation,
  guideOperation,
  guideInFolderOperation,
  guideMarkdownOperation,
  guideInFolderMarkdownOperation,
  docImageOperation,
  llmsOperation,
  errorDocsOperation,
  docSearchOperation,
  docScriptOperation,
];
