import { Problem } from '../../../kernel/errors.ts';
import {
  EVIDENCE_BYTES_MAX,
  EVIDENCE_MAX,
  EVIDENCE_TYPES,
  type Evidence,
  type EvidenceOutcome,
  type Exceptions,
} from '../../../reactions/exceptions/index.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import { evidenceJson, noSuchException, workerOf } from './answers.ts';
import { evidence } from './schema.ts';

const [mediaType, ...otherTypes] = EVIDENCE_TYPES;

/** Photos and documents of a case. */
export const exceptionEvidence = resource(
  { noun: 'exception', tag: 'Exceptions' },
  {
    add: {
      id: 'addEvidence',
      method: 'POST',
      path: '/exceptions/:id/evidence',
      summary: 'Add evidence to an exception',
      description: 'Stored sealed; identical files are stored once. At most 20 per exception.',
      scope: 'exceptions:write',
      file: {
        mediaTypes: [...EVIDENCE_TYPES],
        bytesMax: EVIDENCE_BYTES_MAX,
        description: 'The raw file, at most 8 MiB.',
      },
      answers: { 201: { description: 'Stored.', schema: evidence } },
      errors: ['conflict'],
    },
    download: {
      id: 'downloadEvidence',
      method: 'GET',
      path: '/exceptions/:id/evidence/:evidence_id',
      summary: 'Download evidence',
      scope: 'exceptions:read',
      params: { evidence_id: 'The evidence.' },
      answers: { 200: { description: 'The file.', mediaType, otherTypes } },
    },
    remove: {
      id: 'deleteEvidence',
      method: 'DELETE',
      path: '/exceptions/:id/evidence/:evidence_id',
      summary: 'Delete evidence',
      scope: 'exceptions:write',
      params: { evidence_id: 'The evidence.' },
      answers: { 204: { description: 'The file is destroyed.' } },
    },
  },
  (exceptions: Exceptions) => ({
    add: async (call) => {
      const { tenant, bytes, id } = call;
      const outcome = await exceptions.addEvidence(tenant, id, workerOf(call), bytes);
      return { status: 201, body: evidenceJson(addedEvidence(outcome)) };
    },
    download: async ({ tenant, id: caseId, param }) => {
      const found = await exceptions.readEvidence(tenant, caseId, param('evidence_id'));
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
    },
    remove: async (call) => {
      const { tenant, id, param } = call;
      const evidenceId = param('evidence_id');
      const removed = await exceptions.removeEvidence(tenant, id, evidenceId, workerOf(call));
      if (!removed) throw noSuchEvidence();
      return { status: 204 };
    },
  }),
);

/** The stored file; throws when it was refused. */
export function addedEvidence(outcome: EvidenceOutcome): Evidence {
  switch (outcome.kind) {
    case 'done':
      return outcome.evidence;
    case 'not_found':
      throw noSuchException();
    case 'too_many':
      throw new Problem('conflict', { 'exceptions.tooManyFiles': { evidenceMax: EVIDENCE_MAX } });
    case 'unknown_type':
      throw invalidMember(
        '',
        { 'exceptions.unsupportedFileType': { evidenceTypes: EVIDENCE_TYPES.join(', ') } },
        'exceptions.sendPhotoOrPdf',
      );
  }
}

function noSuchEvidence(): Problem {
  return new Problem('not_found', 'exceptions.noSuchEvidence');
}
