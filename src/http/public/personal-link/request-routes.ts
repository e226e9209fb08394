import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import type {
  SelfService,
  SelfServiceOutcome,
  SelfServiceSubject,
} from '../../../reactions/exceptions/index.ts';
import type { PublicTrackRow } from '../../../tracking/ports/public-tracks.ts';
import { isForm } from '../../kit/bodies/form-body.ts';
import type { Handler, RequestContext, Route } from '../../kit/route.ts';
import { invalidMember, parseBody } from '../../kit/validation.ts';
import { sendJson } from '../tracking/answers.ts';
import { trackPath } from '../tracking/pages/tracking-pages.tsx';
import {
  admits,
  answerUnknownNumber,
  type Visit,
  type VisitorDeps,
  visitOf,
} from '../tracking/visitor.ts';
import { readSent, type Sent } from './form-or-json.ts';
import { type BrokenLink, type LinkHolder, linkHolder } from './link-holder.ts';
import type { PanelForm, Trouble, TroubleWord } from './panel/panel-view.ts';
import {
  answerBrokenLink,
  type PersonalDeps,
  PRIVATE,
  personalParts,
  sendPersonalPage,
} from './personal-page.ts';
import {
  addressRequest,
  fieldsOf,
  formMembers,
  redirectionRequest,
  rescheduleRequest,
  toAddressRequest,
  toRedirectionRequest,
  toRescheduleRequest,
  valuesOf,
} from './schema.ts';

export type DeliveryRequestDeps = VisitorDeps & { readonly personal: PersonalDeps };

/**
 * A request costs the merchant a call, and tokens could be guessed: expensive, but never a limit
 * for a person.
 */
const DELIVERY_REQUEST_COST = 20;
/** Most carrier outages last about a minute. */
const RETRY_AFTER_S = 60;

interface DeliveryRequestKind<S extends z.ZodType> {
  readonly to: string;
  readonly form: PanelForm;
  readonly schema: S;
  readonly act: (
    service: SelfService,
    subject: SelfServiceSubject,
    body: z.output<S>,
  ) => Promise<SelfServiceOutcome>;
}

/** Requests by holders of personal links: plain forms, or JSON for programs. */
export function deliveryRequestRoutes(deps: DeliveryRequestDeps): readonly Route[] {
  const route = <S extends z.ZodType>(kind: DeliveryRequestKind<S>): Route => ({
    method: 'POST',
    path: `/track/:carrier/:tracking_number/${kind.to}`,
    hot: false,
    handler: deliveryRequestHandler(deps, kind),
  });
  return [
    route({
      to: 'reschedule',
      form: 'reschedule',
      schema: rescheduleRequest,
      act: (service, subject, body) => service.reschedule(subject, toRescheduleRequest(body)),
    }),
    route({
      to: 'redirect',
      form: 'redirect',
      schema: redirectionRequest,
      act: (service, subject, body) => service.redirect(subject, toRedirectionRequest(body)),
    }),
    route({
      to: 'confirm-address',
      form: 'address',
      schema: addressRequest,
      act: (service, subject, body) => service.confirmAddress(subject, toAddressRequest(body)),
    }),
  ];
}

function deliveryRequestHandler<S extends z.ZodType>(
  deps: DeliveryRequestDeps,
  kind: DeliveryRequestKind<S>,
): Handler {
  return async (request, response, context) => {
    const opened = await openLink(deps, request, response, context);
    if (opened === null) return;
    const { visit, sent, holder } = opened;
    const subject = { tenant: holder.tenant, shipmentId: holder.shipment.id };
    if (sent.kind === 'json') {
      const body = parseBody(kind.schema, sent.value);
      const outcome = await actWithRetries(deps.personal, subject, () =>
        kind.act(deps.personal.service, subject, body),
      );
      sendJson(visit, 202, JSON.stringify(acceptedOrThrow(outcome)), PRIVATE['cache-control']);
      return;
    }
    const read = kind.schema.safeParse(formMembers(sent.form), { reportInput: true });
    if (!read.success) {
      const fields = fieldsOf(read.error.issues, sent.form);
      await showFormAgain(deps, opened, troubleOf(kind.form, 'invalid', sent.form, fields));
      return;
    }
    const outcome = await actWithRetries(deps.personal, subject, () =>
      kind.act(deps.personal.service, subject, read.data),
    );
    if (outcome.outcome === 'accepted') redirectToPage(opened);
    else await showFormAgain(deps, opened, outcomeTrouble(kind.form, outcome, sent.form));
  };
}

/** A second click waits for the first one's answer, and is then the same request. */
const CHECK_EVERY_MS = 500;
const WAIT_MS_MAX = 12_000;

/** Repeats `act` while another request for the same parcel waits for the carrier. */
async function actWithRetries(
  { service, wait = sleep }: PersonalDeps,
  subject: SelfServiceSubject,
  act: () => Promise<SelfServiceOutcome>,
): Promise<SelfServiceOutcome> {
  for (let waitedMs = 0; ; waitedMs += CHECK_EVERY_MS) {
    const outcome = await act();
    if (outcome.outcome !== 'unavailable' || waitedMs >= WAIT_MS_MAX) return outcome;
    const offers = await service.offers(subject);
    // A carrier that is down is not called again for the same click.
    if (!offers?.deliveryRequests?.some(({ state }) => state === 'asking')) return outcome;
    await wait(CHECK_EVERY_MS);
  }
}

