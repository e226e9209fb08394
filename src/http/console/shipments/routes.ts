import type { VNode } from 'preact';
import { ATTRIBUTES } from '../../../events/shipment-attributes.ts';
import { spreadsheetRow } from '../../../intake/index.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { isDemo } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import {
  type BulkJob,
  findBulkJob,
  type Shipment,
  shipmentJson,
  shipmentsByIds,
} from '../../../tracking/ports/shipments.ts';
import type { Answer } from '../../kit/answer.ts';
import type { Route } from '../../kit/route.ts';
import { demoStateFor } from '../demo/demo-notice.tsx';
import { deskFile, deskPage } from '../kit/desk-route.ts';
import { languageFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { leftOf, readStepsOfMode } from '../setup/state.ts';
import { addRoutes } from './add-routes.ts';
import { type BulkRefusal, bulkRoute } from './bulk.ts';
import { importRoutes } from './import-routes.ts';
import { ShipmentsPage } from './list-page.tsx';
import {
  countWanted,
  isFiltered,
  loadShipments,
  queryOf,
  ROWS_SHOWN,
  readPageOf,
  readShipments,
  type Wanted,
  wantedOf,
} from './listing.ts';
import { liveRoutes } from './live-rows.tsx';
import { oneShipmentRoutes } from './one-routes.ts';
import { previewRoute } from './preview.tsx';
import { countTabs } from './tabs.ts';
import { viewRoutes, viewsOf } from './views.tsx';

/** The merchant's parcels: search, view, change, import and export. */
export function deskShipmentRoutes(deps: DeskDeps): readonly Route[] {
  return [
    deskPage(deps, 'listDeskShipments', (call) => listPage(deps, call, call.query)),
    bulkRoute(deps, (call, query, refusal) => listPage(deps, call, query, refusal)),
    ...addRoutes(deps),
    previewRoute(deps),
    ...viewRoutes(deps),
    ...liveRoutes(deps),
    deskFile(deps, 'exportDeskShipments', async (call) => exportAnswer(deps, call)),
    ...importRoutes(deps),
    ...oneShipmentRoutes(deps),
  ];
}

async function listPage(
  deps: DeskDeps,
  call: DeskCall,
  query: URLSearchParams,
  refusal?: BulkRefusal,
): Promise<VNode> {
  const wanted = wantedOf(query);
  const isRefused = refusal !== undefined;
  // Not during a search, when the reader is busy with something else.
  const isFirst = !isRefused && queryOf(wanted).size === 0 && wanted.cursor === undefined;
  const mayContinue = isFirst && !isDemo(call.tenant) && call.may('settings:manage');
  const [{ data, next_cursor: nextCursor }, counts, filtered, views, demo, job, steps] =
    await Promise.all([
      readShipments(deps, call, wanted),
      countTabs(deps, call),
      isFiltered(wanted) ? countWanted(deps, call, wanted) : null,
      viewsOf(deps, call),
      demoStateFor(deps, call.visitor),
      isRefused ? null : jobOf(deps, call, query.get('job') ?? ''),
      mayContinue ? readStepsOfMode(deps, call) : null,
    ]);
  // Selected rows may have moved to another page; they must not be lost.
  const elsewhere = (refusal?.chosen ?? []).filter((id) => !data.some((row) => row.id === id));
  const shipments = [...(await loadShipments(deps, call, elsewhere)), ...data];
  const notice = isRefused ? null : noticeOf(query.get('done'), languageFor(call.request));
  const toSetUp = steps && leftOf(steps);
  // These are what “select all” chooses.
  const total = filtered ?? counts[wanted.tab];
  const found = { shipments, nextCursor, counts, total };
  const shown = { wanted, ...found, notice, job, views, toSetUp, demo };
  return ShipmentsPage({ deps, call, ...shown, ...(isRefused ? { refusal } : {}) });
}

/** The job whose result is shown; null: none. */
function jobOf({ parts }: DeskDeps, { tenant }: DeskCall, id: string): Promise<BulkJob | null> {
  return isUuid(id) ? findBulkJob(parts.tracking, tenant, id) : Promise.resolve(null);
}

/** The notice for what was done elsewhere, such as `message-12-5-3`: sent, declined, no address. */
function noticeOf(done: string | null, language: Language): string | null {
  const words = messagesIn(language).desk.shipments;
  if (done === 'erased') return words.doneErased;
  const [, count] = /^added-(\d{1,3})$/.exec(done ?? '') ?? [];
  if (count !== undefined) return words.doneAdded({ count: Number(count) });
  if (done === 'view-saved') return words.doneViewSaved;
  if (done === 'view-removed') return words.doneViewRemoved;
  const counts = /^message-(\d{1,5})-(\d{1,5})-(\d{1,5})$/
    .exec(done ?? '')
    ?.slice(1)
    .map(Number);
  if (counts === undefined) return null;
  const [some = 0, declined = 0, unknown = 0] = counts;
  const all = some + declined + unknown;
  return messagesIn(language).desk.compose.doneWritten({ some, all, declined, unknown });
}

/** Enough for a spreadsheet; larger exports are for the API. */
const ROWS_MAX = 50_000;
const ROWS_AT_ONCE = 200;

type Exported = ReturnType<typeof shipmentJson>;

const COLUMNS: readonly (readonly [name: string, of: (each: Exported) => string | null])[] = [
  ['id', ({ id }) => id],
  ['tracking_number', ({ tracking_number }) => tracking_number],
  ['carrier', ({ carrier }) => carrier],
  ...ATTRIBUTES.map(
    ({ column, cell }) => [column, (each: Exported) => cellOf(each[column], cell)] as const,
  ),
  ['status', ({ status }) => status],
  ['sub_status', ({ sub_status }) => sub_status],
  ['estimated_delivery', ({ estimated_delivery }) => estimated_delivery?.date ?? null],
  ['delivered_at', ({ delivered_at }) => delivered_at],
  ['last_event_at', ({ last_event_at }) => last_event_at],
  ['created_at', ({ created_at }) => created_at],
  ['updated_at', ({ updated_at }) => updated_at],
  ['tracking_url', ({ tracking_url }) => tracking_url],
];

/** A value as an import reads it: lists separated by `|`, objects as JSON. */
function cellOf(value: unknown, kind: (typeof ATTRIBUTES)[number]['cell']): string | null {
  if (value === null) return null;
  if (kind === 'list') return (value as readonly string[]).join('|');
  return kind === 'json' ? JSON.stringify(value) : String(value);
}

/** The matching shipments as a file, page by page; without people's names. */
function exportAnswer(deps: DeskDeps, call: DeskCall): Answer {
  const wanted = { ...wantedOf(call.query), cursor: undefined };
  const asJson = call.query.get('format') === 'json';
  const rows = exportedPages(deps, call, wanted);
  const type = asJson ? 'application/json' : 'text/csv';
  const name = `shipments-${call.tenant.mode}.${asJson ? 'json' : 'csv'}`;
  return {
    status: 200,
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'content-disposition': `attachment; filename="${name}"`,
      'x-content-type-options': 'nosniff',
    },
    stream: asJson ? jsonChunks(rows) : csvChunks(rows),
  };
}

