import { Problem } from '../../../kernel/errors.ts';
import {
  EVIDENCE_MAX,
  EVIDENCE_TYPES,
  type Exceptions,
} from '../../../reactions/exceptions/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { evidenceJson, noSuchException, workerOf } from './answers.ts';
import {
  addEvidenceOperation,
  getEvidenceOperation,
  removeEvidenceOperation,
} from './operations.ts';

/** Photos and documents of a case. */
export function evidenceRoutes(api: MerchantApi, exceptions: Exceptions): readonly Route[] {
  return [
    merchantRoute(api, addEvidenceOperation, async (call) => {
      const { tenant, param, bytes } = call;
      const outcome = await exceptions.addEvidence(tenant, param('id'), workerOf(call), bytes);
      switch (outcome.kind) {
        case 'done':
          return { status: 201, body: evidenceJson(outcome.evidence) };
        case 'not_found':
          throw noSuchException();
        case 'too_many':
          throw new Problem('conflict', `An exception may have at most ${EVIDENCE_MAX} files.`);
        case 'unknown_type':
          throw invalidMember(
            '',
            `The file is not one of ${EVIDENCE_TYPES.join(', ')}, regardless of its header.`,
            'Send a photo as JPEG, PNG or WebP, or a document as PDF.',
          );
      }
    }),
    merchantRoute(api, getEvidenceOperation, async ({ tenant, param }) => {
      const found = await exceptions.readEvidence(tenant, param('id'), param('evidence_id'));
      if (found === null) throw noSuchEvidence();
      const { id, mediaType } = found.evidence;
      const extension = mediaType.replace(/^.*\//, '');
      return {
        status: 200,
        bytes: found.bytes,
        headers: {
          'content-type': mediaType,
          // Uploaded files are never shown inline: they would run with our origin's rights.
          'content-disposition': `attachment; filename="evidence-${id}.${extension}"`,
          'content-security-policy': "default-src 'none'; sandbox",
          'x-content-type-options': 'nosniff',
        },
      };
    }),
    merchantRoute(api, removeEvidenceOperation, async (call) => {
      const { tenant, param } = call;
      const [id, evidenceId] = [param('id'), param('evidence_id')];
      const removed = await exceptions.removeEvidence(tenant, id, evidenceId, workerOf(call));
      if (!removed) throw noSuchEvidence();
      return { status: 204 };
    }),
  ];
}

function noSuchEvidence(): Problem {
  return new Problem('not_found', 'The exception has no such evidence.');
}
