import { isUuid } from '../../../kernel/ids.ts';
import { MODES, type Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import {
  listApiKeys,
  listInvitations,
  listMembers,
  type MemberAction,
} from '../../../merchants/index.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { ExceptionCase } from '../../../reactions/exceptions/index.ts';
import { ENDPOINTS_MAX, listEndpoints } from '../../../reactions/merchant-webhooks/index.ts';
import { shipmentsByIds } from '../../../tracking/ports/shipments.ts';
import { shipmentPath } from '../kit/pieces.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import { nameOfCarrier } from './carrier-form.tsx';

/** Something that an entry of the activity log is about, and that still exists. */
export interface Subject {
  readonly name: string;
  /** The path of its page; null: it has none. */
  readonly path: string | null;
  /** What the parcel of this name is in. */
  readonly exceptionCase?: ExceptionCase;
}

type Found = readonly (readonly [id: string, subject: Subject])[];
type Find = (deps: DeskDeps, tenant: Tenant, ids: readonly string[]) => Promise<Found>;

/** Each names what it knows in one query; those of things that are few list all of them. */
const FINDERS: readonly Find[] = [
  async ({ parts }, tenant, ids) =>
    (await withTenant(parts.db.app, tenant, (tx) => shipmentsByIds(tx, ids))).map(
      ({ id, trackingNumber }) => [id, { name: trackingNumber, path: shipmentPath(id) }],
    ),
  async ({ parts: { exceptions } }, tenant, ids) => {
    const page = { filter: { ids }, after: null, limit: ids.length };
    const cases = (await exceptions?.list(tenant, page)) ?? [];
    return cases.map(({ exceptionCase }) => {
      const { id, trackingNumber } = exceptionCase;
      return [id, { name: trackingNumber ?? '', path: `/console/exceptions/${id}`, exceptionCase }];
    });
  },
  async ({ members }, { merchantId }) =>
    (await listMembers(members, merchantId)).map(({ userId, person }) => [
      userId,
      { name: person.name, path: null },
    ]),
  async ({ members }, { merchantId }) =>
    (await listInvitations(members, merchantId)).map(({ id, email }) => [
      id,
      { name: email ?? '', path: null },
    ]),
  async ({ keys }, tenant) =>
    (await listApiKeys(keys, tenant)).map(({ id, name }) => [id, { name, path: null }]),
  async ({ parts: { webhooks } }, tenant) =>
    (await listEndpoints(webhooks, tenant, { after: null, limit: ENDPOINTS_MAX })).map(
      ({ id, url }) => [id, { name: url, path: `/console/webhooks/${id}` }],
    ),
  async ({ shops }, tenant) =>
    ((await shops?.list(tenant)) ?? []).map(({ id, url }) => [
      id,
      { name: url, path: `/console/shops/${id}` },
    ]),
  async (deps, tenant) =>
    (await deps.accounts.list(tenant)).map(({ id, carrier, label }) => [
      id,
      { name: `${nameOfCarrier(deps, carrier)} ${label}`, path: null },
    ]),
  async ({ parts: { custody } }, tenant, ids) =>
    [...((await custody?.names(tenant, ids)) ?? [])].map(([id, name]) => [
      id,
      { name, path: `/console/deliveries/couriers/${wireId('courier', id)}` },
    ]),
];

/** The id in a word of an entry; null: it is another word. A delivery has the id of its parcel. Pure. */
export function idIn(word: string): string | null {
  if (isUuid(word)) return word.toLowerCase();
  const kinds = ['courier', 'delivery', 'pause'] as const;
  return kinds.map((kind) => uuidOfWireId(kind, word)).find((id) => id !== null) ?? null;
}

/**
 * Names what entries are about, by id: at most one query for each kind of thing and mode, however
 * many entries there are. Only pages of the current mode have a path.
 */
export async function subjectsOf(
  deps: DeskDeps,
  { merchantId, mode: current }: Tenant,
  actions: readonly MemberAction[],
): Promise<ReadonlyMap<string, Subject>> {
  const subjects = new Map<string, Subject>();
  for (const mode of MODES) {
    const words = actions.flatMap((each) =>
      each.mode === mode ? (each.subject?.split(' ') ?? []) : [],
    );
    let unnamed = [...new Set(words.map(idIn))].filter((id) => id !== null);
    for (const find of FINDERS) {
      if (unnamed.length === 0) break;
      const found = new Map(await find(deps, { merchantId, mode }, unnamed));
      for (const id of unnamed) {
        const subject = found.get(id);
        if (subject) subjects.set(id, mode === current ? subject : { ...subject, path: null });
      }
      unnamed = unnamed.filter((id) => !subjects.has(id));
    }
  }
  return subjects;
}
