import { createHash } from 'node:crypto';
import { renderToString } from 'preact-render-to-string';
import { capitalized } from '../../../kernel/capitalized.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { mayArrive } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { dayIn } from '../../../kernel/time/zoned-time.ts';
import { describe } from '../../../normalization/index.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import { createTopicHub, type TopicHub } from '../../../platform/work/topic-hub.ts';
import { createStreams, type FanOut, frame, type Streams } from '../../../reactions/live/index.ts';
import { placeName, shipmentsByIds } from '../../../tracking/ports/shipments.ts';
import { answerStream, STREAM_HEADERS } from '../../kit/event-stream.ts';
import type { Route } from '../../kit/route.ts';
import { hasPassed, useDates } from '../kit/dates.ts';
import { deskStream } from '../kit/desk-route.ts';
import { type Spoken, SpokenIn, useMessages, useReason, useSpoken } from '../kit/language.ts';
import { useCarrierNames } from '../kit/names.ts';
import { Instant } from '../kit/pieces.tsx';
import { languageFor, localeFor, spokenIn, timeZoneFor } from '../kit/spoken.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import {
  type Column,
  columnsOf,
  ROWS_SHOWN,
  type ShownShipment,
  showShipments,
} from './listing.ts';
import { usePunctuality, useShownStatus } from './parts/headline.tsx';

/** The maximum number of streams of one person, one for each tab; one more ends the oldest. */
const STREAMS_OF_MEMBER_MAX = 6;
/** How long changes are gathered before the first of them is shown. */
const GATHER_MS = 100;
/** The minimum interval between two reads, however many parcels change and people watch. */
const READS_APART_MS = 2_000;
const RETRY_MS = 1_000;

/** The watched rows of a user's page. */
interface Rows {
  readonly tenant: Tenant;
  readonly ids: readonly string[];
  readonly columns: readonly Column[];
  readonly language: Language;
  readonly locale: string;
  readonly timeZone: string;
  readonly seesPeople: boolean;
  readonly maySee: () => Promise<boolean>;
}

/** A row's current state and the frame that sends it; null: the parcel is no longer tracked. */
type Row = { readonly version: string; readonly frame: string } | null;

interface RowsNow {
  readonly version: string;
  readonly rows: ReadonlyMap<string, Row>;
}

/** Identifies the merchant and mode of a page's rows. */
export function watchedTenant({ merchantId, mode }: Tenant): string {
  return `${merchantId}.${mode}`;
}

/**
 * `GET /console/live?id=…&col=…&of=…`: rows of the table as they change, as server-sent events
 * `row` with their cells, for parcels of the current merchant and mode; others are silently left
 * out. 204 if the page was opened for another merchant or mode (`of`): its rows are not gone, only
 * not visible to this session.
 */
export function liveRoutes(deps: DeskDeps): readonly Route[] {
  const streams = deps.liveParcels && rowStreams(deps, deps.liveParcels);
  deps.onStop?.(() => streams?.close());
  return [
    deskStream(deps, 'watchDeskShipments', async (call, maySee) => {
      const { query, tenant, visitor, request, response } = call;
      const of = query.get('of');
      if (of !== null && of !== watchedTenant(tenant)) {
        response.writeHead(204, { 'cache-control': 'no-store' }).end();
        return;
      }
      if (streams === undefined) {
        // Pages link here only if live updates exist.
        response.writeHead(200, STREAM_HEADERS).end();
        return;
      }
      const ids = [...new Set(query.getAll('id').filter(isUuid))].slice(0, ROWS_SHOWN);
      const topic = {
        tenant,
        ids: ids.map((id) => id.toLowerCase()),
        columns: columnsOf(query),
        language: languageFor(request),
        locale: localeFor(request),
        timeZone: timeZoneFor(request),
        seesPeople: call.may('people:see'),
        maySee,
      };
      answerStream(streams, response, { client: visitor.actor.id, topic });
    }),
  ];
}

