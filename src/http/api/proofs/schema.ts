import { z } from 'zod';
import { proofKind } from '../../../kernel/proof-kinds.ts';
import { givenInstant, instant } from '../../../kernel/time/time-kinds.ts';
import { issueText, text } from '../../../kernel/wire/explain-issues.ts';
import { IMAGE_BYTES_MAX } from '../../../platform/images/clean-image.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import type { MultipartBody } from '../../kit/operation.ts';
import { proof } from '../pulling/schema.ts';

/** The maximum number of shipments in a proof: those at one door. */
const SHIPMENTS_MAX = 50;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function degrees(most: number) {
  return z
    .string()
    .regex(/^-?\d{1,3}(\.\d{1,20})?$/, issueText('shipments.useDecimalDegrees'))
    .transform(Number)
    .refine(
      (value) => Math.abs(value) <= most,
      issueText({ 'shipments.useDegreesInRange': { most } }),
    )
    .meta({ override: { type: 'number', pattern: undefined, minimum: -most, maximum: most } });
}

export const proofFields = z
  .strictObject({
    id: text(64).optional().describe('Your own id of this proof: sent again, it changes nothing.'),
    shipment_ids: z
      .string()
      .transform((value) => value.split(',').map((each) => each.trim().toLowerCase()))
      .refine(
        (ids) => ids.length <= SHIPMENTS_MAX,
        issueText({ 'shipments.sendFewerShipments': { shipmentsMax: SHIPMENTS_MAX } }),
      )
      .refine((ids) => ids.every((id) => UUID.test(id)), issueText('shipments.separateIdsByCommas'))
      .optional()
      .meta({
        override: { type: 'string', items: undefined },
        description: 'The parcels for this door, separated by commas. Each keeps its own copy.',
      }),
    received_by: text(100).optional().describe('Who took the parcel.'),
    pin: text(16).optional().describe('The PIN the recipient said.'),
    lat: degrees(90).optional(),
    lng: degrees(180).optional(),
    accuracy_m: z
      .string()
      .regex(/^\d{1,7}(\.\d{1,20})?$/, issueText('shipments.useDecimalMetres'))
      .transform(Number)
      .optional()
      .meta({ override: { type: 'number', pattern: undefined, minimum: 0 } }),
    at: givenInstant.optional().describe('When it was captured. Default: now.'),
  })
  .refine(({ lat, lng }) => (lat === undefined) === (lng === undefined), {
    path: ['lat'],
    error: issueText('values.sendLatWithLng'),
    params: { reason: issueText('shipments.pairIncomplete') },
  });

const kinds = z.array(proofKind);

export const addedProofs = z
  .strictObject({
    proofs: z.array(
      z.strictObject({
        shipment_id: z.uuid(),
        id: z.uuid(),
        duplicate: z.boolean().describe('True: it was here already.'),
        kinds: kinds.describe('Which requirements it meets.'),
        missing: kinds.describe('What the delivery still needs.'),
        pin: z
          .strictObject({
            outcome: z
              .enum(['matched', 'wrong', 'locked', 'not_required'])
              .describe(
                'locked: too many wrong ones were said, and none is compared until you renew it.',
              ),
            attempts_left: z.int(),
          })
          .nullable()
          .describe('Null: no PIN was sent.'),
      }),
    ),
  })
  .meta({ id: 'AddedProofs' });

export const proofOfDelivery = z
  .strictObject({
    required: kinds,
    missing: kinds,
    proofs: z.array(
      z.strictObject({
        id: z.uuid(),
        client_id: z.string(),
        given_by: z.enum(['merchant', 'courier']),
        giver_id: z.string().nullable().describe('The API key or the courier.'),
        kinds,
        received_by: z.string().nullable(),
        pin: z.enum(['matched', 'wrong', 'locked', 'not_required']).nullable(),
        place: z
          .strictObject({
            lat: z.number(),
            lng: z.number(),
            accuracy_m: z.number().nullable(),
            distance_m: z
              .int()
              .nullable()
              .describe(
                'Metres to the destination; null if its coordinates are not known (`destination.lat`, `destination.lng`).',
              ),
          })
          .nullable(),
        signature: z
          .strictObject({
            width: z.number(),
            height: z.number(),
            strokes: z.array(z.array(z.array(z.number()))),
          })
          .nullable()
          .describe('The strokes as they were drawn, if they were sent as such.'),
        captured_at: instant,
        received_at: instant,
        erased: z.boolean().describe('Its retention ended: only that it was given is still known.'),
        files: z.array(proof),
      }),
    ),
  })
  .meta({ id: 'ProofOfDelivery' });

export const renewedPin = z
  .strictObject({ pin: z.string().meta({ example: '4711' }) })
  .meta({ id: 'RenewedPin' });

export const proofDocumentQuery = z.strictObject({
  language: z.enum(LANGUAGES).optional().describe("Default: the recipient's, else English."),
});

/** The maximum number of photos in one form: the parcel, the door, the damage. */
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
