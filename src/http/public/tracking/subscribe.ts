import {
  isSubscriptionChannel,
  normalizedAddress,
  ONLY_MAIL,
  type SubscriptionChannel,
  type SubscriptionOffers,
} from '../../../reactions/notifications/index.ts';
import type { PublicTrack, PublicTrackRow } from '../../../tracking/ports/public-tracks.ts';
import type { Route } from '../../kit/route.ts';
import { readPageForm } from '../personal-link/form-or-json.ts';
import { tenantOf } from './brand-styles.ts';
import type { Outcome } from './pages/outcome-page.tsx';
import { EMAIL_CHARS_MAX } from './pages/parts/subscribe-form.tsx';
import { type Update, updatesAhead } from './pages/view/updates.ts';
import {
  admits,
  answerUnknownNumber,
  pageOf,
  sendPage,
  type VisitorDeps,
  visitOf,
} from './visitor.ts';

/** What the page's form submits. The outcome never reveals whether the parcel exists. */
export interface SubscribeRequest {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly channel: SubscriptionChannel;
  readonly address: string;
  /** Notify about every step, instead of important ones only. */
  readonly every: boolean;
  readonly locale: string;
  readonly clientIp: string;
}

type SubscribeOutcome =
  | { readonly outcome: 'asked' }
  /** The same whether or not a code was sent; the code is submitted with the ticket. */
  | { readonly outcome: 'code'; readonly ticket: string }
  | { readonly outcome: 'invalid' }
  | { readonly outcome: 'off' }
  | { readonly outcome: 'too_many'; readonly retryAfterS: number };

export type Subscribe = (wanted: SubscribeRequest) => Promise<SubscribeOutcome>;

/** Channels besides email offered on a parcel's page. */
export type OffersOf = (parcel: {
  readonly carrier: string;
  readonly trackingNumber: string;
}) => Promise<SubscriptionOffers>;

export interface EnteredCode {
  readonly ticket: string;
  readonly code: string;
  readonly clientIp: string;
}

/**
 * Confirms an SMS subscription. A wrong code and a code for an untracked number give the same
 * outcome.
 */
export type EnterCode = (entered: EnteredCode) => Promise<CodeOutcome>;

type CodeOutcome =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'too_many'; readonly retryAfterS: number };

interface Subscribing {
  readonly subscribe: Subscribe;
  readonly enterCode?: EnterCode | undefined;
  readonly offersOf?: OffersOf | undefined;
}

