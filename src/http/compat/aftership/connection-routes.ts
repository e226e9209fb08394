import { z } from 'zod';
import type { CarrierAccount } from '../../../intake/index.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { text } from '../../../kernel/wire/explain-issues.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { carrierAccountChange, newCarrierAccount } from '../../api/carrier-accounts/schema.ts';
import {
  addAccount,
  type CarrierAccountParts,
  changeAccount,
  removeAccount,
} from '../../api/carrier-accounts/store-account.ts';
import { madeKey, pageOfAll } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import { optional, optionalPaging } from '../optional.ts';
import { aftershipName, carrierNamed, requiredCarrier } from './carriers.ts';
import { BASE, envelope, pagination } from './envelope.ts';
import { utcTime } from './times.ts';
import { trackingId } from './tracking.ts';

const answers = { 200: { description: 'The connection.' } };
const params = { connection_id: 'The connection.' };
/** The credentials of a new account and of a change, with the same checks as under `/v1`. */
const { credentials } = newCarrierAccount.shape;
const { credentials: changedCredentials } = carrierAccountChange.shape;
const LIMIT_MAX = 200;

/** Courier connections, which are the merchant's carrier accounts. */
export const connections = resource(
  { noun: 'courier connection', tag: 'Drop-in API' },
  {
    list: {
      id: 'aftershipListConnections',
      method: 'GET',
      path: `${BASE}/courier-connections`,
      summary: 'List courier connections',
      scope: 'accounts:read',
      query: z.object({
        ...optionalPaging({ limit: 100, limitMax: LIMIT_MAX }),
        courier_slug: optional(text(64)),
      }),
      answers: { 200: { description: 'A page, oldest first.' } },
    },
    create: {
      id: 'aftershipCreateConnection',
      method: 'POST',
      path: `${BASE}/courier-connections`,
      summary: 'Create a courier connection',
      scope: 'accounts:write',
      body: z.object({ courier_slug: text(64), credentials }),
      answers: { 201: { description: 'The connection.' } },
    },
    get: {
      id: 'aftershipGetConnection',
      method: 'GET',
      path: `${BASE}/courier-connections/:connection_id`,
      summary: 'Get a courier connection',
      scope: 'accounts:read',
      params,
      answers,
      errors: ['not_found'],
    },
    update: {
      id: 'aftershipUpdateConnection',
      method: 'PATCH',
      path: `${BASE}/courier-connections/:connection_id`,
      summary: 'Change the credentials of a courier connection',
      scope: 'accounts:write',
      params,
      body: z.object({ credentials: changedCredentials }),
      answers,
      errors: ['not_found', 'conflict'],
    },
    remove: {
      id: 'aftershipDeleteConnection',
      method: 'DELETE',
      path: `${BASE}/courier-connections/:connection_id`,
      summary: 'Remove a courier connection',
      scope: 'accounts:write',
      params,
      answers,
      errors: ['not_found'],
    },
  },
  (parts: CarrierAccountParts) => {
    const { accounts, adapters } = parts;
    return {
      list: async ({ tenant, query }) => {
        const { courier_slug: slug } = query;
        const carrier = slug && (carrierNamed(adapters, slug)?.manifest.name ?? slug);
        const all = (await accounts.list(tenant)).filter(
          (account) => carrier === undefined || account.carrier === carrier,
        );
        const page = pageOfAll('aftership connections', tenant, query, all, {
          key: madeKey,
          json: connectionJson,
        });
        return envelope(200, {
          pagination: pagination(all.length, page.next_cursor),
          courier_connections: page.data,
        });
      },
      create: async ({ tenant, body }) => {
        const { manifest } = requiredCarrier(adapters, body.courier_slug, '/courier_slug');
        const wanted = {
          carrier: manifest.name,
          label: manifest.displayName,
          ...(body.credentials === undefined ? {} : { credentials: body.credentials }),
        };
        return envelope(201, connectionJson(await addAccount(parts, tenant, wanted, true)));
      },
      get: async ({ tenant, param, found }) => {
        const account = await accounts.find(tenant, accountId(param('connection_id')));
        return envelope(200, connectionJson(found(account)));
      },
      update: async ({ tenant, param, body }) => {
        const id = accountId(param('connection_id'));
        return envelope(200, connectionJson(await changeAccount(parts, tenant, id, body, true)));
      },
      remove: async ({ tenant, param, found }) => {
        const id = accountId(param('connection_id'));
        const account = found(await accounts.find(tenant, id));
        await removeAccount(parts, tenant, id);
        return envelope(200, connectionJson(account));
      },
    };
  },
);

const HEX_ID = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** The UUID behind a client's id; anything else stays, and no account has it. */
function accountId(id: string): string {
  const uuid = id.toLowerCase().replace(HEX_ID, '$1-$2-$3-$4-$5');
  return isUuid(uuid) ? uuid : id;
}

/** Shown instead of a credential, since the hub never gives one out. */
const HIDDEN = '********';

function connectionJson(account: CarrierAccount) {
  const { id, carrier, credentialNames, createdAtMs, verification } = account;
  const updatedAtMs = Math.max(createdAtMs, verification?.atMs ?? 0);
  return {
    id: trackingId(id),
    courier_slug: aftershipName(carrier),
    credentials: Object.fromEntries(credentialNames.map((name) => [name, HIDDEN])),
    created_at: utcTime(iso(createdAtMs)),
    updated_at: utcTime(iso(updatedAtMs)),
  };
}
