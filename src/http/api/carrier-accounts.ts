import type { Registry } from '../../adapters/index.ts';
import type { Accounts, CarrierAccount } from '../../intake/index.ts';
import { Problem } from '../../kernel/errors.ts';
import { iso } from '../../tracking/index.ts';
import { type MerchantDoor, merchantRoute } from '../merchant-route.ts';
import {
  createAccountOperation,
  deleteAccountOperation,
  listAccountsOperation,
} from '../operations/carriers.ts';
import type { Route } from '../route.ts';
import { invalidMember } from '../validation.ts';
import { webhookUrl } from './carriers.ts';
import { namedCarrier } from './new-shipment.ts';

/** A merchant's own ways in for carriers' pushes. Their secrets come in and never go out. */
export function carrierAccountRoutes(
  door: MerchantDoor,
  accounts: Accounts,
  registry: Registry,
  publicUrl: () => string,
): readonly Route[] {
  const json = ({ id, carrier, label, createdAtMs }: CarrierAccount) => ({
    id,
    carrier,
    label,
    webhook_url: webhookUrl(publicUrl(), carrier, id),
    created_at: iso(createdAtMs),
  });

  return [
    merchantRoute(door, listAccountsOperation, async ({ tenant }) => {
      const data = (await accounts.list(tenant)).map(json);
      return { status: 200, body: { data, next_cursor: null } };
    }),
    merchantRoute(door, createAccountOperation, async ({ tenant, body }) => {
      const { manifest } = namedCarrier(registry, body.carrier);
      if (manifest.push === null) {
        throw invalidMember('/carrier', 'This carrier pushes nothing.', 'Leave the account out.');
      }
      const account = await accounts.create(tenant, {
        carrier: manifest.name,
        label: body.label,
        webhookSecrets: body.webhook_secrets,
      });
      return { status: 201, body: json(account) };
    }),
    merchantRoute(door, deleteAccountOperation, async ({ tenant, param }) => {
      if (await accounts.disable(tenant, param('id'))) return { status: 204 };
      throw new Problem('not_found', 'There is no such account under this key.');
    }),
  ];
}
