import {
  jsonAnswer,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleInstance,
} from '../../sandbox-kit/index.ts';
import { errorAnswer } from './errors.ts';
import { packageOf, type Wanted } from './package.ts';

export const TRACK_PATH = /^\/api\/track\/v1\/details\/([^/]+)$/;
const NUMBER = /^[A-Za-z0-9]{7,34}$/;
/** Kept for so long, then gone (Tracking.yaml). */
const RETENTION_MS = 120 * 86_400_000;

/**
 * `GET /api/track/v1/details/{inquiryNumber}`: one number, answered by its shipment's packages.
 * "Not found" is mostly a warning in an answer of 200, and a 404 as documented now and then.
 */
export function answerTrack(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const number = TRACK_PATH.exec(request.path)?.[1] ?? '';
  if (!NUMBER.test(number)) return errorAnswer('invalidNumber');
  const lives = (world.parcel(number)?.lives ?? []).filter(
    ({ events }) => (events.at(-1)?.atMs ?? 0) > world.nowMs - RETENTION_MS,
  );
  if (lives.some(({ details }) => details['missing'] === '404')) return errorAnswer('notFound');
  const wanted = wantedOf(request.query);
  const shipment = [...lives]
    .reverse()
    .map((life) => ({ inquiryNumber: number, package: packagesOf(number, life, wanted) }));
  return jsonAnswer(200, {
    trackResponse: { shipment: shipment.length > 0 ? shipment : [notFound(number)] },
  });
}

function notFound(inquiryNumber: string) {
  const warnings = [{ code: 'TW0001', message: 'Tracking Information Not Found' }];
  return { inquiryNumber, warnings };
}

/** Flags are texts, and `false` when they are left out. */
function wantedOf(query: URLSearchParams): Wanted {
  return {
    signature: query.get('returnSignature') === 'true',
    proof: query.get('returnPOD') === 'true',
  };
}

/** A sibling comes along, a scan behind and first in the list. */
function packagesOf(number: string, life: VisibleInstance, wanted: Wanted) {
  const own = packageOf(number, life, wanted);
  const sibling = life.details['sibling'];
  if (sibling === undefined) return [own];
  return [packageOf(sibling, { ...life, events: life.events.slice(0, -1) }, wanted), own];
}
