import { isUuid } from '../../../kernel/ids.ts';
import { tenantOfShop } from '../../../shops/index.ts';
import { findShipmentOfAnyTenant } from '../../../tracking/ports/shipments.ts';
import type { OpsParts } from '../../api/ops/ops-parts.ts';
import { PAGE_FILE, SENT_FILE } from '../../kit/file-types.ts';
import { HUB } from '../hub/table.ts';
import { type DeskRow, form, page } from './desk-row.ts';

const SHIPMENT = { id: 'The shipment.' };
const MEMBER = { id: 'The member.' };
const ENDPOINT = { id: 'The endpoint.' };
const ACCOUNT = { id: 'The account.' };
const SHOP = { id: 'The shop.' };
const TEXT = { template: 'The message.', language: 'Its language.' };
const PROVIDER = { id: 'The identity provider.' };
const TOKEN = { token: "The link's token." };
const CASE = { id: 'The case.' };

async function ownerOfShipment({ tracking }: OpsParts, id: string) {
  return isUuid(id) ? await findShipmentOfAnyTenant(tracking, id.toLowerCase()) : null;
}

async function ownerOfCase({ exceptions }: OpsParts, id: string) {
  return isUuid(id) ? ((await exceptions?.tenantOf(id.toLowerCase())) ?? null) : null;
}

async function ownerOfShop({ db }: OpsParts, id: string) {
  return isUuid(id) ? await tenantOfShop(db.pipeline, id) : null;
}

/** A page about one shipment, and one about one case. */
const OF_SHIPMENT = { params: SHIPMENT, ownerOf: ownerOfShipment };
const OF_CASE = { params: CASE, ownerOf: ownerOfCase };

