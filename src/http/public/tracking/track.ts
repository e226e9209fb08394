import type { IncomingMessage } from 'node:http';
import { brandingTag } from '../../../merchants/index.ts';
import { versionOf } from '../../../reactions/live/index.ts';
import type { ShopViews } from '../../../shops/index.ts';
import {
  cacheTag,
  type PublicTrack,
  type PublicTrackRow,
} from '../../../tracking/ports/public-tracks.ts';
import { RESERVED_NUMBER } from '../../api/shipments/input-schema.ts';
import type { Handler, RequestContext } from '../../kit/route.ts';
import { linkHolder } from '../personal-link/link-holder.ts';
import {
  answerBrokenLink,
  answerPersonalPage,
  type PersonalDeps,
} from '../personal-link/personal-page.ts';
import { sendChoicesJson, sendHtml, sendJson, sendTrackJson } from './answers.ts';
import { tenantOf } from './brand-styles.ts';
import { dueAt, trackPath } from './pages/tracking-pages.tsx';
import {
  admits,
  answerUnknownNumber,
  pageOf,
  sendPage,
  type Visit,
  type VisitorDeps,
  visitOf,
} from './visitor.ts';

interface TrackDeps extends VisitorDeps {
  /** Use cases behind personal links; null: none. */
  readonly personal: PersonalDeps | null;
  /** How the shop of a parcel appears; absent: as its merchant. */
  readonly brandOf?: ShopViews['brandOf'] | undefined;
}

/**
 * `GET /track/:tracking_number` and `GET /track/:carrier/:tracking_number`: a page, or JSON when
 * requested and under `/v1`. The same number with several carriers: 300 with the choices.
 */
export function trackHandler(deps: TrackDeps): Handler {
  return async (request, response, context) => {
    const visit = visitOf(request, response, context);
    if (!admits(deps, visit)) return;
    const { tracking_number: number = '', carrier } = context.params;
    const found = number.toLowerCase() === RESERVED_NUMBER ? [] : await deps.lookup.find(number);
    const rows = carrier === undefined ? found : found.filter((row) => row.carrier === carrier);
    const [row] = rows;
    if (row === undefined) await answerNoParcel(deps, visit, number);
    else if (rows.length > 1) answerChoices(deps, visit, rows);
    else if (visit.json && hasToken(request, context)) sendJson(visit, 200, row.body);
    else if (visit.json) {
      sendTrackJson(request, response, row, {
        versioned: context.versioned,
        maxAgeS: deps.sharedMaxAgeS ?? row.maxAgeS,
      });
    } else await answerPage(deps, visit, row);
  };
}

/**
 * A personal link of a deleted parcel gets an answer that says so; without a link, the number is
 * simply unknown.
 */
async function answerNoParcel(deps: TrackDeps, visit: Visit, number: string): Promise<void> {
  const token = visit.context.query.get('t');
  const { carrier = '' } = visit.context.params;
  if (visit.json || deps.personal === null || token === null) {
    answerUnknownNumber(deps, visit, number);
    return;
  }
  const holder = await linkHolder(deps.personal, token, { number, carrier });
  // The link's parcel still exists but nobody tracks this number, so the link is for another
  // number.
  if (holder.kind === 'gone') answerBrokenLink(deps, visit, { carrier, number }, 'gone');
  else answerUnknownNumber(deps, visit, number);
}

/** A response to a URL with a token is never cached, even when the token is invalid. */
function hasToken({ url }: IncomingMessage, context: RequestContext): boolean {
  return url?.includes('?') === true && context.query.has('t');
}

async function answerPage(deps: TrackDeps, visit: Visit, row: PublicTrackRow): Promise<void> {
  const { pages, sharedMaxAgeS, personal, canSubscribe } = deps;
  const token = visit.context.query.get('t');
  if (token !== null) {
    await answerPersonalPage(deps, personal, visit, row, token);
    return;
  }
  const plain = pageOf(pages, visit);
  const tenant = tenantOf(row);
  const brand = tenant === null ? undefined : deps.brandOf?.(tenant, row);
  const style = await deps.styles(tenant, plain.language, brand);
  const page = { ...plain, style };
  const version = versionOf(row.etag);
  const track = JSON.parse(row.body) as PublicTrack;
  const due = dueAt(track, deps.clock.nowMs(), deps.lastDelivery(row.carrier));
  const isTest = row.mode === 'test';
  // Links on the page repeat the URL and whether a language was chosen.
  const chosen = page.query.has('lang') ? '.' : '';
  const styleSuffix = style === null ? '' : `-${style.revision}`;
  const etag = `"${version}-${pages.revision}-${page.language}${chosen}${styleSuffix}-${due.day}${due.before ?? ''}${isTest ? '-test' : ''}"`;
  const answer = {
    status: 200,
    language: page.language,
    contentSecurityPolicy: pages.assets.contentSecurityPolicy(style),
    cache: {
      etag,
      maxAgeS: sharedMaxAgeS ?? row.maxAgeS,
      tag: cacheTags(row, sharedMaxAgeS === null ? null : tenant),
    },
  };
  sendHtml(visit.request, visit.response, answer, () =>
    pages.track(page, track, version, { canSubscribe, due, isTest }),
  );
}

/**
 * A page changes with its parcel and with its merchant's branding, including when a branding is
 * first set.
 *
 * @param tenant null when no cache is notified of either: then no tag needs to name the merchant.
 */
function cacheTags(row: PublicTrackRow, tenant: ReturnType<typeof tenantOf>): string {
  const tag = cacheTag(row.carrier, row.trackingNumber);
  return tenant === null ? tag : `${tag},${brandingTag(tenant.merchantId)}`;
}

function answerChoices(deps: VisitorDeps, visit: Visit, rows: readonly PublicTrackRow[]): void {
  if (visit.json) {
    sendChoicesJson(visit, carrierChoices(deps, visit, rows));
    return;
  }
  const number = rows[0]?.trackingNumber ?? '';
  const carriers = rows.map(({ carrier }) => carrier);
  sendPage(deps, visit, { status: 300 }, (page) =>
    deps.pages.carrierChoices(page, number, carriers),
  );
}

/** @param end of the URL path, such as `/live`. */
export function carrierChoices(
  { publicUrl }: Pick<VisitorDeps, 'publicUrl'>,
  { context }: Visit,
  rows: readonly PublicTrackRow[],
  end = '',
): { choices: { carrier: string; url: string }[] } {
  const base = publicUrl() + (context.versioned ? '/v1' : '');
  const choices = rows.map(({ carrier, trackingNumber: number }) => ({
    carrier,
    url: `${base}${trackPath(carrier, number)}${end}`,
  }));
  return { choices };
}
