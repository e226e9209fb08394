import {
  EVIDENCE_BYTES_MAX,
  EVIDENCE_TYPES,
  exceptionPolicyChange,
} from '../../../reactions/exceptions/index.ts';
import { operation } from '../../kit/operation.ts';
import { claims } from './claim-routes.ts';
import {
  approval,
  approved,
  caseChange,
  caseFilter,
  caseNote,
  casePage,
  deliveryRequestDone,
  evidence,
  exceptionCase,
  namedReturn,
  newCase,
  policyView,
  rescheduled,
  rescheduling,
  resolution,
  stats,
  statsFilter,
  withNote,
} from './schema.ts';

const TAG = 'Exceptions' as const;
const ID = { id: 'The exception.' };
const IT = { 200: { description: 'The changed object.', schema: exceptionCase } };

export const listExceptionsOperation = operation({
  id: 'listExceptions',
  method: 'GET',
  path: '/exceptions',
  tag: TAG,
  summary: 'List exceptions, newest first',
  scope: 'exceptions:read',
  query: caseFilter,
  shed: {},
  answers: { 200: { description: 'One page.', schema: casePage } },
});

export const exceptionStatsOperation = operation({
  id: 'getExceptionStats',
  method: 'GET',
  path: '/exceptions/stats',
  tag: TAG,
  summary: 'Get exception statistics',
  scope: 'exceptions:read',
  query: statsFilter,
  shed: {},
  answers: { 200: { description: 'One entry per group.', schema: stats } },
});

export const getExceptionOperation = operation({
  id: 'getException',
  method: 'GET',
  path: '/exceptions/:id',
  tag: TAG,
  summary: 'Get an exception with its history',
  scope: 'exceptions:read',
  params: ID,
  answers: { 200: { description: 'The exception.', schema: exceptionCase } },
  errors: ['not_found'],
});

export const openExceptionOperation = operation({
  id: 'createException',
  method: 'POST',
  path: '/exceptions',
  tag: TAG,
  summary: 'Open an exception by hand',
  description: 'An exception opened by a person is closed only by a person.',
  scope: 'exceptions:write',
  body: newCase,
  answers: { 201: { description: 'Opened.', schema: exceptionCase } },
  errors: ['not_found', 'conflict'],
});

export const patchExceptionOperation = operation({
  id: 'updateException',
  method: 'PATCH',
  path: '/exceptions/:id',
  tag: TAG,
  summary: "Set an exception's owner and deadline",
  scope: 'exceptions:write',
  params: ID,
  body: caseChange,
  answers: IT,
  errors: ['not_found', 'conflict'],
  example: { owner: 'Kim', deadline_at: '2026-03-14T16:00:00Z' },
});

export const noteExceptionOperation = operation({
  id: 'addExceptionNote',
  method: 'POST',
  path: '/exceptions/:id/notes',
  tag: TAG,
  summary: 'Add a note to an exception',
  scope: 'exceptions:write',
  params: ID,
  body: caseNote,
  answers: IT,
  errors: ['not_found', 'conflict'],
  example: { text: 'The recipient is back on Monday.' },
});

export const resolveExceptionOperation = operation({
  id: 'resolveException',
  method: 'POST',
  path: '/exceptions/:id/resolve',
  tag: TAG,
  summary: 'Close an exception',
  description:
    'A shipment with status `exception` returns to its previous status (`resolved`) or becomes `returning` (`returned`), as by a command. If the table of allowed transitions forbids it, the request is refused and nothing changes.',
  scope: 'exceptions:write',
  params: ID,
  body: resolution,
  answers: IT,
  errors: ['not_found', 'conflict', 'forbidden_move'],
});

export const sendBackOperation = operation({
  id: 'returnExceptionParcel',
  method: 'POST',
  path: '/exceptions/:id/send-back',
  tag: TAG,
  summary: "Mark an exception's parcel as returning",
  description:
    'The shipment is `returning` from then on, whatever is scanned. This does not instruct the carrier: see `POST /shipments/{id}/redirect`.',
  scope: 'exceptions:write',
  params: ID,
  body: withNote,
  answers: IT,
  errors: ['not_found', 'conflict', 'forbidden_move'],
});

export const nameReturnOperation = operation({
  id: 'linkReturnShipment',
  method: 'POST',
  path: '/exceptions/:id/return-shipment',
  tag: TAG,
  summary: 'Link the return shipment',
  description:
    'For a return that has its own tracking number: it is tracked and linked. A number that the carrier reports is linked automatically.',
  scope: 'exceptions:write',
  params: ID,
  body: namedReturn,
  answers: IT,
  errors: ['not_found', 'unknown_carrier'],
});