/** Every page and form of the desk; others do not exist. */
export const DESK = {
  openDesk: page(
    '/console',
    'shipments:see',
    'Home: what needs attention, and the numbers of today against the usual',
  ),
  readDeskSignIn: page('/console/sign-in', null, 'Sign-in page of the console'),
  signInToDesk: form('/console/sign-in', null, 'Sign in with email address and password'),
  askDeskSignInLink: form('/console/sign-in/link', null, 'Have a link mailed that signs in'),
  readDeskSignInLink: page(
    '/console/sign-in/link/:token',
    null,
    'What a mailed link opens: a button',
    { isTry: true, params: TOKEN },
  ),
  signInByDeskLink: form('/console/sign-in/link/:token', null, 'Sign in with a mailed link', {
    params: TOKEN,
  }),
  readDeskSecondStep: page('/console/sign-in/code', null, 'Form for the code of the second step'),
  passDeskSecondStep: form('/console/sign-in/code', null, 'Sign in with the second step'),
  readDeskEnrolment: page(
    '/console/sign-in/enrol',
    null,
    'That the merchant asks for a second step, and how to set it up',
  ),
  enrolForDesk: form('/console/sign-in/enrol', null, 'Set up the second step and sign in'),
  findDeskProvider: page(
    '/console/sign-in/with',
    null,
    "The ways to sign in with a company's account",
    { isTry: true },
  ),
  beginDeskSignOn: page(
    '/console/sign-in/with/:id',
    null,
    "To the page where one signs in with a company's account",
    { isTry: true, params: PROVIDER },
  ),
  endDeskSignOn: page('/console/sign-in/with/:id/back', null, "Sign in with a company's account", {
    isTry: true,
    params: PROVIDER,
  }),
  signOutOfDesk: form('/console/sign-out', null, 'Sign out of the console'),
  readDeskInvitation: page('/console/join/:token', null, 'What an invitation offers', {
    isTry: true,
    params: TOKEN,
  }),
  acceptDeskInvitation: form('/console/join/:token', null, 'Accept an invitation', {
    params: TOKEN,
  }),
  readDeskProgram: page(
    '/console/authorize',
    'shipments:see',
    'What a program asks access to, and who it says it is',
  ),
  allowDeskProgram: form(
    '/console/authorize',
    'shipments:see',
    'Allow a program to read for the signed-in user, or not',
  ),
  readDeskPrograms: page('/console/programs', 'self:manage', 'Programs with access'),
  endDeskProgram: form('/console/programs', 'self:manage', "End a program's access", {
    isOfId: true,
  }),
  readDeskDemo: page('/console/demo', 'shipments:see', 'The demo history'),
  removeDeskDemo: form('/console/demo/remove', 'settings:manage', 'Remove the demo history', {
    worksInDemo: true,
  }),
  switchDesk: form('/console/switch', 'self:manage', 'Look at another merchant or mode'),
  readDeskPassword: page('/console/password', 'self:manage', 'Form to change the password'),
  changeDeskPassword: form(
    '/console/password',
    'self:manage',
    'Change the password; ends all sessions',
  ),
  readDeskSecondFactor: page(
    '/console/second-factor',
    'self:manage',
    'Whether one signs in with a second step',
  ),
  changeDeskSecondFactor: form(
    '/console/second-factor',
    'self:manage',
    'Set up or remove the second step, or make new recovery codes',
  ),
  readDeskConnections: page(
    '/console/connections',
    'self:manage',
    'Accounts elsewhere with which one signs in',
  ),
  changeDeskConnections: form(
    '/console/connections',
    'self:manage',
    'Connect or disconnect an account elsewhere',
  ),
  findInConsole: page(
    '/console/palette',
    'shipments:see',
    'Parcels, pages and actions that match a text, as a part of a page',
  ),
  listDeskShipments: page(
    '/console/shipments',
    'shipments:see',
    'Shipments, with search and filters',
  ),
  changeDeskShipments: form(
    '/console/shipments',
    'shipments:change',
    'Refresh, tag or archive the chosen shipments, or go on to write to their recipients',
  ),
  readNewDeskShipment: page('/console/shipments/new', 'shipments:change', 'Form to add a parcel'),
  addDeskShipment: form('/console/shipments/new', 'shipments:change', 'Add a parcel'),
  previewDeskShipment: page(
    '/console/shipments/:id/preview',
    'shipments:see',
    'A parcel beside the list, as a part of a page',
    { params: SHIPMENT },
  ),
  saveDeskView: form('/console/views', 'shipments:see', 'Save a view of the shipments'),
  removeDeskView: form('/console/views/:id', 'shipments:see', 'Remove a view of the shipments', {
    params: { id: 'The view.' },
  }),
  watchDeskShipments: page(
    '/console/live',
    'shipments:see',
    'Rows of the table as they change, as server-sent events',
    { mediaType: 'text/event-stream' },
  ),
  exportDeskShipments: page(
    '/console/export',
    'shipments:export',
    'The found shipments as CSV or JSON',
    { shed: {}, mediaType: 'text/csv', otherTypes: ['application/json'] },
  ),
  readDeskAnalytics: page(
    '/console/analytics',
    'analytics:see',
    'Figures and charts of the parcels',
    { shed: {} },
  ),
  exportDeskAnalytics: page('/console/analytics.csv', 'analytics:see', 'The figures as CSV', {
    shed: {},
    mediaType: 'text/csv',
  }),
  readDeskImport: page('/console/import', 'shipments:change', 'Form to import shipments'),
  importFromDesk: form('/console/import', 'shipments:change', 'Import shipments from a CSV file', {
    files: true,
  }),
  matchDeskImport: form(
    '/console/import/:id',
    'shipments:change',
    'Say what the columns of a file hold, and check or import it',
    { params: { id: 'The import.' } },
  ),
  readDeskImportReport: page('/console/import/:id', 'shipments:change', 'The report of an import', {
    params: { id: 'The import.' },
  }),
  readDeskShipment: page(
    '/console/shipments/:id',
    'shipments:see',
    'One parcel: timeline and why, messages, webhooks, cases and proofs',
    OF_SHIPMENT,
  ),
  refreshDeskShipment: form(
    '/console/shipments/:id/refresh',
    'shipments:change',
    'Ask the carrier now',
    { params: SHIPMENT },
  ),
  tagDeskShipment: form('/console/shipments/:id/tags', 'shipments:change', 'Set the tags', {
    params: SHIPMENT,
  }),
  correctDeskShipment: form(
    '/console/shipments/:id/status',
    'shipments:change',
    'Correct the status',
    { params: SHIPMENT },
  ),
  readDeskWriting: page(
    '/console/write',
    'shipments:change',
    'Form to write to the recipients of the chosen shipments',
  ),
  writeFromDesk: form(
    '/console/write',
    'shipments:change',
    'Write to the recipients of the chosen shipments',
  ),
  readDeskWritingPreview: page('/console/write/preview', 'shipments:change', 'An invented message'),
  previewDeskWriting: form(
    '/console/write/preview',
    'shipments:change',
    'The message as an email; nothing is sent',
  ),
  noteOnDeskShipment: form(
    '/console/shipments/:id/notes',
    'shipments:change',
    'Add a note to a shipment, for colleagues',
    { params: SHIPMENT },
  ),
  readDeskRedirect: page(
    '/console/shipments/:id/redirect',
    'shipments:change',
    'What the carrier, or own couriers, can still do with a parcel',
    { params: SHIPMENT },
  ),
  redirectDeskShipment: form(
    '/console/shipments/:id/redirect',
    'shipments:change',
    'Have a parcel held, sent back or brought elsewhere',
    { params: SHIPMENT },
  ),
  linkDeskShipment: form(
    '/console/shipments/:id/link',
    'shipments:change',
    'Make a personal link for the recipient; it is shown once',
    { params: SHIPMENT },
  ),
  readReportOfDeskShipment: page(
    '/console/shipments/:id/reports/:report',
    'people:see',
    'What the carrier sent, masked',
    { params: { ...SHIPMENT, report: 'The report.' } },
  ),
  eraseDeskShipment: form(
    '/console/shipments/:id/erase',
    'shipments:change',
    'Stop tracking and delete',
    { params: SHIPMENT },
  ),
  readProofOfDeskShipment: page(
    '/console/shipments/:id/proofs/:proof',
    'people:see',
    'A photo, signature or document of a parcel',
    { params: { ...SHIPMENT, proof: 'The file.' }, ...SENT_FILE },
  ),
  readProofDocumentOfDeskShipment: page(
    '/console/shipments/:id/proof.pdf',
    'people:see',
    'Proof of delivery as a PDF',
    { params: SHIPMENT, mediaType: 'application/octet-stream' },
  ),
  readExceptions: page('/console/exceptions', 'exceptions:see', 'Cases, with statistics'),
  readException: page(
    '/console/exceptions/:id',
    'exceptions:see',
    'One case, with its history',
    OF_CASE,
  ),
  readEvidenceOfException: page(
    '/console/exceptions/:id/evidence/:evidence',
    'people:see',
    'Evidence of a case',
    { ...OF_CASE, params: { ...CASE, evidence: 'The file.' }, ...SENT_FILE },
  ),
  previewException: page(
    '/console/exceptions/:id/preview',
    'exceptions:see',
    'A case and its actions, beside the queue',
    OF_CASE,
  ),
  actOnExceptions: form('/console/exceptions', 'shipments:change', 'Act on several cases'),
  reopenCaseOfDesk: caseForm('reopen', 'Reopen a case'),
  reshipFromException: caseForm('reship', 'Link the parcel that replaces the goods'),
  refundFromException: caseForm('refund', 'Record a refund'),
  claimFromException: caseForm('claim', 'Draft, submit, drop or settle a claim'),
  addEvidenceToException: caseForm('evidence', 'Add a photo or document'),
  keepAttributesOfException: caseForm('attributes', "Set a case's owner and deadline"),
  noteOnException: caseForm('note', 'Add a note'),
  endException: caseForm('resolve', 'Close a case'),
  resolveDeliveryRequestOfException: caseForm('delivery-request', 'Close a delivery request'),
  approveAddressOfException: caseForm('approve-address', 'Approve the proposed address'),
  refuseAddressOfException: caseForm(
    'refuse-address',
    "Reject the recipient's address and ask again",
  ),
  readDeskMembers: page('/console/members', 'members:manage', 'Members and invitations'),
  inviteToDesk: form('/console/members', 'members:manage', 'Invite somebody'),
  changeDeskMember: form(
    '/console/members/:id',
    'members:manage',
    "Change a member's role, or remove them",
    { params: MEMBER },
  ),
  resetDeskSecondFactor: form(
    '/console/members/:id/second-factor',
    'members:manage',
    "Reset a member's second step",
    { params: MEMBER },
  ),
  readDeskSecurity: page('/console/security', 'members:manage', 'How members sign in'),
  changeDeskSecurity: form(
    '/console/security',
    'members:manage',
    'Ask members for a second step, or no more',
  ),
  createDeskProvider: form(
    '/console/identity-providers',
    'members:manage',
    "Add a sign-in with a company's accounts",
  ),
  readDeskProvider: page(
    '/console/identity-providers/:id',
    'members:manage',
    "A sign-in with a company's accounts",
    { params: PROVIDER },
  ),
  changeDeskProvider: form(
    '/console/identity-providers/:id',
    'members:manage',
    "Change or remove a sign-in with a company's accounts",
    { params: PROVIDER },
  ),
  withdrawDeskInvitation: form(
    '/console/invitations/:id',
    'members:manage',
    'Withdraw an invitation',
    { params: { id: 'The invitation.' } },
  ),
  readDeskActions: page('/console/actions', 'actions:see', 'Activity log'),
  readDeskKeys: page('/console/keys', 'keys:manage', 'API keys'),
  createDeskKey: form('/console/keys', 'keys:manage', 'Create an API key; it is shown once'),
  revokeDeskKey: form('/console/keys/:id', 'keys:manage', 'Revoke an API key', {
    params: { id: 'The key.' },
  }),
  readDeskMessages: page(
    '/console/messages',
    'settings:manage',
    'Who is notified of what, and with which text',
  ),
  changeDeskRules: form(
    '/console/messages',
    'settings:manage',
    'Switch a notification rule, or set quiet hours',
  ),
  readDeskText: page(
    '/console/messages/:template/:language',
    'settings:manage',
    'The words of a message',
    { params: TEXT },
  ),
  changeDeskText: form(
    '/console/messages/:template/:language',
    'settings:manage',
    'Change the words of a message',
    { params: TEXT },
  ),
  readDeskTextPreview: page(
    '/console/messages/:template/:language/preview',
    'settings:manage',
    'An email as it is',
    { params: TEXT },
  ),
  previewDeskText: form(
    '/console/messages/:template/:language/preview',
    'settings:manage',
    'An email as it would be; nothing is stored',
    { params: TEXT, worksInDemo: true },
  ),
  readDeskMove: page(
    '/console/move',
    'settings:manage',
    'Form and progress of a move from a service',
  ),
  moveFromDesk: form('/console/move', 'settings:manage', 'Move parcels from another service'),
  readDeskRetention: page('/console/retention', 'settings:manage', 'How long what is kept'),
  readDeskWebhooks: page('/console/webhooks', 'webhooks:manage', 'Webhook endpoints'),
  createDeskWebhook: form(
    '/console/webhooks',
    'webhooks:manage',
    'Create a webhook endpoint; its secret is shown once',
  ),
  readDeskWebhook: page(
    '/console/webhooks/:id',
    'webhooks:manage',
    'A webhook endpoint: how it fares and what it was sent',
    { params: ENDPOINT },
  ),
  changeDeskWebhook: form(
    '/console/webhooks/:id',
    'webhooks:manage',
    'Test, change, disable or remove an endpoint, give it a new secret, or send again',
    { params: ENDPOINT },
  ),
  readDeskWebhookDelivery: page(
    '/console/webhooks/:id/deliveries/:delivery',
    'webhooks:manage',
    'What an endpoint was sent, and each attempt',
    { params: { ...ENDPOINT, delivery: 'What was sent.' } },
  ),
  resendDeskWebhookDelivery: form(
    '/console/webhooks/:id/deliveries/:delivery',
    'webhooks:manage',
    'Send it to the endpoint once more',
    { params: { ...ENDPOINT, delivery: 'What was sent.' } },
  ),
  readDeskShops: page('/console/shops', 'settings:manage', 'Shops, and connecting one'),
  createDeskShop: form('/console/shops', 'settings:manage', 'Connect a shop'),
  readDeskShop: page(
    '/console/shops/:id',
    'settings:manage',
    'A shop: how it fares, what it sent and what was written to it',
    { params: SHOP, ownerOf: ownerOfShop },
  ),
  changeDeskShop: form(
    '/console/shops/:id',
    'settings:manage',
    'Change, pause, resume or disconnect a shop',
    { params: SHOP },
  ),
  readDeskSetup: page(
    '/console/setup',
    'settings:manage',
    'What is still to be set up, step by step',
  ),
  readDeskAddress: page(
    '/console/setup/address',
    'settings:manage',
    'The address under which the world reaches the hub',
  ),
  skipDeskSetupStep: form(
    '/console/setup',
    'settings:manage',
    'Leave out a step of the setup, or take it up again',
  ),
  readDeskCarriers: page('/console/carriers', 'settings:manage', 'Accounts with carriers'),
  createDeskCarrier: form(
    '/console/carriers',
    'settings:manage',
    'Add an account with a carrier, which is asked about it first',
  ),
  changeDeskCarrier: form(
    '/console/carriers/:id',
    'settings:manage',
    'Check an account with the carrier, or remove it',
    { params: ACCOUNT },
  ),
  readDeskSender: page('/console/sender', 'settings:manage', 'Whom mails are from'),
  changeDeskSender: form(
    '/console/sender',
    'settings:manage',
    'Set whom mails are from; the mail server is asked first',
  ),
  readDeskBranding: page(
    '/console/look',
    'settings:manage',
    'Name, logo, colour and words of pages and messages',
  ),
  changeDeskBranding: form(
    '/console/look',
    'settings:manage',
    'Change how pages and messages look',
    { files: true },
  ),
  getLogo: page('/logos/:file', null, 'An uploaded logo', {
    params: { file: 'The file name, which is a hash of the content.' },
    mediaType: 'image/png',
  }),
  readDeskPreview: page('/console/look/preview', 'settings:manage', 'A page as it looks now'),
  previewDeskBranding: form(
    '/console/look/preview',
    'settings:manage',
    'A page as it would look; nothing is stored',
    { worksInDemo: true },
  ),
  getDeskAsset: page('/console/assets/:file', null, 'Style and icon of the console', {
    params: { file: 'The file name, which contains a hash of the content.' },
    ...PAGE_FILE,
  }),
  ...HUB,
};

function caseForm(name: string, summary: string): DeskRow {
  return form(`/console/exceptions/:id/${name}`, 'shipments:change', summary, { params: CASE });
}

export type DeskName = keyof typeof DESK;

/** A page or form of another module, which brings its row along. */
export interface NamedDeskRow extends DeskRow {
  readonly name: string;
}

export type DeskPage = DeskName | NamedDeskRow;

/** The row of a page, with its name. */
export function deskRowOf(page: DeskPage): NamedDeskRow {
  return typeof page === 'string' ? { name: page, ...DESK[page] } : page;
}
