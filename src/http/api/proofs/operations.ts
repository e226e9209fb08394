import { IMAGE_BYTES_MAX } from '../../../platform/images/clean-image.ts';
import type { MultipartBody } from '../../kit/operation.ts';
import { operation } from '../../kit/operation.ts';
import {
  addedProofs,
  proofDocumentQuery,
  proofFields,
  proofOfDelivery,
  renewedPin,
} from './schema.ts';

/** Photos in one form: the parcel, the door, the damage. */
const PHOTOS_MAX = 5;

/** The form for a proof, whoever sends it: one form with files. */
export const PROOF_FORM: MultipartBody = {
  id: 'ProofForm',
  bytesMax: 20 * 1_048_576,
  fields: proofFields,
  files: {
    photo: {
      most: PHOTOS_MAX,
      bytesMax: IMAGE_BYTES_MAX,
      description:
        'JPEG, PNG or WebP, of at most 8 MiB and 51 million pixels. Kept as a new JPEG without place, camera or anything else that was in the file.',
    },
    signature: {
      most: 1,
      bytesMax: IMAGE_BYTES_MAX,
      description:
        'Strokes as JSON, `{"width": 300, "height": 150, "strokes": [[[10, 80], [40, 20]]]}`, or a picture. Kept as PNG.',
    },
  },
};

const ID = { id: 'The shipment.' };

export const addProofOperation = operation({
  id: 'addShipmentProof',
  method: 'POST',
  path: '/shipments/:id/proof',
  tag: 'Own couriers',
  summary: 'Add proof of delivery',
  description:
    'Photos, a signature, a name, the PIN, and where it was: for parcels of your own couriers. A wrong PIN loses nothing else: the rest is kept, and the answer says what is missing.',
  scope: 'shipments:write',
  params: ID,
  multipart: PROOF_FORM,
  answers: {
    201: { description: 'Kept.', schema: addedProofs },
    200: { description: 'It was here already, by its `id`.', schema: addedProofs },
  },
  errors: ['not_found', 'not_offered', 'conflict'],
});

export const getProofOfDeliveryOperation = operation({
  id: 'getProofOfDelivery',
  method: 'GET',
  path: '/shipments/:id/proof',
  tag: 'Own couriers',
  summary: 'Get the proof of delivery: required, given and missing',
  scope: 'shipments:read',
  params: ID,
  answers: { 200: { description: 'What was given, oldest first.', schema: proofOfDelivery } },
  errors: ['not_found'],
});

export const renewPinOperation = operation({
  id: 'renewDeliveryPin',
  method: 'POST',
  path: '/shipments/:id/pin',
  tag: 'Own couriers',
  summary: "Renew the recipient's PIN",
  description:
    'For a recipient who cannot find the PIN, or after too many wrong ones. The old one no longer works; personal links show the new one.',
  scope: 'shipments:write',
  params: ID,
  answers: { 200: { description: 'The new PIN.', schema: renewedPin } },
  errors: ['not_found', 'conflict'],
});

export const getProofDocumentOperation = operation({
  id: 'getProofOfDeliveryPdf',
  method: 'GET',
  path: '/shipments/:id/proof.pdf',
  tag: 'Own couriers',
  summary: 'Get the proof of delivery as a PDF',
  description:
    "Number, time with its zone, name, place, photos and signature, in the recipient's language (`recipient.locale`) unless you name another.",
  scope: 'shipments:read',
  params: ID,
  query: proofDocumentQuery,
  answers: { 200: { description: 'The proof document.', mediaType: 'application/pdf' } },
  errors: ['not_found'],
});

/** In the order the docs list them. */
export const proofOperations = [
  addProofOperation,
  getProofOfDeliveryOperation,
  getProofDocumentOperation,
  renewPinOperation,
];