/** The chosen shipments, else all that the list finds; without people. */
async function* exportedPages(
  deps: DeskDeps,
  call: DeskCall,
  wanted: Wanted,
): AsyncGenerator<readonly Exported[]> {
  const json = (shipments: readonly Shipment[]) =>
    shipments.map((each) => shipmentJson(each, deps.parts.publicUrl()));
  const ids = call.query.getAll('id').filter(isUuid).slice(0, ROWS_SHOWN);
  if (ids.length > 0) {
    yield await withTenant(deps.parts.db.app, call.tenant, async (tx) =>
      json(await shipmentsByIds(tx, ids)),
    );
    return;
  }
  let cursor: string | null | undefined;
  let sent = 0;
  while (sent < ROWS_MAX && cursor !== null) {
    const page = await readPageOf(deps, call, { ...wanted, cursor }, ROWS_AT_ONCE, (_tx, found) =>
      json(found),
    );
    yield page.data;
    // A rare match gives short pages, some of them empty.
    sent += page.data.length;
    cursor = page.next_cursor;
  }
}

async function* csvChunks(pages: AsyncIterable<readonly Exported[]>): AsyncGenerator<Buffer> {
  // Without the mark, Excel reads a file in the encoding of its country.
  yield Buffer.from(`\uFEFF${spreadsheetRow(COLUMNS.map(([name]) => name))}`);
  for await (const page of pages) {
    const lines = page.map((each) => spreadsheetRow(COLUMNS.map(([, of]) => of(each) ?? '')));
    yield Buffer.from(lines.join(''));
  }
}

async function* jsonChunks(pages: AsyncIterable<readonly Exported[]>): AsyncGenerator<Buffer> {
  let separator = '[\n';
  for await (const page of pages) {
    for (const each of page) {
      yield Buffer.from(separator + JSON.stringify(each));
      separator = ',\n';
    }
  }
  yield Buffer.from(separator === '[\n' ? '[]\n' : '\n]\n');
}
