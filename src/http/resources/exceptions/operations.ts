import {
  EVIDENCE_BYTES_MAX,
  EVIDENCE_TYPES,
  exceptionPolicyChange,
} from '../../../reactions/exceptions/index.ts';
import { operation } from '../../kit/operation.ts';
import {
  approval,
  approved,
  caseChange,
  caseFilter,
  caseNote,
  casePage,
  claim,
  claimChange,
  claimDecision,
  claimFilter,
  claimPage,
  claimSubmission,
  deliveryRequestDone,
  evidence,
  exceptionCase,
  namedReturn,
  newCase,
  newClaim,
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
const CLAIM_ID = { id: 'The claim.' };
const IT = { 200: { description: 'As it is now.', schema: exceptionCase } };
const CLAIM = { 200: { description: 'As it is now.', schema: claim } };

export const listExceptionsOperation = operation({
  id: 'listExceptions',
  method: 'GET',
  path: '/exceptions',
  tag: TAG,
  summary: 'Parcels in trouble, newest first',
  scope: 'exceptions:read',
  query: caseFilter,
  answers: { 200: { description: 'A page of them.', schema: casePage } },
});

export const exceptionStatsOperation = operation({
  id: 'exceptionStats',
  method: 'GET',
  path: '/exceptions/stats',
  tag: TAG,
  summary: 'How often there is which trouble, and what becomes of it',
  scope: 'exceptions:read',
  query: statsFilter,
  answers: { 200: { description: 'A line for each group.', schema: stats } },
});

export const getExceptionOperation = operation({
  id: 'getException',
  method: 'GET',
  path: '/exceptions/:id',
  tag: TAG,
  summary: 'One exception, with its history',
  scope: 'exceptions:read',
  params: ID,
  answers: { 200: { description: 'The exception.', schema: exceptionCase } },
  errors: ['not_found'],
});

export const openExceptionOperation = operation({
  id: 'openException',
  method: 'POST',
  path: '/exceptions',
  tag: TAG,
  summary: 'Open one that no carrier told of',
  description: 'Only people close what people opened.',
  scope: 'exceptions:write',
  body: newCase,
  answers: { 201: { description: 'Opened.', schema: exceptionCase } },
  errors: ['not_found', 'conflict'],
});

export const patchExceptionOperation = operation({
  id: 'changeException',
  method: 'PATCH',
  path: '/exceptions/:id',
  tag: TAG,
  summary: 'Who works on it, and until when',
  scope: 'exceptions:write',
  params: ID,
  body: caseChange,
  answers: IT,
  errors: ['not_found', 'conflict'],
  example: { owner: 'Kim', deadline_at: '2026-03-14T16:00:00Z' },
});

export const noteExceptionOperation = operation({
  id: 'noteException',
  method: 'POST',
  path: '/exceptions/:id/notes',
  tag: TAG,
  summary: 'Add a note',
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
  summary: 'End it',
  description:
    'A shipment that is in an exception goes back to where it was (`resolved`) or on its way back (`returned`), as by a command; what the table of moves forbids is refused and changes nothing.',
  scope: 'exceptions:write',
  params: ID,
  body: resolution,
  answers: IT,
  errors: ['not_found', 'conflict', 'forbidden_move'],
});

export const sendBackOperation = operation({
  id: 'sendBack',
  method: 'POST',
  path: '/exceptions/:id/send-back',
  tag: TAG,
  summary: 'Send the parcel back now',
  description:
    'The shipment is `returning` from then on, whatever is scanned. The carrier is not told by this: see `POST /shipments/{id}/redirect`.',
  scope: 'exceptions:write',
  params: ID,
  body: withNote,
  answers: IT,
  errors: ['not_found', 'conflict', 'forbidden_move'],
});

export const nameReturnOperation = operation({
  id: 'nameReturn',
  method: 'POST',
  path: '/exceptions/:id/return-shipment',
  tag: TAG,
  summary: 'Name the parcel that brings it back',
  description:
    'For a return under a number of its own: it is followed and linked. One that a carrier names itself is found without this.',
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
  summary: 'Request for another day in the recipient’s place',
  scope: 'exceptions:write',
  params: ID,
  body: rescheduling,
  answers: { 202: { description: 'Taken.', schema: rescheduled } },
  errors: ['not_found', 'conflict', 'not_offered', 'redirect_refused', 'carrier_unavailable'],
  example: { date: '2026-03-14', window: 'evening' },
});

export const deliveryRequestDoneOperation = operation({
  id: 'resolveDeliveryRequest',
  method: 'POST',
  path: '/exceptions/:id/delivery-requests/:delivery_request_id',
  tag: TAG,
  summary: 'Say that a recipient’s request was seen to, or will not be',
  scope: 'exceptions:write',
  params: { ...ID, delivery_request_id: 'The request.' },
  body: deliveryRequestDone,
  answers: IT,
  errors: ['not_found'],
  example: { done: true },
});

export const approveAddressOperation = operation({
  id: 'approveAddress',
  method: 'POST',
  path: '/exceptions/:id/approve-address',
  tag: TAG,
  summary: 'Take the address that the recipient confirmed or corrected',
  description:
    'It becomes the shipment’s destination, the carrier is asked to bring it there where it takes that, and the parcel goes on.',
  scope: 'exceptions:write',
  params: ID,
  body: approval,
  answers: { 200: { description: 'Taken.', schema: approved } },
  errors: ['not_found', 'conflict', 'forbidden_move', 'carrier_unavailable'],
});

export const refuseAddressOperation = operation({
  id: 'refuseAddress',
  method: 'POST',
  path: '/exceptions/:id/refuse-address',
  tag: TAG,
  summary: 'Ask the recipient again',
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
  summary: 'Add a photo or a paper',
  description: 'Kept sealed; the same bytes are kept once. At most 20 to an exception.',
  scope: 'exceptions:write',
  params: ID,
  file: {
    mediaTypes: [...EVIDENCE_TYPES],
    bytesMax: EVIDENCE_BYTES_MAX,
    description: 'The file as it is, 8 MiB at most.',
  },
  answers: { 201: { description: 'Kept.', schema: evidence } },
  errors: ['not_found', 'conflict'],
});

export const getEvidenceOperation = operation({
  id: 'getEvidence',
  method: 'GET',
  path: '/exceptions/:id/evidence/:evidence_id',
  tag: TAG,
  summary: 'The bytes of a photo or paper',
  scope: 'exceptions:read',
  params: { ...ID, evidence_id: 'The evidence.' },
  answers: { 200: { description: 'The file.', mediaType: 'application/octet-stream' } },
  errors: ['not_found'],
});

export const removeEvidenceOperation = operation({
  id: 'removeEvidence',
  method: 'DELETE',
  path: '/exceptions/:id/evidence/:evidence_id',
  tag: TAG,
  summary: 'Destroy a photo or paper',
  scope: 'exceptions:write',
  params: { ...ID, evidence_id: 'The evidence.' },
  answers: { 204: { description: 'Nothing readable is left of it.' } },
  errors: ['not_found'],
});

export const listClaimsOperation = operation({
  id: 'listClaims',
  method: 'GET',
  path: '/claims',
  tag: TAG,
  summary: 'Claims on carriers, newest first',
  scope: 'exceptions:read',
  query: claimFilter,
  answers: { 200: { description: 'A page of them.', schema: claimPage } },
});

export const getClaimOperation = operation({
  id: 'getClaim',
  method: 'GET',
  path: '/claims/:id',
  tag: TAG,
  summary: 'One claim',
  scope: 'exceptions:read',
  params: CLAIM_ID,
  answers: { 200: { description: 'The claim.', schema: claim } },
  errors: ['not_found'],
});

export const draftClaimOperation = operation({
  id: 'draftClaim',
  method: 'POST',
  path: '/claims',
  tag: TAG,
  summary: 'Draft a claim on the carrier',
  description: 'One of an exception is under way at a time.',
  scope: 'exceptions:write',
  body: newClaim,
  answers: { 201: { description: 'Drafted.', schema: claim } },
  errors: ['not_found', 'conflict'],
  example: {
    exception_id: '0195e4a0-0000-7000-8000-000000000000',
    reason: 'damaged',
    amount: { minor: 1250, currency: 'EUR' },
  },
});

export const patchClaimOperation = operation({
  id: 'changeClaim',
  method: 'PATCH',
  path: '/claims/:id',
  tag: TAG,
  summary: 'Change a draft',
  scope: 'exceptions:write',
  params: CLAIM_ID,
  body: claimChange,
  answers: CLAIM,
  errors: ['not_found', 'conflict'],
});

export const dropClaimOperation = operation({
  id: 'dropClaim',
  method: 'DELETE',
  path: '/claims/:id',
  tag: TAG,
  summary: 'Drop a draft',
  scope: 'exceptions:write',
  params: CLAIM_ID,
  answers: { 204: { description: 'Dropped.' } },
  errors: ['not_found', 'conflict'],
});

export const submitClaimOperation = operation({
  id: 'submitClaim',
  method: 'POST',
  path: '/claims/:id/submit',
  tag: TAG,
  summary: 'Say that the carrier has it',
  scope: 'exceptions:write',
  params: CLAIM_ID,
  body: claimSubmission,
  answers: CLAIM,
  errors: ['not_found', 'conflict'],
  example: { reference: 'CLM-4711' },
});

export const decideClaimOperation = operation({
  id: 'decideClaim',
  method: 'POST',
  path: '/claims/:id/decide',
  tag: TAG,
  summary: 'Say what the carrier answered',
  description: 'One that was accepted ends its exception as `claimed`.',
  scope: 'exceptions:write',
  params: CLAIM_ID,
  body: claimDecision,
  answers: CLAIM,
  errors: ['not_found', 'conflict'],
  example: { decision: 'accepted', granted_minor: 1000 },
});

export const getExceptionPolicyOperation = operation({
  id: 'getExceptionPolicy',
  method: 'GET',
  path: '/exception-policy',
  tag: TAG,
  summary: 'What makes an exception, how long it may take, what happens by itself',
  scope: 'exceptions:read',
  answers: { 200: { description: 'What counts for you.', schema: policyView } },
});

export const putExceptionPolicyOperation = operation({
  id: 'putExceptionPolicy',
  method: 'PUT',
  path: '/exception-policy',
  tag: TAG,
  summary: 'Lay a policy of your own over the installation’s',
  description: 'What you leave out is the installation’s. `{}` gives up all of your own.',
  scope: 'exceptions:write',
  headers: { 'If-Match': 'The ETag of what is replaced; without it, whatever is there.' },
  body: exceptionPolicyChange,
  answers: { 200: { description: 'What counts for you.', schema: policyView } },
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
  listClaimsOperation,
  getClaimOperation,
  draftClaimOperation,
  patchClaimOperation,
  dropClaimOperation,
  submitClaimOperation,
  decideClaimOperation,
  getExceptionPolicyOperation,
  putExceptionPolicyOperation,
] as const;
