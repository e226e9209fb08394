import { z } from 'zod';
import type { Registry } from '../../../adapters/index.ts';
import { easypostWords } from '../easypost/tracker.ts';
import { type ReadableService, SERVICE_NAMES } from '../services.ts';
import { readVocabulary } from '../vocabulary.ts';
import type { MovePage, ReadParcel } from './moved-parcel.ts';
import { readTracker } from './read-tracker.ts';
import { readTracking } from './read-tracking.ts';
import { getJson, type ServiceDeps, ServiceUnavailable } from './service-client.ts';

export interface ServiceAccess {
  readonly service: ReadableService;
  /** Its API; the default is `PUBLIC_URLS`. */
  readonly url: string;
  readonly key: string;
  readonly mode: 'test' | 'live';
}

/** Where the services are, with the version that is read. */
export const PUBLIC_URLS: Readonly<Record<ReadableService, string>> = {
  easypost: 'https://api.easypost.com/v2/',
  aftership: 'https://api.aftership.com/tracking/2026-07/',
};

/** The most that both services give at once. */
const PAGE_SIZE = 100;
/** Without a start, EasyPost lists the last month only. */
const BEGINNING = '2010-01-01T00:00:00Z';

const trackerPage = z.object({ trackers: z.array(z.unknown()), has_more: z.boolean().nullish() });
const trackingPage = z.object({
  data: z.object({
    trackings: z.array(z.unknown()),
    pagination: z.object({
      next_cursor: z.string().nullish(),
      has_next_page: z.boolean().nullish(),
    }),
  }),
});

/** How services refuse a cursor that they have forgotten, or that never was theirs. */
const UNKNOWN_CURSOR: ReadonlySet<number | null> = new Set([400, 404, 422]);

/**
 * Reads all parcels of a service, newest first, page by page. Throws `ServiceUnavailable`.
 *
 * @param from the `next` of the last page that was moved; null: from the newest. If the service
 *   does not know it any more, this starts over, because the same cursor would fail each time.
 */
export async function* readService(
  deps: ServiceDeps,
  registry: Registry,
  access: ServiceAccess,
  from: string | null,
): AsyncGenerator<MovePage> {
  const pageAt = access.service === 'easypost' ? easypostPages : aftershipPages;
  const read = pageAt(deps, registry, access);
  let page = await read(from).catch(async (error: unknown) => {
    const isForgotten = error instanceof ServiceUnavailable && UNKNOWN_CURSOR.has(error.status);
    if (from === null || !isForgotten) throw error;
    return { ...(await read(null)), startsOver: true };
  });
  yield page;
  while (page.next !== null) {
    page = await read(page.next);
    yield page;
  }
}

type ReadPage = (cursor: string | null) => Promise<MovePage>;

function easypostPages(deps: ServiceDeps, registry: Registry, access: ServiceAccess): ReadPage {
  const vocabulary = readVocabulary('easypost', easypostWords);
  const authorization = `Basic ${Buffer.from(`${access.key}:`).toString('base64')}`;
  return async (beforeId) => {
    const query = { page_size: String(PAGE_SIZE), start_datetime: BEGINNING };
    const url = urlOf(access, 'trackers', beforeId ? { ...query, before_id: beforeId } : query);
    const page = parsed(trackerPage, await getJson(deps, url, { authorization }), access);
    const last = Object(page.trackers.at(-1)).id;
    return {
      parcels: page.trackers.map(
        (each): ReadParcel => readTracker({ registry, vocabulary }, access.mode, each),
      ),
      next: page.has_more && typeof last === 'string' ? last : null,
    };
  };
}

function aftershipPages(deps: ServiceDeps, registry: Registry, access: ServiceAccess): ReadPage {
  return async (cursor) => {
    const query = { limit: String(PAGE_SIZE) };
    const url = urlOf(access, 'trackings', cursor ? { ...query, cursor } : query);
    const { data } = parsed(
      trackingPage,
      await getJson(deps, url, { 'as-api-key': access.key }),
      access,
    );
    const { has_next_page: hasNext, next_cursor: next } = data.pagination;
    return {
      parcels: data.trackings.map((each) => readTracking(registry, each)),
      next: (hasNext && next) || null,
    };
  };
}

function urlOf(
  { url }: ServiceAccess,
  list: string,
  query: Readonly<Record<string, string>>,
): string {
  return `${url}${url.endsWith('/') ? '' : '/'}${list}?${new URLSearchParams(query)}`;
}

function parsed<Schema extends z.ZodType>(
  schema: Schema,
  json: unknown,
  { url, service }: ServiceAccess,
): z.output<Schema> {
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  throw new ServiceUnavailable(
    'unreadable',
    `${new URL(url).origin} did not answer as ${SERVICE_NAMES[service]} does.`,
  );
}
