import { type DeskRow, form, page } from '../kit/desk-row.ts';

const AT = '/console/hub';

const LETTER = { id: 'The message.' };
const ENTRY = { id: 'The entry.' };
const CARRIER = { carrier: "The carrier's id." };
const JOB = { id: 'The job.' };
const ENDPOINT = { id: 'The endpoint.' };
const MESSAGE = { id: 'The message.' };
const TEMPLATE = { template: 'Name of the template.' };
const MAIL = { name: "The message's name, as in the list." };
const DROP = { id: 'The file.' };
const OPERATOR = { id: 'The operator.' };

type Params = DeskRow['params'];

const see = (path: string, summary: string, params: Params = {}) =>
  page(AT + path, 'hub:see', summary, { params });
/** For operators who may change things: what names people or their data. */
const seeAll = (path: string, summary: string, params: Params = {}) =>
  page(AT + path, 'hub:change', summary, { params });
const act = (path: string, summary: string, params: Params = {}) =>
  form(AT + path, 'hub:change', summary, { params });

/** Pages and forms for operators, about all merchants and the hub itself. */
export const HUB = {
  readHub: see('', 'What the hub is doing, and what needs attention'),
  readMerchants: see('/merchants', 'The merchants, with how much they use the hub'),
  findShipments: see('/shipments', 'Find a parcel of any merchant'),
  readCarriers: see('/carriers', 'The carriers, those with problems first'),
  readCarrier: see('/carriers/:carrier', 'One carrier, with its scorecard', CARRIER),
  readDeadLetters: see('/dead-letters', 'Messages that could not be processed'),
  readDeadLetter: see('/dead-letters/:id', 'One message that could not be processed', LETTER),
  replayDeadLetterFromHub: act('/dead-letters/:id/replay', 'Process a message again', LETTER),
  dismissDeadLetterFromHub: act('/dead-letters/:id/dismiss', 'Dismiss a message', LETTER),
  replayDeadLettersFromHub: act('/dead-letters/replay', 'Process waiting messages again'),
  readReview: see('/review', 'Codes without a meaning'),
  readReviewEntry: see('/review/:id', 'One code without a meaning', ENTRY),
  resolveReviewFromHub: act('/review/:id/resolve', 'Give a code a meaning', ENTRY),
  dismissReviewFromHub: act('/review/:id/dismiss', 'Ignore a code', ENTRY),
  readMappings: see('/mappings', 'Mappings of all carriers'),
  readMapping: see('/mappings/:carrier', 'One carrier’s mapping', CARRIER),
  diffMappingFromHub: form(
    `${AT}/mappings/:carrier/diff`,
    'hub:see',
    'Compare two versions of a mapping',
    { params: CARRIER },
  ),
  applyMappingFromHub: act('/mappings/:carrier/apply', 'Activate a version of a mapping', CARRIER),
  rollBackMappingFromHub: act(
    '/mappings/:carrier/rollback',
    'Go back to the files’ mapping',
    CARRIER,
  ),
  writeOverlay: act('/mappings/:carrier/overlay', 'Check or store the overlay', CARRIER),
  readMappingJobs: see('/mapping-jobs', 'Renormalizations of stored facts'),
  readMappingJob: see('/mapping-jobs/:id', 'One renormalization', JOB),
  cancelMappingJobFromHub: act('/mapping-jobs/:id/cancel', 'Cancel a renormalization', JOB),
  readWebhookEndpoints: see(
    '/webhooks',
    'Webhook endpoints of all merchants, those with problems first',
  ),
  readWebhookEndpoint: see('/webhooks/:id', 'One endpoint, with what was sent to it', ENDPOINT),
  resendToEndpoint: act(
    '/webhooks/:id/replay',
    'Resend failed deliveries, or one delivery',
    ENDPOINT,
  ),
  enableEndpoint: act('/webhooks/:id/enable', 'Re-enable an endpoint', ENDPOINT),
  readMessages: see('/notifications', 'Notifications of all merchants, without addresses'),
  resendMessage: act('/notifications/:id/retry', 'Retry a failed message', MESSAGE),
  readTemplates: see('/templates', 'Message templates'),
  readTemplate: see('/templates/:template', 'One template in every form', TEMPLATE),
  readTemplateHtml: see('/templates/:template/html', "The template's email", TEMPLATE),
  readMailbox: seeAll('/mailbox', 'Messages of the embedded mailbox'),
  readMailboxMessage: seeAll('/mailbox/:name', 'One message of the embedded mailbox', MAIL),
  readMailboxHtml: seeAll('/mailbox/:name/html', "An email's HTML", MAIL),
  readRefusedCommands: see(
    '/refused-commands',
    'Commands of all merchants that were not obeyed, newest first',
  ),
  readDrops: see('/drops', 'Files of scans of all merchants, with their progress'),
  readRejectedRowsOfDrop: page(
    `${AT}/drops/:id/rejected`,
    'hub:change',
    'The rejected rows of a dropped file',
    { params: DROP, mediaType: 'text/csv' },
  ),
  readAccuracy: see('/edd/accuracy', 'How accurate estimates of delivery dates were'),
  readModels: see('/edd/models', 'Models that predict delivery dates'),
  rollBackModelFromHub: act('/edd/models/rollback', 'Activate an earlier model'),
  readHubActions: seeAll('/actions', 'Who changed what at all merchants'),
  readOperators: seeAll('/operators', 'Operators of the hub'),
  appointOperator: act('/operators', 'Make a user an operator, or change their rights'),
  dismissOperator: act('/operators/:id', 'Take the rights over all merchants away', OPERATOR),
};
