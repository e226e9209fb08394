import { versionOf } from '../../reactions/live/index.ts';
import type { PublicTrack, PublicTrackRow } from '../../tracking/index.ts';
import { trackPath } from '../pages/tracking-pages.tsx';
import type { Handler } from '../route.ts';
import { RESERVED_NUMBER } from '../schemas/shipment-input.ts';
import { cacheTag, sendChoicesJson, sendHtml, sendTrackJson } from './answers.ts';
import {
  admits,
  answerUnknownNumber,
  type DoorDeps,
  pageOf,
  sendPage,
  type Visit,
  visitOf,
} from './door.ts';

/**
 * `GET /track/:tracking_number` and `GET /track/:carrier/:tracking_number`: a page, or JSON for
 * who asks for it and under `/v1`. The same number with several carriers: 300 with the choices.
 */
export function trackHandler(deps: DoorDeps): Handler {
  return async (request, response, context) => {
    const visit = visitOf(request, response, context);
    if (!admits(deps, visit)) return;
    const { tracking_number: number = '', carrier } = context.params;
    const found = number.toLowerCase() === RESERVED_NUMBER ? [] : await deps.lookup.find(number);
    const rows = carrier === undefined ? found : found.filter((row) => row.carrier === carrier);
    const [row] = rows;
    if (row === undefined) answerUnknownNumber(deps, visit, number);
    else if (rows.length > 1) answerChoices(deps, visit, rows);
    else if (visit.json) sendTrackJson(request, response, row, context.versioned);
    else answerPage(deps, visit, row);
  };
}

function answerPage({ pages }: DoorDeps, visit: Visit, row: PublicTrackRow): void {
  const page = pageOf(pages, visit);
  const version = versionOf(row.etag);
  // Links on the page repeat the address and whether a language was chosen.
  const chosen = page.query.has('lang') ? '.' : '';
  const etag = `"${version}-${pages.revision}-${page.language}${chosen}"`;
  const answer = {
    status: 200,
    language: page.language,
    contentSecurityPolicy: pages.assets.contentSecurityPolicy,
    cache: { etag, maxAgeS: row.max_age_s, tag: cacheTag(row) },
  };
  sendHtml(visit.request, visit.response, answer, () =>
    pages.track(page, JSON.parse(row.body) as PublicTrack, version),
  );
}

function answerChoices(deps: DoorDeps, visit: Visit, rows: readonly PublicTrackRow[]): void {
  if (visit.json) {
    sendChoicesJson(visit, carrierChoices(deps, visit, rows));
    return;
  }
  const number = rows[0]?.tracking_number ?? '';
  const carriers = rows.map(({ carrier }) => carrier);
  sendPage(deps, visit, { status: 300 }, (page) =>
    deps.pages.carrierChoices(page, number, carriers),
  );
}

/** @param end of the address, such as `/live`. */
export function carrierChoices(
  { publicUrl }: Pick<DoorDeps, 'publicUrl'>,
  { context }: Visit,
  rows: readonly PublicTrackRow[],
  end = '',
): { choices: { carrier: string; url: string }[] } {
  const base = publicUrl() + (context.versioned ? '/v1' : '');
  const choices = rows.map(({ carrier, tracking_number: number }) => ({
    carrier,
    url: `${base}${trackPath(carrier, number)}${end}`,
  }));
  return { choices };
}