function rowStreams(deps: DeskDeps, live: NonNullable<DeskDeps['liveParcels']>): Streams<Rows> {
  const { timers, fanOut } = live;
  const rowsNow = watchRows(deps, fanOut, timers);
  return createStreams<Rows, RowsNow>({
    timers,
    clock: deps.parts.clock,
    streamsOfClientMax: STREAMS_OF_MEMBER_MAX,
    newestWins: true,
    source: {
      watch: rowsNow.watch,
      maySee: ({ maySee }) => maySee(),
      framesOf: (before, now) =>
        [...now.rows]
          .filter(([id, row]) => !before || before.rows.get(id)?.version !== row?.version)
          .map(([id, row]) => row?.frame ?? frame('row', 'gone', { id, gone: true }))
          .join(''),
    },
  });
}

/** A page that somebody watches. */
interface WatchedPage {
  rows: ReadonlyMap<string, Row>;
  /** The parcels to read, because they have changed or have not been read yet. */
  readonly due: Set<string>;
  /** Functions that stop watching a parcel, by its id. */
  readonly ends: Map<string, () => void>;
}

/** The rows of all watched pages. Only parcels that have changed are read and rendered again. */
function watchRows(
  deps: DeskDeps,
  fanOut: Pick<FanOut, 'watch'>,
  timers: Timers,
): TopicHub<Rows, RowsNow> {
  const { db, log } = deps.parts;
  const pages = new Map<string, WatchedPage>();
  const hub: TopicHub<Rows, RowsNow> = createTopicHub<Rows, RowsNow>({
    keyOf: ({ tenant, ids, columns, language, locale, timeZone, seesPeople }) =>
      JSON.stringify([watchedTenant(tenant), ids, columns, language, locale, timeZone, seesPeople]),
    open({ ids }, key) {
      const page: WatchedPage = { rows: new Map(), due: new Set(ids), ends: new Map() };
      pages.set(key, page);
      return () => {
        pages.delete(key);
        for (const end of page.ends.values()) end();
      };
    },
    async read(topics, publish) {
      const rendered = new Map<string, Row>();
      for (const [key, topic] of topics) {
        const page = pages.get(key);
        if (page !== undefined) publish(key, await readDue(key, page, topic, rendered));
      }
    },
    topicsMax: Number.POSITIVE_INFINITY,
    gatherMs: GATHER_MS,
    apartMs: READS_APART_MS,
    retryMs: RETRY_MS,
    onFailure: (err) => log.warn({ err }, 'rows of the console could not be read'),
    timers,
  });

  /**
   * Reads the due parcels of a page, and returns all its rows.
   *
   * @param rendered rows rendered in the same pass, which other pages may share
   */
  async function readDue(
    key: string,
    page: WatchedPage,
    topic: Rows,
    rendered: Map<string, Row>,
  ): Promise<RowsNow> {
    const { tenant, ids, seesPeople } = topic;
    // A parcel without a row is not watched, so it is always due.
    const due = ids.filter((id) => page.due.has(id) || !page.rows.get(id));
    page.due.clear();
    try {
      const found = await withTenant(db.app, tenant, async (tx) =>
        showShipments(deps, { may: () => seesPeople }, tx, await shipmentsByIds(tx, due)),
      );
      const rows = new Map(ids.map((id) => [id, page.rows.get(id) ?? null]));
      for (const id of due) rows.set(id, null);
      for (const shown of found) rows.set(shown.id, rowOf(deps, topic, shown, rendered));
      page.rows = rows;
      if (pages.get(key) === page) watchParcels(key, page, found);
    } catch (error) {
      for (const id of due) page.due.add(id);
      throw error;
    }
    const version = [...page.rows.values()].map((row) => row?.version ?? '').join();
    return { version, rows: page.rows };
  }

  function watchParcels(key: string, page: WatchedPage, found: readonly ShownShipment[]): void {
    for (const { id, carrier, tracking_number: trackingNumber } of found) {
      if (page.ends.has(id)) continue;
      const changed = () => {
        page.due.add(id);
        hub.changed([key]);
      };
      // It calls back once soon after this, so a change between reading and watching is not missed.
      page.ends.set(id, fanOut.watch({ carrier, trackingNumber }, changed));
    }
  }

  return hub;
}

