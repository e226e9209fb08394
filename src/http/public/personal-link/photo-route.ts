import type { IncomingMessage } from 'node:http';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { readBody } from '../../../platform/net/read-body.ts';
import { readLink } from '../../../platform/sealing/signed-links.ts';
import { EVIDENCE_BYTES_MAX, type PhotosOutcome } from '../../../reactions/exceptions/index.ts';
import { type FormSlot, type FormSlots, formSlots } from '../../kit/bodies/form-slots.ts';
import { Aborted } from '../../kit/bodies/json-body.ts';
import { isMultipart, readParts } from '../../kit/bodies/read-parts.ts';
import type { Route } from '../../kit/route.ts';
import { sendJson } from '../tracking/answers.ts';
import { admits, type Visit, visitOf } from '../tracking/visitor.ts';
import type { TroubleWord } from './panel/panel-view.ts';
import { PRIVATE } from './personal-page.ts';
import {
  checkLink,
  type DeliveryRequestDeps,
  type Opened,
  redirectToPage,
  showFormAgain,
  troubleOf,
} from './request-routes.ts';

/** Costs more than a request: megabytes are read, sealed and stored. */
const PHOTOS_COST = 60;

/**
 * `POST /track/:carrier/:tracking_number/photos`: the recipient uploads photos of a damaged parcel.
 */
export function photoRoute(deps: DeliveryRequestDeps): Route {
  const slots = formSlots();
  const { keyring, clock } = deps.personal;
  const subjectOf = (token: string) => {
    const verdict = readLink(keyring, token, clock.nowMs());
    if (verdict.kind !== 'good' || verdict.claim.purpose !== 'self_service') return null;
    return verdict.claim.subject;
  };
  return {
    method: 'POST',
    path: '/track/:carrier/:tracking_number/photos',
    hot: false,
    async handler(request, response, context) {
      for (const [name, value] of Object.entries(PRIVATE)) response.setHeader(name, value);
      const visit = { ...visitOf(request, response, context), json: !isMultipart(request) };
      if (!admits(deps, visit, PHOTOS_COST)) return;
      const given = context.query.get('t');
      try {
        await readPhotos(request, given, { subjectOf, slots }, (sent) =>
          storePhotos(deps, visit, sent),
        );
      } catch (error) {
        if (!(error instanceof Aborted)) throw error;
        response.destroy();
      }
    },
  };
}

/** Stores the photos with the case, and sends the response. */
async function storePhotos(
  deps: DeliveryRequestDeps,
  visit: Visit,
  sent: SentPhotos,
): Promise<void> {
  const { token, photos, fault } = sent;
  const form = { kind: 'form', form: new URLSearchParams() } as const;
  const body = sent.kind === 'form' ? form : ({ kind: 'json', value: null } as const);
  const open = await checkLink(deps, visit, body, token ?? visit.context.query.get('t'));
  if (open === null) return;
  const { tenant, shipment } = open.holder;
  const outcome =
    fault === null
      ? await deps.personal.service.addPhotos({ tenant, shipmentId: shipment.id }, photos)
      : null;
  if (outcome?.outcome === 'added') {
    if (sent.kind === 'form') redirectToPage(open, 'photos');
    else sendJson(visit, 201, JSON.stringify({ added: outcome.added }), PRIVATE['cache-control']);
    return;
  }
  const word = fault ?? TROUBLE_WORDS[outcome?.outcome ?? 'not_offered'];
  if (sent.kind === 'bytes') throw problemOf(word);
  await showTrouble(deps, open, word);
}

const TROUBLE_WORDS = {
  none: 'photo_none',
  unknown_type: 'photo_type',
  too_many: 'photo_many',
  not_offered: 'not_offered',
} as const satisfies Record<Exclude<PhotosOutcome['outcome'], 'added'>, TroubleWord>;

async function showTrouble(
  deps: DeliveryRequestDeps,
  open: Opened,
  word: TroubleWord,
): Promise<void> {
  await showFormAgain(deps, open, troubleOf('photos', word, new URLSearchParams()));
}

function problemOf(word: TroubleWord): Problem {
  const invalid = (reason: ErrorText, fix: ErrorText) =>
    new Problem('invalid', reason, { errors: [{ pointer: '', reason, fix }] });
  switch (word) {
    case 'photo_none':
      return invalid('requests.bodyEmpty', 'tracking.sendRawPhoto');
    case 'photo_type':
      return invalid('tracking.notSupportedPhoto', 'tracking.useSupportedPhotoFormat');
    case 'photo_large':
      return new Problem('too_large', 'tracking.photoTooLarge');
    case 'photo_many':
      return new Problem('conflict', 'tracking.tooManyParcelPhotos');
    case 'photo_busy':
      return new Problem('rate_limited', 'tracking.tooManyConcurrentPhotos', { retryAfterS: 60 });
    default:
      return new Problem('not_offered', 'tracking.photosNotRequested');
  }
}