/** A phone number as people write it, or a browser's push subscription. */
const ADDRESS_CHARS_MAX = { email: EMAIL_CHARS_MAX, sms: 40, push: 4_000 } as const;
/** High, because each request may send a mail to somebody who did not ask for it. */
const SUBSCRIBE_COST = 60;
/** Rejects obvious non-addresses; only a mail can tell whether an address exists. */
const EMAIL = /^[^\s@<>()[\]\\,;:"]{1,64}@(?:[^\s@<>()[\]\\,;:".]+\.)+[^\s@<>()[\]\\,;:".]+$/;

/** Longer than any ticket, and than any code including the separators people type. */
const [TICKET_CHARS_MAX, CODE_CHARS_MAX] = [200, 20];

const PATH = '/track/:carrier/:tracking_number/subscribe';

/** The subscription form and its submission; both respond with a page. */
export function subscribeRoutes(deps: VisitorDeps, subscribing: Subscribing): readonly Route[] {
  const { enterCode } = subscribing;
  return [
    formRoute(deps, subscribing),
    submitRoute(deps, subscribing),
    ...(enterCode === undefined ? [] : [codeRoute(deps, enterCode)]),
  ];
}

function formRoute(deps: VisitorDeps, { offersOf }: Subscribing): Route {
  return {
    method: 'GET',
    path: PATH,
    hot: false,
    async handler(request, response, context) {
      const visit = { ...visitOf(request, response, context), json: false };
      if (!admits(deps, visit)) return;
      const { carrier = '', tracking_number: number = '' } = context.params;
      const row = await findRow(deps, carrier, number);
      if (row === undefined) {
        answerUnknownNumber(deps, visit, number);
        return;
      }
      const trackingNumber = row.trackingNumber;
      const updates = updatesFor(row);
      const offers = (await offersOf?.({ carrier, trackingNumber })) ?? ONLY_MAIL;
      const outcome =
        updates.length === 0
          ? ({ what: 'subscribe_off' } as const)
          : ({ what: 'subscribe', offers, updates } as const);
      const style = await deps.styles(tenantOf(row), pageOf(deps.pages, visit).language);
      sendPage(deps, visit, { status: 200, style }, (page) =>
        deps.pages.outcome(page, outcome, { carrier, number }),
      );
    },
  };
}

async function findRow({ lookup }: VisitorDeps, carrier: string, number: string) {
  return (await lookup.find(number)).find((each) => each.carrier === carrier);
}

/** The updates that can still occur; an unknown parcel is answered like one that is on its way. */
function updatesFor(row: PublicTrackRow | undefined): readonly Update[] {
  return updatesAhead(row === undefined ? 'created' : (JSON.parse(row.body) as PublicTrack).status);
}

function submitRoute(deps: VisitorDeps, { subscribe }: Subscribing): Route {
  return {
    method: 'POST',
    path: PATH,
    hot: false,
    async handler(request, response, context) {
      const visit = { ...visitOf(request, response, context), json: false };
      if (!admits(deps, visit, SUBSCRIBE_COST)) return;
      const form = await readPageForm(request);
      const { carrier = '', tracking_number: number = '' } = context.params;
      const { language } = pageOf(deps.pages, visit);
      const row = await findRow(deps, carrier, number);
      const trackingNumber = row?.trackingNumber ?? number;
      const { clientIp } = context;
      const parcel = { carrier, trackingNumber, locale: language, clientIp };
      const { status, outcome } = await subscribeFromForm(subscribe, form, parcel, updatesFor(row));
      const style = row === undefined ? null : await deps.styles(tenantOf(row), language);
      sendPage(deps, visit, { status, style }, (page) =>
        deps.pages.outcome(page, outcome, { carrier, number }),
      );
    },
  };
}

/** Takes the code from an SMS in the body, so that it never appears in access logs. */
function codeRoute(deps: VisitorDeps, enterCode: EnterCode): Route {
  return {
    method: 'POST',
    path: `${PATH}/code`,
    hot: false,
    async handler(request, response, context) {
      const visit = { ...visitOf(request, response, context), json: false };
      if (!admits(deps, visit)) return;
      const form = await readPageForm(request);
      const { carrier = '', tracking_number: number = '' } = context.params;
      const row = await findRow(deps, carrier, number);
      const ticket = (form.get('ticket') ?? '').slice(0, TICKET_CHARS_MAX);
      const typed = (form.get('code') ?? '').slice(0, CODE_CHARS_MAX);
      const code = typed.replaceAll(/[\s.-]/g, '');
      const result = await enterCode({ ticket, code, clientIp: context.clientIp });
      const { language } = pageOf(deps.pages, visit);
      const style = row === undefined ? null : await deps.styles(tenantOf(row), language);
      sendPage(deps, visit, { ...statusAndHeaders(result), style }, (page) =>
        deps.pages.outcome(page, codePageOutcome(result, ticket), { carrier, number }),
      );
    },
  };
}

function statusAndHeaders(result: CodeOutcome) {
  if (result.outcome !== 'too_many') return { status: result.outcome === 'done' ? 200 : 422 };
  return { status: 429, headers: { 'retry-after': String(result.retryAfterS) } };
}

/** After too many attempts the ticket stays valid: the code may be the right one. */
function codePageOutcome(result: CodeOutcome, ticket: string): Outcome {
  if (result.outcome === 'done') return { what: 'code_done' };
  const trouble = result.outcome === 'wrong' ? 'wrong' : { waitS: result.retryAfterS };
  return { what: 'code', ticket, trouble };
}

/** Subscribes the form's address; returns the status and content of the page that answers. */
async function subscribeFromForm(
  subscribe: Subscribe,
  form: URLSearchParams,
  parcel: Omit<SubscribeRequest, 'channel' | 'address' | 'every'>,
  updates: readonly Update[],
): Promise<{ readonly status: number; readonly outcome: Outcome }> {
  if (updates.length === 0) return { status: 409, outcome: { what: 'subscribe_off' } };
  const address = (form.get('address') ?? '').trim();
  const requestedChannel = form.get('channel') ?? 'email';
  const channel = isSubscriptionChannel(requestedChannel) ? requestedChannel : 'email';
  const wrong = {
    status: 422,
    outcome: { what: 'subscribe_wrong', channel, address, updates },
  } as const;
  if (address.length > ADDRESS_CHARS_MAX[channel] || !isAddress(channel, address)) return wrong;
  const every = form.get('every') === 'yes';
  const result = await subscribe({ ...parcel, channel, address, every });
  switch (result.outcome) {
    case 'code':
      return { status: 202, outcome: { what: 'code', ticket: result.ticket, trouble: null } };
    case 'asked':
      return {
        status: 202,
        outcome: { what: channel === 'email' ? 'subscribed' : 'subscribed_here' },
      };
    case 'invalid':
      return wrong;
    case 'off':
      return { status: 409, outcome: { what: 'subscribe_off' } };
    case 'too_many':
      return { status: 429, outcome: { what: 'subscribe_off' } };
  }
}

function isAddress(channel: SubscriptionChannel, address: string): boolean {
  if (channel === 'email') return EMAIL.test(address);
  // Browsers send their push service's endpoint; tokens of apps are registered elsewhere.
  if (channel === 'push' && !address.startsWith('{')) return false;
  return normalizedAddress(channel, address) !== null;
}
