import { SENT_FILE } from '../../kit/file-types.ts';
import { operation } from '../../kit/operation.ts';

/** Pages of the console that share no path with an operation of the API. */
export const page = { description: 'A page.', mediaType: 'text/html' } as const;
const sentFile = {
  description: 'JPEG, PNG and WebP are shown inline; everything else is an attachment.',
  ...SENT_FILE,
} as const;
export const form = { 303: { description: 'To the next page.' }, 403: page } as const;
export const common = { tag: 'Console' } as const;
export const FORM = { csrf: "The page's CSRF token; the other members are the page's fields." };

export const toSignIn = { 303: { description: 'To sign in.' } } as const;
const MAIL = "The message's name, as in the list.";
const TEMPLATE = 'Name of the template.';

const CASE = { id: 'The case.' };

const exceptionPages = (
  [
    ['readExceptions', '/ops/exceptions', 'Cases of all merchants, with statistics', {}],
    ['readException', '/ops/exceptions/:id', 'One case, with its history', CASE],
  ] as const
).map(([id, path, summary, params]) =>
  operation({
    ...common,
    id,
    method: 'GET',
    path,
    summary,
    params,
    answers: { 200: page, 403: page, ...toSignIn },
    errors: ['not_found'],
  }),
);

const evidenceFile = operation({
  ...common,
  id: 'readEvidenceOfException',
  method: 'GET',
  path: '/ops/exceptions/:id/evidence/:evidence',
  summary: 'Evidence of a case; operators only, not viewers',
  params: { ...CASE, evidence: 'The file.' },
  answers: {
    200: sentFile,
    403: page,
    ...toSignIn,
  },
  errors: ['not_found'],
});

const exceptionForms = (
  [
    ['keepAttributesOfException', 'attributes', "Set a case's owner and deadline"],
    ['noteOnException', 'note', 'Add a note'],
    ['endException', 'resolve', 'Close a case'],
    ['resolveDeliveryRequestOfException', 'delivery-request', 'Close a delivery request'],
    ['approveAddressOfException', 'approve-address', 'Approve the proposed address'],
    ['refuseAddressOfException', 'refuse-address', "Reject the recipient's address and ask again"],
  ] as const
).map(([id, name, summary]) =>
  operation({
    ...common,
    id,
    method: 'POST',
    path: `/ops/exceptions/:id/${name}`,
    summary,
    params: CASE,
    answers: form,
    form: FORM,
    errors: ['not_found', 'conflict'],
  }),
);

const SHIPMENT = { id: 'The shipment.' };

const shipmentPages = [
  operation({
    ...common,
    id: 'findShipments',
    method: 'GET',
    path: '/ops/shipments',
    summary: 'Find a parcel of any merchant',
    answers: {
      200: page,
      303: { description: 'To sign in, or to the only parcel with the number.' },
      403: page,
    },
  }),
  operation({
    ...common,
    id: 'readShipment',
    method: 'GET',
    path: '/ops/shipments/:id',
    summary: 'One parcel: timeline and why, custody, exceptions and proofs',
    params: SHIPMENT,
    answers: { 200: page, 403: page, ...toSignIn },
    errors: ['not_found'],
  }),
  operation({
    ...common,
    id: 'readProofOfShipment',
    method: 'GET',
    path: '/ops/shipments/:id/proofs/:proof',
    summary: 'A photo, signature or document of a parcel, for keys that may write',
    params: { ...SHIPMENT, proof: 'The file.' },
    answers: {
      200: sentFile,
      403: page,
      ...toSignIn,
    },
    errors: ['not_found'],
  }),
  operation({
    ...common,
    id: 'readProofDocumentOfShipment',
    method: 'GET',
    path: '/ops/shipments/:id/proof.pdf',
    summary: 'Proof of delivery as a PDF, for keys that may write',
    params: SHIPMENT,
    answers: {
      200: {
        description: 'The proof of delivery, as a PDF.',
        mediaType: 'application/octet-stream',
      },
      403: page,
      ...toSignIn,
    },
    errors: ['not_found'],
  }),
];

/** Messages sent by the embedded mailbox, and previews of others. */
const messagePages = (
  [
    ['readMailbox', '/ops/mailbox', 'Messages of the embedded mailbox', {}],
    ['readMailboxMessage', '/ops/mailbox/:name', 'One message', { name: MAIL }],
    ['readMailboxHtml', '/ops/mailbox/:name/html', "An email's HTML", { name: MAIL }],
    ['readTemplates', '/ops/templates', 'Message templates', {}],
    [
      'readTemplate',
      '/ops/templates/:template',
      'One template in every form',
      { template: TEMPLATE },
    ],
    [
      'readTemplateHtml',
      '/ops/templates/:template/html',
      "The template's email",
      { template: TEMPLATE },
    ],
  ] as const
).map(([id, path, summary, params]) =>
  operation({
    ...common,
    id,
    method: 'GET',
    path,
    summary,
    params,
    answers: { 200: page, 403: page, ...toSignIn },
    ...('name' in params || 'template' in params ? { errors: ['not_found'] } : {}),
  }),
);

