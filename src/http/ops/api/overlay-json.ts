import { Problem } from '../../../kernel/errors.ts';
import { iso, type StoredOverlay } from '../../../tracking/index.ts';
import type { Answer } from '../../answer.ts';
import type { replaceOverlay } from '../mapping-orders.ts';
import { jobJson } from './job-json.ts';

/** Throws a 404 where there is none, or where it was taken away. */
export function overlayJson(carrier: string, overlay: StoredOverlay | null) {
  if (overlay === null || overlay.text.trim() === '') {
    throw new Problem('not_found', `There is no overlay for ${carrier}.`);
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
  return { status: 200, body: { ...stored, job: stored.job && jobJson(stored.job) } };
}
