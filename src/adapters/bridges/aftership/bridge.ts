import { recordDesk } from '../../sdk.ts';
import { TRACKINGS } from './access.ts';
import { numbers } from './numbers.ts';
import { answerDocument } from './schema.ts';

/**
 * Creates and deletes trackings. The codes of errors are those of @aftership/tracking-sdk 17
 * (README, "Error List"); 4003 is "Tracking already exists".
 */
export const bridge = recordDesk({
  numbers,
  idForm: /^[\w-]{1,128}$/,
  duplicateCode: '4003',
  createCall: (tracking_number, { carrierCode, postalCode }) => ({
    method: 'POST',
    path: TRACKINGS,
    body: {
      json: {
        tracking_number,
        ...(carrierCode !== null && { slug: carrierCode }),
        ...(postalCode !== null && { destination_postal_code: postalCode }),
      },
    },
  }),
  deleteCall: (id) => ({ method: 'DELETE', path: `${TRACKINGS}/${id}` }),
  read(value) {
    const { meta, data } = answerDocument.safeParse(value).data ?? {};
    const code = meta?.code ?? 0;
    const isError = code >= 400;
    const id = isError ? undefined : data?.id;
    return { id, code: isError ? String(code) : undefined, isDeleted: id !== undefined };
  },
});