/** A request by the holder of a valid link for the parcel it names. */
export interface Opened {
  readonly visit: Visit;
  readonly sent: Sent;
  readonly holder: LinkHolder & { readonly kind: 'holder' };
}

/**
 * Reads a request with a personal link and checks the link. Null: the response has been sent,
 * because the link is invalid or there were too many requests.
 */
export async function openLink(
  deps: DeliveryRequestDeps,
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
): Promise<Opened | null> {
  for (const [name, value] of Object.entries(PRIVATE)) response.setHeader(name, value);
  const visit = { ...visitOf(request, response, context), json: !isForm(request) };
  if (!admits(deps, visit, DELIVERY_REQUEST_COST)) return null;
  const sent = await readSent(request);
  return checkLink(deps, visit, sent, tokenOf(sent) ?? context.query.get('t'));
}

/** Checks the link, once the body has been read. Null: it is invalid; the response has been sent. */
export async function checkLink(
  deps: DeliveryRequestDeps,
  visit: Visit,
  sent: Sent,
  token: string | null,
): Promise<Opened | null> {
  const { carrier, tracking_number: number = '' } = visit.context.params;
  const holder =
    token === null
      ? ({ kind: 'forged' } as const)
      : await linkHolder(deps.personal, token, { carrier, number });
  if (holder.kind === 'holder') return { visit, sent, holder };
  if (sent.kind === 'json') throw linkProblem(holder.kind);
  answerBrokenLink(deps, visit, { carrier: carrier ?? '', number }, holder.kind);
  return null;
}

function tokenOf(sent: Sent): string | null {
  if (sent.kind === 'form') return sent.form.get('t');
  const { value } = sent;
  const t = typeof value === 'object' && value !== null && 't' in value ? value.t : null;
  return typeof t === 'string' ? t : null;
}

function linkProblem(kind: BrokenLink): Problem {
  switch (kind) {
    case 'expired':
      return new Problem('link_expired', 'tracking.linkExpiredOrSuperseded');
    case 'gone':
      return new Problem('link_expired', 'tracking.linkedParcelDeleted');
    case 'other':
      return new Problem('link_refused', 'tracking.linkForOtherParcel');
    case 'forged':
      return new Problem('link_refused', 'tracking.linkIncomplete');
  }
}

/** Redirects to the page by its own URL, so that a reload submits no form. */
export function redirectToPage({ visit, holder }: Opened, at = 'self'): void {
  const { carrier, trackingNumber } = holder.shipment;
  const query = new URLSearchParams({ t: holder.token });
  const lang = visit.context.query.get('lang');
  if (lang !== null) query.set('lang', lang);
  const location = `${trackPath(carrier, trackingNumber)}?${query}#${at}`;
  visit.response.writeHead(303, { location, ...PRIVATE }).end();
}

/** Sends the page with the form as filled in, and its errors. */
export async function showFormAgain(
  deps: DeliveryRequestDeps,
  opened: Opened,
  trouble: Trouble,
): Promise<void> {
  const { visit, holder } = opened;
  const { carrier, trackingNumber } = holder.shipment;
  const found = await deps.lookup.find(trackingNumber);
  const row: PublicTrackRow | undefined = found.find((each) => each.carrier === carrier);
  if (row === undefined) answerUnknownNumber(deps, visit, trackingNumber);
  else {
    const own = await personalParts(deps.personal, holder, trouble);
    await sendPersonalPage(deps, visit, row, holder, own);
  }
}

export function troubleOf(
  form: PanelForm,
  word: TroubleWord,
  sent: URLSearchParams,
  fields: Trouble['fields'] = {},
): Trouble {
  return { form, word, fields, values: valuesOf(sent) };
}

type NotAccepted = Exclude<SelfServiceOutcome, { readonly outcome: 'accepted' }>;

/** Reasons from carriers and use cases are in English; the page has its own texts for each kind. */
function outcomeTrouble(form: PanelForm, outcome: NotAccepted, sent: URLSearchParams): Trouble {
  if (outcome.outcome === 'not_found') return troubleOf(form, 'too_late', sent);
  if (outcome.outcome !== 'invalid') return troubleOf(form, outcome.outcome, sent);
  const field = outcome.pointer.split('/').at(-1) ?? '';
  const word = field === 'date' ? 'day_gone' : 'invalid';
  return troubleOf(form, word, sent, field === '' ? {} : { [field]: 'invalid' });
}

function acceptedOrThrow(outcome: SelfServiceOutcome): { outcome: 'accepted'; by: string } {
  switch (outcome.outcome) {
    case 'accepted':
      return { outcome: outcome.outcome, by: outcome.by };
    case 'refused':
      throw new Problem('redirect_refused', {
        'exceptions.carrierRefused': { reason: outcome.reason },
      });
    case 'not_offered':
      throw new Problem('not_offered', outcome.reason);
    case 'already_accepted':
    case 'too_late':
      throw new Problem('conflict', outcome.reason);
    case 'invalid':
      throw invalidMember(outcome.pointer, outcome.reason, outcome.fix);
    case 'not_found':
      throw new Problem('not_found', 'tracking.parcelGone');
    case 'unavailable':
      throw new Problem('carrier_unavailable', 'tracking.carrierNotAnswering', {
        retryAfterS: Math.max(1, Math.ceil(outcome.retryAfterS || RETRY_AFTER_S)),
      });
  }
}