/** The complete upload, or the first reason why it cannot be used. */
interface SentPhotos {
  readonly kind: 'form' | 'bytes';
  /** Token of the personal link; null: none. */
  readonly token: string | null;
  readonly photos: readonly Uint8Array[];
  readonly fault: 'photo_large' | 'photo_many' | 'photo_busy' | null;
}

/** The maximum number of photos in one form. */
const PHOTOS_AT_ONCE_MAX = 5;
/** Total size of one form's photos, which stay in memory until sealed. */
const PHOTOS_BYTES_MAX = 20 * 1_048_576;
/**
 * Above this size a form is not read to its end: the sender sees a broken connection instead of a
 * page.
 */
const FORM_BYTES_MAX = 64 * 1_048_576;
const PHOTO_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp']);
const LIMITS = {
  fieldBytesMax: 1_000,
  fieldsMax: 10,
  fileBytesMax: EVIDENCE_BYTES_MAX,
  filesMax: PHOTOS_AT_ONCE_MAX,
  partsMax: 30,
  bytesMax: FORM_BYTES_MAX,
  tooLarge: { 'tracking.photosTooLarge': { bytes: PHOTOS_BYTES_MAX } },
} as const;

/**
 * The form of the page, or one photo as the body from a program, with the token in the query.
 * Without a signed link, not a byte is stored. File names and types are ignored. Throws `Problem`
 * for anything else.
 *
 * @param subjectOf identifies a token's link by signature alone, without a lookup; null: invalid.
 */
async function readPhotos<T>(
  request: IncomingMessage,
  queryToken: string | null,
  { subjectOf, slots }: { subjectOf: (token: string) => string | null; slots: FormSlots },
  use: (sent: SentPhotos) => Promise<T>,
): Promise<T> {
  let slot: FormSlot | null = null;
  const gate: UploadGate = {
    may(token) {
      const subject = token === null ? null : subjectOf(token);
      if (subject === null) return 'no';
      slot ??= slots.take(subject);
      return slot === null ? 'busy' : 'yes';
    },
    hasRoom: (bytes) => slot?.grow(bytes) === true,
  };
  try {
    const sent = isMultipart(request)
      ? await readForm(request, gate)
      : await readBytes(request, queryToken, gate);
    return await use(sent);
  } finally {
    (slot as FormSlot | null)?.free();
  }
}

interface UploadGate {
  /** Whether the holder of this token may upload now; `busy`: too many uploads at once. */
  may(token: string | null): 'yes' | 'busy' | 'no';
  /** Whether this many more bytes fit for that subject. */
  hasRoom(bytes: number): boolean;
}

async function readBytes(
  request: IncomingMessage,
  token: string | null,
  gate: UploadGate,
): Promise<SentPhotos> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  if (!PHOTO_TYPES.has(type.trim().toLowerCase())) {
    throw new Problem('unsupported_media_type', {
      'tracking.sendFormOrPhoto': { photoTypes: [...PHOTO_TYPES].join(', ') },
    });
  }
  const sent = { kind: 'bytes', token, photos: [], fault: null } as const;
  const may = gate.may(token);
  if (may === 'no') return sent;
  if (may === 'busy' || !gate.hasRoom(EVIDENCE_BYTES_MAX)) return { ...sent, fault: 'photo_busy' };
  const body = await readBody(request, EVIDENCE_BYTES_MAX);
  if (body.kind === 'aborted') throw new Aborted();
  if (body.kind === 'too_large') return { ...sent, fault: 'photo_large' };
  return { ...sent, photos: body.bytes.length === 0 ? [] : [body.bytes] };
}

/** Reads to the end if possible, even when too large: browsers show no response otherwise. */
async function readForm(request: IncomingMessage, gate: UploadGate): Promise<SentPhotos> {
  const photos: Buffer[] = [];
  let token: string | null = null;
  let fault: SentPhotos['fault'] = null;
  let bytesStored = 0;
  await readParts(request, LIMITS, {
    field(name, value) {
      if (name === 't') token ??= value;
    },
    tooMany() {
      fault ??= 'photo_many';
    },
    file() {
      const may = gate.may(token);
      if (may === 'busy') fault ??= 'photo_busy';
      const chunks: Buffer[] = [];
      return {
        data(chunk) {
          bytesStored += chunk.length;
          if (bytesStored > PHOTOS_BYTES_MAX) fault ??= 'photo_large';
          if (may === 'yes' && fault === null && !gate.hasRoom(chunk.length)) fault = 'photo_busy';
          if (may === 'yes' && fault === null) chunks.push(chunk);
          else chunks.length = 0;
        },
        // A file field left empty arrives as a file without bytes.
        end(isCut) {
          if (isCut) fault ??= 'photo_large';
          if (chunks.length > 0) photos.push(Buffer.concat(chunks));
        },
      };
    },
  });
  return { kind: 'form', token, photos: fault === null ? photos : [], fault };
}
