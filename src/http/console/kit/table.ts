import type { MemberPower } from '../../../merchants/index.ts';
import { PAGE_FILE, SENT_FILE } from '../../kit/file-types.ts';
import type { ShedAsRead } from '../../kit/refuse-shed.ts';
import { WRITING_DESK } from '../writing/table.ts';

/** A page or form of the desk: its path, and the right it needs. */
export interface DeskRow {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly summary: string;
  /** Null: no sign-in needed. */
  readonly needs: MemberPower | null;
  readonly params?: Readonly<Record<string, string>>;
  /** Media type of the response, if not a page. */
  readonly mediaType?: string;
  /** Further media types of the response. */
  readonly otherTypes?: readonly string[];
  /** It reads a lot at once, and is refused first under load. */
  readonly shed?: ShedAsRead;
  /** Opening it counts as a sign-in attempt, which are limited. */
  readonly isTry?: true;
  /** Its form has files. */
  readonly files?: true;
}

const SHIPMENT = { id: 'The shipment.' };
const MEMBER = { id: 'The member.' };
const ENDPOINT = { id: 'The endpoint.' };
const ACCOUNT = { id: 'The account.' };
const TEXT = { template: 'The message.', language: 'Its language.' };
const PROVIDER = { id: 'The identity provider.' };
const TOKEN = { token: "The link's token." };

