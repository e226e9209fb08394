import type { VNode } from 'preact';
import { tags as tagsSchema } from '../../../events/shipment-attributes.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { withTenant } from '../../../platform/database/database.ts';
import {
  ARCHIVED_TAG,
  BULK_PARCELS_MAX,
  type BulkAction,
  beginBulkJob,
  type Shipment,
  shipmentIdsOf,
  shipmentsByIds,
  undoBulkJob,
  workOnBulkJob,
} from '../../../tracking/ports/shipments.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { deskForm } from '../kit/desk-route.ts';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { AT, BACK_CHARS_MAX, ROWS_SHOWN, selectionOf, wantedOf } from './listing.ts';

/** A rejected form above the table, to show again as submitted. */
export interface BulkRefusal {
  readonly problem: Problem;
  readonly chosen: readonly string[];
  readonly tag: string;
}

/** How long a form waits for the result; a page of parcels takes a fraction of it. */
const WAIT_MS = 1_500;

/**
 * Applies an action to the selected parcels, or to all that the list finds.
 *
 * @param page the list they were selected from, by its query.
 */
export function bulkRoute(
  deps: DeskDeps,
  page: (call: DeskFormCall, query: URLSearchParams, refusal: BulkRefusal) => Promise<VNode>,
): Route {
  return deskForm(deps, 'changeDeskShipments', async (call) => {
    const { form } = call;
    const back = new URLSearchParams((form.get('back') ?? '').slice(0, BACK_CHARS_MAX));
    const doing = form.get('do');
    if (doing === 'undo') return undoJob(deps, call, back);
    const isAll = form.get('all') === 'yes';
    const ids = [...new Set(form.getAll('id').filter(isUuid))]
      .slice(0, ROWS_SHOWN)
      .map((id) => id.toLowerCase());
    const chosen = isAll ? 'all=yes' : ids.map((id) => `id=${id}`).join('&');
    if (doing === 'message' || doing === 'assign') {
      const page = doing === 'message' ? '/console/write' : '/console/deliveries/assign';
      return { seeOther: `${page}?${chosen}&${new URLSearchParams({ back: `${back}` })}` };
    }
    if (doing === 'export') {
      return { seeOther: `/console/export?${isAll ? back : chosen}` };
    }
    const action = actionOf(form);
    const parcels = isAll ? await parcelsFound(deps, call, back) : ids;
    const problem = action instanceof Problem ? action : countProblem(parcels);
    if (action instanceof Problem || problem !== null) {
      const refusal = { problem: problem as Problem, chosen: ids, tag: form.get('tag') ?? '' };
      return { invalid: await page(call, back, refusal) };
    }
    const { tracking } = deps.parts;
    const job = await beginBulkJob(tracking, call.tenant, action, { shipmentIds: parcels });
    await call.note(`${doing} ${parcels.length}`);
    return { seeOther: await waitForJob(deps, job, back) };
  });
}

async function undoJob(deps: DeskDeps, call: DeskFormCall, back: URLSearchParams) {
  const id = call.form.get('job') ?? '';
  const job = isUuid(id) ? await undoBulkJob(deps.parts.tracking, call.tenant, id) : null;
  if (job === null) throw new Problem('conflict', 'desk.cannotUndo');
  await call.note(`undo ${id}`);
  return { seeOther: await waitForJob(deps, job, back) };
}

/**
 * Works on a job for a moment, which finishes a small one; returns the URL that shows its result.
 */
async function waitForJob(
  { parts, polling }: DeskDeps,
  job: string,
  back: URLSearchParams,
): Promise<string> {
  const { tracking } = parts;
  await workOnBulkJob({ tracking, refresh: polling?.refresh ?? null }, job, WAIT_MS);
  back.set('job', job);
  return `${AT}?${back}`;
}

/**
 * The parcels that were chosen in the list, or all that it finds; those of other tenants, and those
 * that no longer exist, are left out. Throws when the list finds more than `most`.
 *
 * @param of the fields of the bulk bar, as it passed them on.
 */
export async function chosenShipments(
  deps: DeskDeps,
  call: DeskCall,
  of: URLSearchParams,
  most: number,
): Promise<readonly Shipment[]> {
  const isAll = of.get('all') === 'yes';
  const back = new URLSearchParams((of.get('back') ?? '').slice(0, BACK_CHARS_MAX));
  const ids = isAll
    ? await parcelsFound(deps, call, back, most)
    : [...new Set(of.getAll('id').filter(isUuid))].slice(0, ROWS_SHOWN);
  if (isAll && ids.length > most) {
    throw new Problem('invalid', { 'desk.tooManyParcels': { most } });
  }
  return withTenant(deps.parts.db.app, call.tenant, (tx) => shipmentsByIds(tx, ids));
}

/** The ids of all parcels of the list, however many pages it has; at most `most` + 1. */
function parcelsFound(
  deps: DeskDeps,
  call: DeskCall,
  back: URLSearchParams,
  most = BULK_PARCELS_MAX,
): Promise<readonly string[]> {
  return withTenant(deps.parts.db.app, call.tenant, async (tx) =>
    shipmentIdsOf(tx, await selectionOf(deps, call, wantedOf(back), tx), most + 1),
  );
}

/** The error for no parcel or too many; null: none. */
function countProblem({ length }: readonly string[]): Problem | null {
  if (length === 0) return new Problem('invalid', 'desk.nothingChosen');
  if (length <= BULK_PARCELS_MAX) return null;
  return new Problem('invalid', { 'desk.tooManyParcels': { most: BULK_PARCELS_MAX } });
}

/** The action a form requests; a problem: what to correct in it. */
function actionOf(form: URLSearchParams): BulkAction | Problem {
  switch (form.get('do')) {
    case 'refresh':
      return { action: 'refresh', tag: null };
    case 'archive':
      return { action: 'tag', tag: ARCHIVED_TAG };
    case 'unarchive':
      return { action: 'untag', tag: ARCHIVED_TAG };
    case 'tag':
    case 'untag': {
      const tag = (form.get('tag') ?? '').trim();
      if (tagsSchema.safeParse([tag]).success) {
        return { action: form.get('do') === 'tag' ? 'tag' : 'untag', tag };
      }
      return invalidMember('/tag', 'desk.invalidTag', { 'values.verbatim': { text: '' } });
    }
    default:
      throw new Problem('bad_request', 'desk.chooseBulkAction');
  }
}
