import { createHash } from 'node:crypto';
import { renderToString } from 'preact-render-to-string';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import {
  createStreams,
  type FanOut,
  frame,
  type LastWords,
  type Streams,
} from '../../../reactions/live/index.ts';
import { shipmentJson, shipmentsByIds } from '../../../tracking/index.ts';
import { STREAM_HEADERS } from '../../kit/event-stream.ts';
import type { Route } from '../../kit/route.ts';
import { deskStream } from '../kit/desk-route.ts';
import { SpokenIn } from '../kit/language.ts';
import { languageFor, spokenIn } from '../kit/spoken.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import { Cell } from './cells.tsx';
import { type Column, columnsOf, ROWS_SHOWN, type ShownShipment } from './listing.ts';

/** The maximum number of streams of one person, one for each tab; one more ends the oldest. */
const STREAMS_OF_MEMBER_MAX = 6;
const RETRY_AFTER_S = 30;

/** The watched rows of a user's page. */
interface Rows {
  readonly tenant: Tenant;
  readonly ids: readonly string[];
  readonly columns: readonly Column[];
  readonly language: Language;
  /** Checked before each event: a reader who lost access gets no more. */
  readonly maySee: () => Promise<boolean>;
}

/** A row's current state; null: the parcel is no longer tracked. */
type Row = { readonly version: string; readonly data: Record<string, unknown> } | null;

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
 * out. 204 when the page was opened for another merchant or mode (`of`), whose rows still exist.
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
      const admission = streams.admit(visitor.actor.id);
      if (admission.kind !== 'admitted') {
        throw new Problem('overloaded', 'values.liveStreamsExhausted', {
          retryAfterS: RETRY_AFTER_S,
        });
      }
      response.writeHead(200, STREAM_HEADERS);
      const language = languageFor(request);
      const lower = ids.map((id) => id.toLowerCase());
      admission.open(
        response,
        { tenant, ids: lower, columns: columnsOf(query), maySee, language },
        null,
      );
    }),
  ];
}

function rowStreams(deps: DeskDeps, live: NonNullable<DeskDeps['liveParcels']>): Streams<Rows> {
  return createStreams<Rows, RowsNow>({
    ...{ timers: live.timers, clock: deps.parts.clock },
    ...{ streamsOfClientMax: STREAMS_OF_MEMBER_MAX, newestWins: true },
    source: {
      watch: (rows, onUpdate) => watchRows(deps, live.fanOut, rows, onUpdate),
      framesOf: (before, now) =>
        [...now.rows]
          .filter(([id, row]) => before?.rows.get(id)?.version !== row?.version || !before)
          .map(([id, row]) => frame('row', row?.version ?? 'gone', row?.data ?? { id, gone: true }))
          .join(''),
    },
  });
}

/** The current rows, and again whenever one of the parcels changes. */
function watchRows(
  deps: DeskDeps,
  fanOut: Pick<FanOut, 'watch'>,
  rows: Rows,
  onUpdate: (update: RowsNow | LastWords) => void,
): () => void {
  let ends: (() => void)[] = [];
  let isOver = false;
  let isReading = false;
  let isStale = true;
  const end = () => {
    isOver = true;
    for (const each of ends) each();
    ends = [];
  };
  // One read at a time; changes meanwhile are in the next one.
  async function tell(): Promise<void> {
    isStale = true;
    if (isReading) return;
    isReading = true;
    try {
      while (isStale && !isOver) {
        isStale = false;
        if (!(await rows.maySee())) {
          end();
          onUpdate({ lastWords: '' });
          return;
        }
        const now = await rowsNow(deps, rows);
        if (!isOver) onUpdate(now);
      }
    } catch (err) {
      deps.parts.log.warn({ err }, 'rows of the desk could not be read');
      // The browser reconnects by itself, and gets them then.
      end();
      onUpdate({ lastWords: '' });
    } finally {
      isReading = false;
    }
  }
  const begin = async () => {
    const { ids, tenant } = rows;
    const found = await withTenant(deps.parts.db.app, tenant, (tx) => shipmentsByIds(tx, ids));
    if (isOver) return;
    ends = found.map(({ carrier, trackingNumber }) =>
      fanOut.watch({ carrier, trackingNumber }, () => void tell()),
    );
    await tell();
  };
  begin().catch((err) => {
    deps.parts.log.warn({ err }, 'rows of the desk could not be watched');
    end();
    onUpdate({ lastWords: '' });
  });
  return end;
}

async function rowsNow(deps: DeskDeps, { ids, tenant, columns, language }: Rows): Promise<RowsNow> {
  const { parts } = deps;
  const found = await withTenant(parts.db.app, tenant, (tx) => shipmentsByIds(tx, ids));
  const rows = new Map<string, Row>(ids.map((id) => [id, null]));
  for (const shipment of found) {
    const shown = shipmentJson(shipment, parts.publicUrl());
    const version = rowVersion(shown);
    const cells = columns.map((column) => [column, htmlOf(deps, language, column, shown)]);
    const data = {
      id: shown.id,
      version,
      says: titleOf(shown, language),
      cells: Object.fromEntries(cells),
    };
    rows.set(shown.id, { version, data });
  }
  return { version: [...rows.values()].map((row) => row?.version ?? '').join(), rows };
}

function htmlOf(deps: DeskDeps, language: Language, column: Column, each: ShownShipment): string {
  return renderToString(
    <SpokenIn value={spokenIn(language)}>
      <Cell {...{ deps, column, each }} />
    </SpokenIn>,
  );
}

/** The announcement for a changed parcel. Pure. */
function titleOf({ tracking_number: number, status }: ShownShipment, language: Language): string {
  return `${number}: ${messagesIn(language).status.short[status]}`;
}

/** Identifies a row's content, independent of the time of reading. Pure. */
export function rowVersion(shown: ShownShipment): string {
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 16);
}