/** Renders a row, unless another page has just rendered the same. */
function rowOf(
  deps: DeskDeps,
  { columns, language, locale, timeZone }: Rows,
  shown: ShownShipment,
  rendered: Map<string, Row>,
): Row {
  const { id } = shown;
  const version = rowVersion(shown);
  const key = [version, language, locale, timeZone, ...columns].join();
  const known = rendered.get(key);
  if (known) return known;
  const spoken = spokenIn({ language, locale, timeZone });
  const cells = Object.fromEntries(
    columns.map((column) => [column, cellHtml(deps, spoken, column, shown)]),
  );
  const says = announcementOf(shown, language);
  const row = { version, frame: frame('row', version, { id, version, says, cells }) };
  rendered.set(key, row);
  return row;
}

function cellHtml(deps: DeskDeps, spoken: Spoken, column: Column, each: ShownShipment): string {
  return renderToString(
    <SpokenIn value={spoken}>
      <Cell {...{ deps, column, each }} />
    </SpokenIn>,
  );
}

/** The announcement for a changed parcel. Pure. */
function announcementOf(
  { tracking_number: number, status }: ShownShipment,
  language: Language,
): string {
  return `${number}: ${messagesIn(language).status.short[status]}`;
}

/** Identifies a row's content, independent of the time of reading. Pure. */
export function rowVersion(shown: ShownShipment): string {
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 16);
}

interface Props {
  readonly deps: Pick<DeskDeps, 'parts'>;
  readonly column: Column;
  readonly each: ShownShipment;
}

/** A parcel's value in one cell of the table; without focusable elements. */
export function Cell({ deps, column, each }: Props) {
  const carrierOf = useCarrierNames(deps);
  const nowMs = deps.parts.clock.nowMs();
  switch (column) {
    case 'recipient':
      return <Clipped text={each.recipient ?? ''} />;
    case 'to':
      return <Clipped text={[each.place, each.country].filter(Boolean).join(', ')} />;
    case 'carrier':
      return (
        <span title={each.service_level ?? undefined}>
          {carrierOf(each.carrier)} <span class="soft wider">{each.service_level}</span>
        </span>
      );
    case 'status':
      return <StatusPill each={each} />;
    case 'orders':
      return <Clipped text={each.order_ids.join(', ')} />;
    case 'tags':
      return <Clipped text={each.tags.join(', ')} />;
    case 'expected':
      return <Expected {...{ each, nowMs }} />;
    case 'last':
      return <Last {...{ each, nowMs }} />;
    case 'made':
    case 'changed':
      return (
        <span class="soft">
          <Instant at={column === 'made' ? each.created_at : each.updated_at} nowMs={nowMs} />
        </span>
      );
  }
}

/** A text that a narrow column may cut, in full on hover. */
function Clipped({ text }: { readonly text: string }) {
  return text === '' ? null : <span title={text}>{text}</span>;
}

/** What is wrong, or where it was delivered; else the status. */
function StatusPill({ each }: Pick<CellProps, 'each'>) {
  const { withReason } = useMessages().status;
  const { word: status, tone } = useShownStatus(each);
  const reason = useReason(each.sub_status);
  const text =
    reason !== null && each.status === 'delivered'
      ? withReason({ status, reason })
      : (reason ?? status);
  return (
    <span class={`pill ${tone}`} title={text}>
      {text}
    </span>
  );
}

interface CellProps {
  readonly each: ShownShipment;
  readonly nowMs: number;
}

