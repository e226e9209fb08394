import type { VNode } from 'preact';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type { Route } from '../../kit/route.ts';
import { deskFile, deskPage } from '../kit/desk-route.ts';
import { languageFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { readSetup } from '../setup/state.ts';
import { type BulkRefusal, bulkRoute } from './bulk.ts';
import { exportAnswer } from './export.ts';
import { importRoutes } from './import-routes.ts';
import { ShipmentsPage } from './list-page.tsx';
import { queryOf, readShipments, readThese, wantedOf } from './listing.ts';
import { liveRoutes } from './live-rows.tsx';
import { oneShipmentRoutes } from './one-routes.ts';
import { viewRoutes, viewsOf } from './views.tsx';

/** The merchant's parcels: search, view, change, import and export. */
export function deskShipmentRoutes(deps: DeskDeps): readonly Route[] {
  return [
    deskPage(deps, 'listDeskShipments', async (call) => ({
      scripted: await listPage(deps, call, call.query),
    })),
    bulkRoute(deps, (call, query, refusal) => listPage(deps, call, query, refusal)),
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
  const { data, next_cursor: nextCursor } = await readShipments(deps, call, wanted);
  const isRefused = refusal !== undefined;
  const notice = isRefused ? null : noticeOf(query.get('done'), languageFor(call.request));
  // Not during a search, when the reader is busy with something else.
  const isFirst = !isRefused && queryOf(wanted).size === 0 && wanted.cursor === undefined;
  const toSetUp = isFirst && call.may('settings:manage') ? await openSteps(deps, call) : 0;
  const views = await viewsOf(deps, call);
  // Selected rows may have moved to another page; they must not be lost.
  const elsewhere = (refusal?.chosen ?? []).filter((id) => !data.some((row) => row.id === id));
  const shipments = [...(await readThese(deps, call, elsewhere)), ...data];
  const shown = { wanted, shipments, nextCursor, notice, views, toSetUp };
  return ShipmentsPage({ deps, call, ...shown, ...(isRefused ? { refusal } : {}) });
}

async function openSteps(deps: DeskDeps, { tenant, request }: DeskCall): Promise<number> {
  const steps = await readSetup(deps, tenant, languageFor(request));
  return steps.filter(({ state }) => state === 'open').length;
}

/** The notice for `tag-3-of-5`; null for anything else. */
function noticeOf(done: string | null, language: Language): string | null {
  const words = messagesIn(language).desk.shipments;
  if (done === 'erased') return words.doneErased;
  if (done === 'view-saved') return words.doneViewSaved;
  if (done === 'view-removed') return words.doneViewRemoved;
  const [, what, some = '', all = ''] =
    /^(refresh|tag|untag|archive|unarchive|message)-(\d{1,3})-of-(\d{1,3})$/.exec(done ?? '') ?? [];
  if (what === undefined) return null;
  if (all === '0') return words.doneNothing;
  if (what === 'message') return messagesIn(language).desk.compose.doneWritten({ some, all });
  switch (what) {
    case 'refresh':
      return words.doneRefreshed({ some: Number(some), all });
    case 'archive':
      return words.doneArchived({ some: Number(some), all });
    case 'unarchive':
      return words.doneUnarchived({ some: Number(some), all });
    default:
      return words.doneTagged({ some, all });
  }
}