export const consoleOperations = [
  operation({
    ...common,
    id: 'readSignIn',
    method: 'GET',
    path: '/ops/sign-in',
    summary: 'Sign-in page',
    answers: { 200: page },
  }),
  operation({
    ...common,
    id: 'signIn',
    method: 'POST',
    path: '/ops/sign-in',
    summary: 'Sign in with a key',
    description: 'A form. The session cookie is valid for the console only.',
    answers: form,
    form: FORM,
    errors: ['rate_limited'],
  }),
  operation({
    ...common,
    id: 'signOut',
    method: 'POST',
    path: '/ops/sign-out',
    summary: 'Sign out',
    answers: form,
    form: FORM,
  }),
  operation({
    ...common,
    id: 'readCarriers',
    method: 'GET',
    path: '/ops/carriers',
    summary: 'Scorecards of the carriers',
    answers: { 200: page, 303: { description: 'To sign in.' } },
  }),
  operation({
    ...common,
    id: 'readMapping',
    method: 'GET',
    path: '/ops/mappings/:carrier',
    summary: 'One carrier’s mapping',
    params: { carrier: "The carrier's id." },
    answers: { 200: page, 303: { description: 'To sign in.' } },
    errors: ['not_found'],
  }),
  operation({
    ...common,
    id: 'writeOverlay',
    method: 'POST',
    path: '/ops/mappings/:carrier/overlay',
    summary: 'Check or store the overlay from the console',
    params: { carrier: "The carrier's id." },
    answers: { 200: page, ...form },
    form: FORM,
    errors: ['not_found', 'invalid', 'conflict'],
  }),
  operation({
    ...common,
    id: 'readWebhookEndpoints',
    method: 'GET',
    path: '/ops/webhooks',
    summary: 'Webhook endpoints of all merchants, those with problems first',
    answers: { 200: page, 303: { description: 'To sign in.' } },
  }),
  operation({
    ...common,
    id: 'readWebhookEndpoint',
    method: 'GET',
    path: '/ops/webhooks/:id',
    summary: 'One endpoint, with what was sent to it',
    params: { id: 'The endpoint.' },
    answers: { 200: page, 303: { description: 'To sign in.' } },
    errors: ['not_found'],
  }),
  operation({
    ...common,
    id: 'resendToEndpoint',
    method: 'POST',
    path: '/ops/webhooks/:id/replay',
    summary: 'Resend failed deliveries, or one delivery',
    params: { id: 'The endpoint.' },
    answers: form,
    form: FORM,
    errors: ['not_found'],
  }),
  operation({
    ...common,
    id: 'enableEndpoint',
    method: 'POST',
    path: '/ops/webhooks/:id/enable',
    summary: 'Re-enable an endpoint',
    params: { id: 'The endpoint.' },
    answers: form,
    form: FORM,
    errors: ['not_found'],
  }),
  operation({
    ...common,
    id: 'readMessages',
    method: 'GET',
    path: '/ops/notifications',
    summary: 'Notifications of all merchants, without addresses',
    answers: { 200: page, 303: { description: 'To sign in.' } },
  }),
  operation({
    ...common,
    id: 'resendMessage',
    method: 'POST',
    path: '/ops/notifications/:id/retry',
    summary: 'Retry a failed message',
    params: { id: 'The message.' },
    answers: form,
    form: FORM,
    errors: ['not_found', 'conflict'],
  }),
  operation({
    ...common,
    id: 'readDrops',
    method: 'GET',
    path: '/ops/drops',
    summary: 'Files of scans of all merchants, with their progress',
    answers: { 200: page, ...toSignIn },
    errors: ['invalid'],
  }),
  operation({
    ...common,
    id: 'readRejectedRowsOfDrop',
    method: 'GET',
    path: '/ops/drops/:id/rejected',
    summary: 'The rejected rows of a dropped file, for keys that may write',
    params: { id: 'The file.' },
    answers: {
      200: { description: 'The rows, as an attachment.', mediaType: 'text/csv' },
      403: page,
      ...toSignIn,
    },
    errors: ['not_found'],
  }),
  operation({
    ...common,
    id: 'readRefusedCommands',
    method: 'GET',
    path: '/ops/refused-commands',
    summary: 'Commands of all merchants that were not obeyed, newest first',
    answers: { 200: page, ...toSignIn },
    errors: ['invalid'],
  }),
  ...messagePages,
  ...exceptionPages,
  evidenceFile,
  ...exceptionForms,
  ...shipmentPages,
];