/** Every page and form of the desk; others do not exist. */
export const DESK = {
  openDesk: { method: 'GET', path: '/console', summary: 'The desk', needs: 'shipments:see' },
  readDeskSignIn: {
    ...{ method: 'GET', path: '/console/sign-in', needs: null },
    summary: 'Sign-in page of the desk',
  },
  signInToDesk: {
    ...{ method: 'POST', path: '/console/sign-in', needs: null },
    summary: 'Sign in with email address and password',
  },
  askDeskSignInLink: {
    ...{ method: 'POST', path: '/console/sign-in/link', needs: null },
    summary: 'Have a link mailed that signs in',
  },
  readDeskSignInLink: {
    ...{ method: 'GET', path: '/console/sign-in/link/:token', needs: null, isTry: true },
    summary: 'What a mailed link opens: a button',
    params: TOKEN,
  },
  signInByDeskLink: {
    ...{ method: 'POST', path: '/console/sign-in/link/:token', needs: null },
    summary: 'Sign in with a mailed link',
    params: TOKEN,
  },
  readDeskSecondStep: {
    ...{ method: 'GET', path: '/console/sign-in/code', needs: null },
    summary: 'Form for the code of the second step',
  },
  passDeskSecondStep: {
    ...{ method: 'POST', path: '/console/sign-in/code', needs: null },
    summary: 'Sign in with the second step',
  },
  readDeskEnrolment: {
    ...{ method: 'GET', path: '/console/sign-in/enrol', needs: null },
    summary: 'That the merchant asks for a second step, and how to set it up',
  },
  enrolForDesk: {
    ...{ method: 'POST', path: '/console/sign-in/enrol', needs: null },
    summary: 'Set up the second step and sign in',
  },
  findDeskProvider: {
    ...{ method: 'GET', path: '/console/sign-in/with', needs: null, isTry: true },
    summary: "The ways to sign in with a company's account",
  },
  beginDeskSignOn: {
    ...{ method: 'GET', path: '/console/sign-in/with/:id', needs: null, isTry: true },
    summary: "To the page where one signs in with a company's account",
    params: PROVIDER,
  },
  endDeskSignOn: {
    ...{ method: 'GET', path: '/console/sign-in/with/:id/back', needs: null, isTry: true },
    summary: "Sign in with a company's account",
    params: PROVIDER,
  },
  signOutOfDesk: {
    ...{ method: 'POST', path: '/console/sign-out', needs: null },
    summary: 'Sign out of the desk',
  },
  readDeskInvitation: {
    ...{ method: 'GET', path: '/console/join/:token', needs: null, isTry: true },
    summary: 'What an invitation offers',
    params: TOKEN,
  },
  acceptDeskInvitation: {
    ...{ method: 'POST', path: '/console/join/:token', needs: null },
    summary: 'Accept an invitation',
    params: TOKEN,
  },
  switchDesk: {
    ...{ method: 'POST', path: '/console/switch', needs: 'self:manage' },
    summary: 'Look at another merchant or mode',
  },
  readDeskPassword: {
    ...{ method: 'GET', path: '/console/password', needs: 'self:manage' },
    summary: 'Form to change the password',
  },
  changeDeskPassword: {
    ...{ method: 'POST', path: '/console/password', needs: 'self:manage' },
    summary: 'Change the password; ends all sessions',
  },
  readDeskSecondFactor: {
    ...{ method: 'GET', path: '/console/second-factor', needs: 'self:manage' },
    summary: 'Whether one signs in with a second step',
  },
  changeDeskSecondFactor: {
    ...{ method: 'POST', path: '/console/second-factor', needs: 'self:manage' },
    summary: 'Set up or remove the second step, or make new recovery codes',
  },
  readDeskConnections: {
    ...{ method: 'GET', path: '/console/connections', needs: 'self:manage' },
    summary: 'Accounts elsewhere with which one signs in',
  },
  changeDeskConnections: {
    ...{ method: 'POST', path: '/console/connections', needs: 'self:manage' },
    summary: 'Connect or disconnect an account elsewhere',
  },
  listDeskShipments: {
    ...{ method: 'GET', path: '/console/shipments', needs: 'shipments:see' },
    summary: 'Shipments, with search and filters',
  },
  changeDeskShipments: {
    ...{ method: 'POST', path: '/console/shipments', needs: 'shipments:change' },
    summary: 'Refresh, tag or archive the chosen shipments, or go on to write to their recipients',
  },
  saveDeskView: {
    ...{ method: 'POST', path: '/console/views', needs: 'shipments:see' },
    summary: 'Save a view of the shipments',
  },
  removeDeskView: {
    ...{ method: 'POST', path: '/console/views/:id', needs: 'shipments:see' },
    summary: 'Remove a view of the shipments',
    params: { id: 'The view.' },
  },
  watchDeskShipments: {
    ...{ method: 'GET', path: '/console/live', needs: 'shipments:see' },
    summary: 'Rows of the table as they change, as server-sent events',
    mediaType: 'text/event-stream',
  },
  exportDeskShipments: {
    ...{ method: 'GET', path: '/console/export', needs: 'shipments:export' },
    summary: 'The found shipments as CSV or JSON',
    shed: {},
    mediaType: 'text/csv',
    otherTypes: ['application/json'],
  },
  readDeskAnalytics: {
    ...{ method: 'GET', path: '/console/analytics', needs: 'analytics:see' },
    summary: 'Figures and charts of the parcels',
    shed: {},
  },
  exportDeskAnalytics: {
    ...{ method: 'GET', path: '/console/analytics.csv', needs: 'analytics:see' },
    summary: 'The figures as CSV',
    shed: {},
    mediaType: 'text/csv',
  },
  readDeskImport: {
    ...{ method: 'GET', path: '/console/import', needs: 'shipments:change' },
    summary: 'Form to import shipments',
  },
  importFromDesk: {
    ...{ method: 'POST', path: '/console/import', needs: 'shipments:change' },
    summary: 'Import shipments from a CSV file',
    files: true,
  },
  readDeskImportReport: {
    ...{ method: 'GET', path: '/console/import/:id', needs: 'shipments:change' },
    summary: 'The report of an import',
    params: { id: 'The import.' },
  },
  readDeskShipment: {
    ...{ method: 'GET', path: '/console/shipments/:id', needs: 'shipments:see' },
    summary: 'One parcel: timeline and why, messages, webhooks, cases and proofs',
    params: SHIPMENT,
  },
  refreshDeskShipment: {
    ...{ method: 'POST', path: '/console/shipments/:id/refresh', needs: 'shipments:change' },
    summary: 'Ask the carrier now',
    params: SHIPMENT,
  },
  tagDeskShipment: {
    ...{ method: 'POST', path: '/console/shipments/:id/tags', needs: 'shipments:change' },
    summary: 'Set the tags',
    params: SHIPMENT,
  },
  correctDeskShipment: {
    ...{ method: 'POST', path: '/console/shipments/:id/status', needs: 'shipments:change' },
    summary: 'Correct the status',
    params: SHIPMENT,
  },
  ...WRITING_DESK,
  readDeskRedirect: {
    ...{ method: 'GET', path: '/console/shipments/:id/redirect', needs: 'shipments:change' },
    summary: 'What the carrier, or own couriers, can still do with a parcel',
    params: SHIPMENT,
  },
  redirectDeskShipment: {
    ...{ method: 'POST', path: '/console/shipments/:id/redirect', needs: 'shipments:change' },
    summary: 'Have a parcel held, sent back or brought elsewhere',
    params: SHIPMENT,
  },
  linkDeskShipment: {
    ...{ method: 'POST', path: '/console/shipments/:id/link', needs: 'shipments:change' },
    summary: 'Make a personal link for the recipient; it is shown once',
    params: SHIPMENT,
  },
  readReportOfDeskShipment: {
    ...{ method: 'GET', path: '/console/shipments/:id/reports/:report', needs: 'people:see' },
    summary: 'What the carrier sent, masked',
    params: { ...SHIPMENT, report: 'The report.' },
  },
  eraseDeskShipment: {
    ...{ method: 'POST', path: '/console/shipments/:id/erase', needs: 'shipments:change' },
    summary: 'Stop tracking and erase',
    params: SHIPMENT,
  },
  readProofOfDeskShipment: {
    ...{ method: 'GET', path: '/console/shipments/:id/proofs/:proof', needs: 'people:see' },
    summary: 'A photo, signature or document of a parcel',
    params: { ...SHIPMENT, proof: 'The file.' },
    ...SENT_FILE,
  },
  readProofDocumentOfDeskShipment: {
    ...{ method: 'GET', path: '/console/shipments/:id/proof.pdf', needs: 'people:see' },
    summary: 'Proof of delivery as a PDF',
    params: SHIPMENT,
    mediaType: 'application/octet-stream',
  },
  readDeskMembers: {
    ...{ method: 'GET', path: '/console/members', needs: 'members:manage' },
    summary: 'Members and invitations',
  },
  inviteToDesk: {
    ...{ method: 'POST', path: '/console/members', needs: 'members:manage' },
    summary: 'Invite somebody',
  },
  changeDeskMember: {
    ...{ method: 'POST', path: '/console/members/:id', needs: 'members:manage' },
    summary: "Change a member's role, or remove them",
    params: MEMBER,
  },
  resetDeskSecondFactor: {
    ...{ method: 'POST', path: '/console/members/:id/second-factor', needs: 'members:manage' },
    summary: "Reset a member's second step",
    params: MEMBER,
  },
  readDeskSecurity: {
    ...{ method: 'GET', path: '/console/security', needs: 'members:manage' },
    summary: 'How members sign in',
  },
  changeDeskSecurity: {
    ...{ method: 'POST', path: '/console/security', needs: 'members:manage' },
    summary: 'Ask members for a second step, or no more',
  },
  createDeskProvider: {
    ...{ method: 'POST', path: '/console/identity-providers', needs: 'members:manage' },
    summary: "Add a sign-in with a company's accounts",
  },
  readDeskProvider: {
    ...{ method: 'GET', path: '/console/identity-providers/:id', needs: 'members:manage' },
    summary: "A sign-in with a company's accounts",
    params: PROVIDER,
  },
  changeDeskProvider: {
    ...{ method: 'POST', path: '/console/identity-providers/:id', needs: 'members:manage' },
    summary: "Change or remove a sign-in with a company's accounts",
    params: PROVIDER,
  },
  withdrawDeskInvitation: {
    ...{ method: 'POST', path: '/console/invitations/:id', needs: 'members:manage' },
    summary: 'Withdraw an invitation',
    params: { id: 'The invitation.' },
  },
  readDeskActions: {
    ...{ method: 'GET', path: '/console/actions', needs: 'actions:see' },
    summary: 'Who did what',
  },
  readDeskKeys: {
    ...{ method: 'GET', path: '/console/keys', needs: 'keys:manage' },
    summary: 'API keys',
  },
  createDeskKey: {
    ...{ method: 'POST', path: '/console/keys', needs: 'keys:manage' },
    summary: 'Create an API key; it is shown once',
  },
  revokeDeskKey: {
    ...{ method: 'POST', path: '/console/keys/:id', needs: 'keys:manage' },
    summary: 'Revoke an API key',
    params: { id: 'The key.' },
  },
  readDeskMessages: {
    ...{ method: 'GET', path: '/console/messages', needs: 'settings:manage' },
    summary: 'Who is notified of what, and with which text',
  },
  changeDeskRules: {
    ...{ method: 'POST', path: '/console/messages', needs: 'settings:manage' },
    summary: 'Switch a notification rule, or set quiet hours',
  },
  readDeskText: {
    ...{ method: 'GET', needs: 'settings:manage', params: TEXT },
    path: '/console/messages/:template/:language',
    summary: 'The words of a message',
  },
  changeDeskText: {
    ...{ method: 'POST', needs: 'settings:manage', params: TEXT },
    path: '/console/messages/:template/:language',
    summary: 'Change the words of a message',
  },
  readDeskTextPreview: {
    ...{ method: 'GET', needs: 'settings:manage', params: TEXT },
    path: '/console/messages/:template/:language/preview',
    summary: 'An email as it is',
  },
  previewDeskText: {
    ...{ method: 'POST', needs: 'settings:manage', params: TEXT },
    path: '/console/messages/:template/:language/preview',
    summary: 'An email as it would be; nothing is stored',
  },
  readDeskRetention: {
    ...{ method: 'GET', path: '/console/retention', needs: 'settings:manage' },
    summary: 'How long what is kept',
  },
  readDeskWebhooks: {
    ...{ method: 'GET', path: '/console/webhooks', needs: 'webhooks:manage' },
    summary: 'Webhook endpoints',
  },
  createDeskWebhook: {
    ...{ method: 'POST', path: '/console/webhooks', needs: 'webhooks:manage' },
    summary: 'Create a webhook endpoint; its secret is shown once',
  },
  readDeskWebhook: {
    ...{ method: 'GET', path: '/console/webhooks/:id', needs: 'webhooks:manage' },
    summary: 'A webhook endpoint: how it fares and what it was sent',
    params: ENDPOINT,
  },
  changeDeskWebhook: {
    ...{ method: 'POST', path: '/console/webhooks/:id', needs: 'webhooks:manage' },
    summary: 'Test, change, disable or remove an endpoint, give it a new secret, or send again',
    params: ENDPOINT,
  },
  readDeskWebhookDelivery: {
    ...{ method: 'GET', needs: 'webhooks:manage' },
    path: '/console/webhooks/:id/deliveries/:delivery',
    summary: 'What an endpoint was sent, and each attempt',
    params: { ...ENDPOINT, delivery: 'What was sent.' },
  },
  resendDeskWebhookDelivery: {
    ...{ method: 'POST', needs: 'webhooks:manage' },
    path: '/console/webhooks/:id/deliveries/:delivery',
    summary: 'Send it to the endpoint once more',
    params: { ...ENDPOINT, delivery: 'What was sent.' },
  },
  readDeskSetup: {
    ...{ method: 'GET', path: '/console/setup', needs: 'settings:manage' },
    summary: 'What is still to be set up, step by step',
  },
  readDeskAddress: {
    ...{ method: 'GET', path: '/console/setup/address', needs: 'settings:manage' },
    summary: 'The address under which the world reaches the hub',
  },
  skipDeskSetupStep: {
    ...{ method: 'POST', path: '/console/setup', needs: 'settings:manage' },
    summary: 'Leave out a step of the setup, or take it up again',
  },
  readDeskCarriers: {
    ...{ method: 'GET', path: '/console/carriers', needs: 'settings:manage' },
    summary: 'Accounts with carriers',
  },
  createDeskCarrier: {
    ...{ method: 'POST', path: '/console/carriers', needs: 'settings:manage' },
    summary: 'Add an account with a carrier, which is asked about it first',
  },
  changeDeskCarrier: {
    ...{ method: 'POST', path: '/console/carriers/:id', needs: 'settings:manage' },
    summary: 'Check an account with the carrier, or remove it',
    params: ACCOUNT,
  },
  readDeskSender: {
    ...{ method: 'GET', path: '/console/sender', needs: 'settings:manage' },
    summary: 'Whom mails are from',
  },
  changeDeskSender: {
    ...{ method: 'POST', path: '/console/sender', needs: 'settings:manage' },
    summary: 'Set whom mails are from; the mail server is asked first',
  },
  readDeskBranding: {
    ...{ method: 'GET', path: '/console/look', needs: 'settings:manage' },
    summary: 'Name, logo, colour and words of pages and messages',
  },
  changeDeskBranding: {
    ...{ method: 'POST', path: '/console/look', needs: 'settings:manage' },
    summary: 'Change how pages and messages look',
  },
  readDeskPreview: {
    ...{ method: 'GET', path: '/console/look/preview', needs: 'settings:manage' },
    summary: 'A page as it looks now',
  },
  previewDeskBranding: {
    ...{ method: 'POST', path: '/console/look/preview', needs: 'settings:manage' },
    summary: 'A page as it would look; nothing is stored',
  },
  getDeskAsset: {
    ...{ method: 'GET', path: '/console/assets/:file', needs: null },
    summary: 'Style and icon of the desk',
    params: { file: 'The file name, which contains a hash of the content.' },
    ...PAGE_FILE,
  },
} as const satisfies Readonly<Record<string, DeskRow>>;

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
