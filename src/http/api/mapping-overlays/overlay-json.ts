import type { IncomingMessage } from 'node:http';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { iso, type StoredOverlay } from '../../../tracking/index.ts';
import type { Answer } from '../../kit/answer.ts';
import { invalidMember } from '../../kit/validation.ts';
import { jobJson } from '../mappings/job-json.ts';
import type { replaceOverlay } from '../mappings/orders.ts';

/**
 * The state that a PUT or DELETE expects the overlay to be in, from its body or If-Match; throws a
 * 412 when it differs already. A change between this check and the write is caught by the write.
 */
export function expectationOf(
  request: IncomingMessage,
  overlay: StoredOverlay | null,
  sent: number | undefined,
): { expectedGeneration: number | undefined; ifMatch: boolean } {
  const header = request.headers['if-match']?.trim();
  if (header === undefined) return { expectedGeneration: sent, ifMatch: false };
  const tags = header.split(',').map((tag) => tag.trim());
  if (header !== '*' && !tags.every((tag) => TAG.test(tag))) {
    const fix = 'requests.sendEtagFromGet';
    throw invalidMember('If-Match', 'requests.notEntityTag', fix);
  }
  const generation = overlay?.generation ?? 0;
  if (generation === 0 || !(header === '*' || tags.includes(etagOf(generation)))) {
    const detail: ErrorText =
      generation === 0 ? 'mappings.noOverlay' : { 'mappings.generationMismatch': { generation } };
    throw new Problem('precondition_failed', detail, { extra: { generation } });
  }
  return { expectedGeneration: sent ?? generation, ifMatch: sent === undefined };
}

/** An entity tag; a weak one matches nothing. */
const TAG = /^(W\/)?"[^"]{0,100}"$/;

function etagOf(generation: number): string {
  return `"${generation}"`;
}

export function overlayAnswer(carrier: string, overlay: StoredOverlay | null): Answer {
  const body = overlayJson(carrier, overlay);
  return { status: 200, headers: { etag: etagOf(body.generation) }, body };
}

/** Throws a 404 when there is none, or it was removed. */
export function overlayJson(carrier: string, overlay: StoredOverlay | null) {
  if (overlay === null || overlay.text.trim() === '') {
    throw new Problem('not_found', { 'mappings.noOverlayForCarrier': { carrier } });
  }
  return {
    carrier,
    text: overlay.text,
    generation: overlay.generation,
    updated_at: iso(overlay.updatedAtMs),
    updated_by: overlay.updatedBy,
  };
}

export function storedJson(stored: Awaited<ReturnType<typeof replaceOverlay>>): Answer {
  const { generation, job } = stored;
  const headers = generation === 0 ? {} : { etag: etagOf(generation) };
  return { status: 200, headers, body: { ...stored, job: job && jobJson(job) } };
}
