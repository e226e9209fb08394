import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { readLink } from '../../../platform/sealing/signed-links.ts';
import type { PhotosOutcome } from '../../../reactions/exceptions/index.ts';
import { formSlots } from '../../kit/bodies/form-slots.ts';
import { Aborted } from '../../kit/bodies/json-body.ts';
import { isMultipart } from '../../kit/bodies/read-parts.ts';
import type { Route } from '../../kit/route.ts';
import { sendJson } from '../tracking/answers.ts';
import { admits, type Visit, visitOf } from '../tracking/visitor.ts';
import type { TroubleWord } from './panel/panel-view.ts';
import { PRIVATE } from './personal-page.ts';
import { readPhotos, type SentPhotos } from './read-photos.ts';
import {
  again,
  type DeliveryRequestDeps,
  goBack,
  type Opened,
  opened,
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
  const holderOf = (token: string) => {
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
        await readPhotos(request, given, { holderOf, slots }, (sent) => answer(deps, visit, sent));
      } catch (error) {
        if (!(error instanceof Aborted)) throw error;
        response.destroy();
      }
    },
  };
}

async function answer(deps: DeliveryRequestDeps, visit: Visit, sent: SentPhotos): Promise<void> {
  const { token, photos, fault } = sent;
  const form = { kind: 'form', form: new URLSearchParams() } as const;
  const body = sent.kind === 'form' ? form : ({ kind: 'json', value: null } as const);
  const open = await opened(deps, visit, body, token ?? visit.context.query.get('t'));
  if (open === null) return;
  const { tenant, shipment } = open.holder;
  const outcome =
    fault === null
      ? await deps.personal.service.addPhotos({ tenant, shipmentId: shipment.id }, photos)
      : null;
  if (outcome?.outcome === 'added') {
    if (sent.kind === 'form') goBack(open, 'photos');
    else sendJson(visit, 201, JSON.stringify({ added: outcome.added }), PRIVATE['cache-control']);
    return;
  }
  const word = fault ?? WORDS[outcome?.outcome ?? 'not_offered'];
  if (sent.kind === 'bytes') throw problemOf(word);
  await refuse(deps, open, word);
}

const WORDS = {
  none: 'photo_none',
  unknown_type: 'photo_type',
  too_many: 'photo_many',
  not_offered: 'not_offered',
} as const satisfies Record<Exclude<PhotosOutcome['outcome'], 'added'>, TroubleWord>;

async function refuse(deps: DeliveryRequestDeps, open: Opened, word: TroubleWord): Promise<void> {
  await again(deps, open, troubleOf('photos', word, new URLSearchParams()));
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