export const rescheduleOperation = operation({
  id: 'rescheduleException',
  method: 'POST',
  path: '/exceptions/:id/reschedule',
  tag: TAG,
  summary: 'Request another delivery day for the recipient',
  scope: 'exceptions:write',
  params: ID,
  body: rescheduling,
  answers: { 202: { description: 'Accepted.', schema: rescheduled } },
  errors: ['not_found', 'conflict', 'not_offered', 'redirect_refused', 'carrier_unavailable'],
  example: { date: '2026-03-14', window: 'evening' },
});

export const deliveryRequestDoneOperation = operation({
  id: 'resolveDeliveryRequest',
  method: 'POST',
  path: '/exceptions/:id/delivery-requests/:delivery_request_id',
  tag: TAG,
  summary: "Close a recipient's delivery request",
  scope: 'exceptions:write',
  params: { ...ID, delivery_request_id: 'The request.' },
  body: deliveryRequestDone,
  answers: IT,
  errors: ['not_found'],
  example: { done: true },
});

export const approveAddressOperation = operation({
  id: 'approveRecipientAddress',
  method: 'POST',
  path: '/exceptions/:id/approve-address',
  tag: TAG,
  summary: 'Approve the address that a recipient entered',
  description:
    "It becomes the shipment's destination. If the carrier supports it, the parcel is redirected there. The parcel is then under way again.",
  scope: 'exceptions:write',
  params: ID,
  body: approval,
  answers: { 200: { description: 'Accepted.', schema: approved } },
  errors: ['not_found', 'conflict', 'forbidden_move', 'carrier_unavailable'],
});

export const refuseAddressOperation = operation({
  id: 'rejectRecipientAddress',
  method: 'POST',
  path: '/exceptions/:id/refuse-address',
  tag: TAG,
  summary: "Reject the recipient's address and ask again",
  scope: 'exceptions:write',
  params: ID,
  body: withNote,
  answers: IT,
  errors: ['not_found', 'conflict'],
});

export const addEvidenceOperation = operation({
  id: 'addEvidence',
  method: 'POST',
  path: '/exceptions/:id/evidence',
  tag: TAG,
  summary: 'Add evidence to an exception',
  description: 'Stored sealed; identical files are stored once. At most 20 per exception.',
  scope: 'exceptions:write',
  params: ID,
  file: {
    mediaTypes: [...EVIDENCE_TYPES],
    bytesMax: EVIDENCE_BYTES_MAX,
    description: 'The raw file, at most 8 MiB.',
  },
  answers: { 201: { description: 'Stored.', schema: evidence } },
  errors: ['not_found', 'conflict'],
});

const [mediaType, ...otherTypes] = EVIDENCE_TYPES;

export const getEvidenceOperation = operation({
  id: 'downloadEvidence',
  method: 'GET',
  path: '/exceptions/:id/evidence/:evidence_id',
  tag: TAG,
  summary: 'Download evidence',
  scope: 'exceptions:read',
  params: { ...ID, evidence_id: 'The evidence.' },
  answers: { 200: { description: 'The file.', mediaType, otherTypes } },
  errors: ['not_found'],
});

export const removeEvidenceOperation = operation({
  id: 'deleteEvidence',
  method: 'DELETE',
  path: '/exceptions/:id/evidence/:evidence_id',
  tag: TAG,
  summary: 'Delete evidence',
  scope: 'exceptions:write',
  params: { ...ID, evidence_id: 'The evidence.' },
  answers: { 204: { description: 'The file is destroyed.' } },
  errors: ['not_found'],
});

export const getExceptionPolicyOperation = operation({
  id: 'getExceptionPolicy',
  method: 'GET',
  path: '/exception-policy',
  tag: TAG,
  summary: 'Get the exception policy',
  scope: 'exceptions:read',
  answers: { 200: { description: 'The policy that applies to you.', schema: policyView } },
});

export const putExceptionPolicyOperation = operation({
  id: 'setExceptionPolicy',
  method: 'PUT',
  path: '/exception-policy',
  tag: TAG,
  summary: 'Replace your exception policy',
  description: "Members you omit keep the installation's values. `{}` removes all of your own.",
  scope: 'exceptions:write',
  headers: { 'If-Match': 'The ETag of the version you read. Without it, any version is replaced.' },
  body: exceptionPolicyChange,
  answers: { 200: { description: 'The policy that applies to you.', schema: policyView } },
  errors: ['precondition_failed'],
});

export const exceptionOperations = [
  listExceptionsOperation,
  exceptionStatsOperation,
  getExceptionOperation,
  openExceptionOperation,
  patchExceptionOperation,
  noteExceptionOperation,
  resolveExceptionOperation,
  sendBackOperation,
  nameReturnOperation,
  rescheduleOperation,
  deliveryRequestDoneOperation,
  approveAddressOperation,
  refuseAddressOperation,
  addEvidenceOperation,
  getEvidenceOperation,
  removeEvidenceOperation,
  ...claims.operations,
  getExceptionPolicyOperation,
  putExceptionPolicyOperation,
] as const;
