import { z } from 'zod';
import {
  jsonAnswer,
  jsonOf,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleInstance,
} from '../../sandbox-kit/index.ts';
import { detailOf } from './detail.ts';
import { errorAnswer, errorOf, numberError } from './errors.ts';

/** Numbers a call (a public client quoting the 3.2 description). */
const NUMBERS_MAX = 35;
/** Strict: a member that is not documented spoils the whole request. */
const REQUEST = z
  .array(
    z.strictObject({
      trackingNumber: z.string().regex(/^[A-Za-z0-9]{5,34}$/),
      destinationZIPCode: z
        .string()
        .regex(/^\d{5}$/)
        .optional(),
      mailingDate: z.iso.date().optional(),
    }),
  )
  .min(1)
  .max(NUMBERS_MAX);

type Found =
  | { readonly ok: true; readonly element: object }
  | ({ readonly ok: false; readonly number: string } & ReturnType<typeof numberError>);

/**
 * `POST /tracking/v3r2/tracking`: an array in, an array out, 207 when some failed. A single number
 * that fails is answered as in v3, with an error for the whole.
 */
export function answerTrack(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
  const read = REQUEST.safeParse(jsonOf(request));
  if (!isJson || !read.success) return errorAnswer('malformed', request);
  const found = read.data.map(({ trackingNumber }) => answerFor(trackingNumber, world));
  const [first] = found;
  if (found.length === 1 && first?.ok === false) {
    return errorOf(first.status, first.error, request);
  }
  const elements = found.map((each) =>
    each.ok
      ? each.element
      : { trackingNumber: each.number, statusCode: String(each.status), error: each.error },
  );
  return jsonAnswer(found.every(({ ok }) => ok) ? 200 : 207, elements);
}

/** The newest instance that was scanned; for one without scans, why it has no data. */
function answerFor(number: string, world: SandboxWorld): Found {
  const lives = world.parcel(number)?.lives ?? [];
  const shown = lives.findLast(({ events }) => events.length > 0);
  const refusal = lives.length === 0 ? '150002' : refusalOf(lives);
  if (shown !== undefined && refusal === null) {
    return { ok: true, element: detailOf(number, shown) };
  }
  return { ok: false, number, ...numberError(refusal ?? '150001') };
}

function refusalOf(lives: readonly VisibleInstance[]): string | null {
  return lives.at(-1)?.details['refused'] ?? null;
}
