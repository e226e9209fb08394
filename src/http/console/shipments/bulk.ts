import type { VNode } from 'preact';
import { tags as tagsSchema } from '../../../events/shipment-attributes.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { ARCHIVED_TAG, findShipment, patchShipment } from '../../../tracking/ports/shipments.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { deskForm } from '../kit/desk-route.ts';
import type { DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { AT, BACK_CHARS_MAX, ROWS_SHOWN } from './listing.ts';

/** A rejected form above the table, to show again as submitted. */
export interface BulkRefusal {
  readonly problem: Problem;
  readonly chosen: readonly string[];
  readonly tag: string;
}

/**
 * Applies an action to all selected parcels.
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
    const ids = [...new Set(form.getAll('id').filter(isUuid))].slice(0, ROWS_SHOWN);
    if (form.get('do') === 'message') {
      const chosen = new URLSearchParams(ids.map((id) => ['id', id.toLowerCase()]));
      chosen.set('back', back.toString());
      return { seeOther: `/console/write?${chosen}` };
    }
    const act = actOf(deps, call);
    if (act instanceof Problem) {
      const refusal = { problem: act, chosen: ids, tag: form.get('tag') ?? '' };
      return { unfit: await page(call, back, refusal) };
    }
    let done = 0;
    for (const id of ids) if (await act.on(id.toLowerCase())) done += 1;
    if (done > 0) await call.note(`${act.name} ${done}`);
    back.set('done', `${act.name}-${done}-of-${ids.length}`);
    return { seeOther: `${AT}?${back}` };
  });
}

interface Act {
  readonly name: string;
  /** Whether the parcel exists and was changed. */
  readonly on: (id: string) => Promise<boolean>;
}

/** The action a form requests; a problem: what to correct in it. */
function actOf({ parts, polling }: DeskDeps, { form, tenant }: DeskFormCall): Act | Problem {
  const { tracking } = parts;
  const name = form.get('do');
  if (name === 'refresh') {
    return {
      name,
      async on(id) {
        const found = polling && (await findShipment(tracking, tenant, id));
        if (!found) return false;
        const { outcome } = await polling.refresh(tenant, found);
        return outcome === 'queued' || outcome === 'fresh';
      },
    };
  }
  if (name === 'archive' || name === 'unarchive') {
    return tagging(parts, tenant, { name, tag: ARCHIVED_TAG, isAdded: name === 'archive' });
  }
  if (name !== 'tag' && name !== 'untag') {
    throw new Problem('bad_request', 'desk.chooseBulkAction');
  }
  const tag = (form.get('tag') ?? '').trim();
  if (!tagsSchema.safeParse([tag]).success) {
    const reason = 'desk.invalidTag';
    const fix = { 'values.verbatim': { text: '' } };
    return invalidMember('/tag', reason, fix);
  }
  return tagging(parts, tenant, { name, tag, isAdded: name === 'tag' });
}

function tagging(
  { tracking }: Pick<DeskDeps['parts'], 'tracking'>,
  tenant: Tenant,
  {
    name,
    tag,
    isAdded,
  }: { readonly name: string; readonly tag: string; readonly isAdded: boolean },
): Act {
  return {
    name,
    async on(id) {
      const found = await findShipment(tracking, tenant, id);
      if (found === null) return false;
      const others = found.tags.filter((each) => each !== tag);
      const tags = isAdded ? [...others, tag] : others;
      if (!tagsSchema.safeParse(tags).success) return false;
      return (await patchShipment(tracking, tenant, id, { tags })) !== null;
    },
  };
}