/**
 * The day on which a parcel came or is expected, with its hour today, and whether that is the promised
 * day; the promised day where nothing else is known.
 */
function Expected({ each, nowMs }: CellProps) {
  const words = useMessages().desk.shipments;
  const { locale, timeZone } = useSpoken();
  const dates = useDates(nowMs);
  const zone = each.time_zone ?? 'UTC';
  const { daysLate: late, estimated_delivery: estimate, promised, delivered_at: came } = each;
  const { status, sub_status: reason } = each;
  const today = dayIn(zone, nowMs);
  const punctuality = usePunctuality({ status, late, promised, estimate, today });
  const isForecast = estimate !== null && !hasPassed(estimate, today);
  const isOverdue = late !== null && came === null;
  const day = came === null ? (isForecast ? estimate.date : null) : dayIn(zone, Date.parse(came));
  // “Today” would be another day to a reader where it is already tomorrow.
  const isNear = today === dayIn(timeZone, nowMs);
  const textOf = (of: string) => {
    const isAdjacent = Math.abs(Date.parse(of) - Date.parse(today)) <= DAY_MS;
    const near = isNear && isAdjacent ? dates.within(of) : null;
    const text = isOverdue ? words.expectedFor({ day: near ?? dates.date(of) }) : near;
    if (text !== null) return capitalized(text, locale);
    return of >= today && punctuality === null ? dates.day(of) : dates.date(of);
  };
  const hours =
    isNear && came === null && estimate?.precision === 'time' && estimate.date === today
      ? [estimate.from, estimate.to].filter((at) => at !== null)
      : [];
  const [from, to] = hours;
  const cameToday = isNear && came !== null && day === today ? came : null;
  const written = (of: string) => (
    <time dateTime={of} title={isNear ? undefined : zone}>
      {textOf(of)}
      {from && to && `, ${dates.span(from, to)}`}
      {cameToday && `, ${dates.clock(cameToday)}`}
    </time>
  );
  const promisedText = promised && (
    <span class="soft">{words.promisedFor({ day: dates.date(promised) })}</span>
  );
  if (day !== null || late !== null) {
    return (
      <>
        {day ? written(day) : promisedText}
        {isOverdue && (day ?? promised) ? <span class="soft"> · </span> : ' '}
        {punctuality && (
          <span class={late === null ? 'soft' : `overdue ${punctuality.tone}`}>
            {isOverdue ? words.daysLate({ how: 'is', count: late }) : punctuality.text}
          </span>
        )}
      </>
    );
  }
  if (promised === null || !mayArrive(status, reason)) {
    return <span class="soft">–</span>;
  }
  return promisedText;
}

/** The last event in few words, its place and its age. */
function Last({ each, nowMs }: CellProps) {
  const { status: texts, desk } = useMessages();
  const { last, last_event_at: at } = each;
  const reason = useReason(last?.reason ?? null);
  if (last === null || at === null) {
    return (
      <span class="flow soft">
        <span class="cut">{desk.shipments.columnNames.made}</span>{' '}
        <Instant at={each.created_at} nowMs={nowMs} />
      </span>
    );
  }
  const { city, region } = last.place ?? {};
  const where = city ?? region ?? (last.place && placeName(last.place));
  const brief = {
    ...texts,
    labels: texts.short,
    milestones: { ...texts.milestones, ...texts.shortMilestones },
    withReason: ({ status }: { readonly status: unknown }) => String(status),
  };
  const isException = last.status === 'exception' && reason !== null;
  const words = capitalized(isException ? reason : describe(brief, last));
  return (
    <span class="flow">
      <span
        class="cut"
        title={[words, last.place && placeName(last.place)].filter(Boolean).join(', ')}
      >
        {words} <span class="soft">{where}</span>
      </span>{' '}
      <span class="soft">
        <Instant at={at} nowMs={nowMs} />
      </span>
    </span>
  );
}

const DAY_MS = 86_400_000;
