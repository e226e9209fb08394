import { recordDesk } from '../../sdk.ts';
import { numbers } from './numbers.ts';
import { trackerDocument } from './schema.ts';

/**
 * Creates and deletes trackers. EasyPost answers a second creation for the same number and carrier
 * within three months with the original tracker (docs.easypost.com/docs/trackers).
 */
export const bridge = recordDesk({
  numbers,
  idForm: /^[0-9a-z_]{1,64}$/i,
  duplicateCode: null,
  createCall: (tracking_code, { carrierCode }) => ({
    method: 'POST',
    path: '/v2/trackers',
    body: {
      json: { tracker: { tracking_code, ...(carrierCode !== null && { carrier: carrierCode }) } },
    },
  }),
  deleteCall: (id) => ({ method: 'DELETE', path: `/v2/trackers/${id}` }),
  read(value) {
    const read = trackerDocument.safeParse(value);
    if (!read.success) return { isDeleted: false };
    const { id, error, success } = read.data;
    return { id, code: error?.code, isDeleted: success === true };
  },
});
