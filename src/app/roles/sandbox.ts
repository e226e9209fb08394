import {
  loadSandboxes,
  loadShopSandboxes,
  type RunningSandbox,
  type SandboxCarrier,
  type SandboxShop,
  sandboxClock,
  startSandbox,
} from '../../adapters/sandbox-kit/index.ts';
import { type CarrierAccount, DEMO_ACCOUNT_LABEL } from '../../intake/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Machines } from '../../platform/machines.ts';
import { carrierSettingName } from '../../platform/settings/config.ts';
import { registerShipment } from '../../tracking/ports/shipments.ts';
import type { Hub } from '../hub.ts';

/** The sandbox of this process, in real time. */
export interface SandboxRole {
  /**
   * Returns the URL at which the sandbox simulates a carrier or a shop, by its name or its host; null
   * for one that it does not know.
   */
  origin(carrier: string): string | null;
  /** The hosts of its shops, for which it stands in. */
  readonly hosts: readonly string[];
  /** The number of each carrier's demo parcel. */
  readonly demos: Readonly<Record<string, string>>;
  /**
   * Creates in the first merchant's test mode an account with every sandbox carrier and, with each
   * new account, a parcel that moves within minutes. Existing ones stay unchanged. Customers order in
   * the sandbox shops. Never rejects.
   */
  showAround(tenant: Tenant, localUrl: string, publicUrl: string): Promise<void>;
}

const DEMO = 'demo';

/**
 * Starts the sandbox carriers. `merchantId` is the first merchant's: its id dates the start of this
 * installation, before which the scenarios of the magic numbers had ended.
 */
export async function startSandboxRole(
  { config, clock, log, shutdown }: Machines,
  hub: Hub,
  merchantId: string,
): Promise<SandboxRole> {
  // Not those of packages, whose code runs in a process without a network (adapters/packages/).
  const all = await loadSandboxes();
  const carriers = all.filter(({ name }) => hub.adapter(name) !== null);
  const served = [...carriers, ...(await loadShopSandboxes())];
  const sandbox = await startSandbox({
    carriers: served,
    clock: sandboxClock(clock),
    settledBeforeMs: uuidTimeMs(merchantId),
    onError: (err) => log.warn({ err }, 'a sandbox error was handled'),
  });
  shutdown.onStop('sandbox', () => sandbox.stop());
  log.info({ url: `${sandbox.origin}/_control` }, 'sandbox carriers');
  const demos = Object.fromEntries(
    carriers.flatMap(({ name, bridge, demo }) =>
      demo === undefined || bridge !== undefined ? [] : [[name, demo.number]],
    ),
  );
  return {
    origin(wanted) {
      const found = served.find(({ name, host }) => name === wanted || host === wanted);
      return found === undefined ? null : `${sandbox.origin}/${found.name}`;
    },
    hosts: served.flatMap(({ host }) => host ?? []),
    demos,
    async showAround(tenant, localUrl, publicUrl) {
      try {
        const shown: string[] = [];
        if (hub.fleet !== null && (await isNewHere(hub, carriers, tenant))) {
          await hub.fleet.createSandboxCouriers(tenant);
        }
        for (const carrier of carriers) {
          // Own couriers have no account; their parcels come by themselves
          // (fleet/sandbox-couriers/).
          const { access, webhook } = hub.adapter(carrier.name) ?? {};
          if (access === undefined && webhook === undefined) continue;
          const header = config.webhookHeaders.get(carrierSettingName(carrier.name));
          const hooks = { localUrl, header: header ?? null };
          const number = await prepareCarrier(sandbox, hub, carrier, tenant, hooks);
          if (number !== null) shown.push(`${publicUrl}/track/${carrier.name}/${number}`);
        }
        for (const { name } of served) fillShop(sandbox.shop(name), demos);
        for (const url of shown) log.info({ url }, 'follow a demo parcel');
      } catch (err) {
        log.warn({ err }, 'the sandbox has no accounts or demo parcels');
      }
    },
  };
}

/** Whether this mode never had sandbox carriers, so that nobody has removed any. */
async function isNewHere(
  hub: Hub,
  carriers: readonly SandboxCarrier[],
  tenant: Tenant,
): Promise<boolean> {
  if ((await hub.accounts.list(tenant)).length > 0) return false;
  for (const { name } of carriers) {
    if (await hub.accounts.everHad(tenant, name, 'sandbox')) return false;
  }
  return true;
}

/** Lets customers order in a shop: two orders are shipped, with parcels of the demo, and one is not. */
function fillShop(shop: SandboxShop | null, demos: SandboxRole['demos']): void {
  for (const [carrier, number] of Object.entries(demos).slice(0, 2)) {
    const order = shop?.place({});
    if (order !== undefined) shop?.fulfil(order.id, { numbers: [{ number, carrier }] });
  }
  shop?.place({ items: [{ sku: 'TEAPOT-1', name: 'Teapot' }] });
}

interface Hooks {
  readonly localUrl: string;
  /** The operator's name for the header that carries the secret; null: the carrier's own. */
  readonly header: string | null;
}

/**
 * Creates one carrier's account, hook and demo parcel. Returns the parcel's number if it is new.
 */
async function prepareCarrier(
  sandbox: RunningSandbox,
  hub: Hub,
  carrier: SandboxCarrier,
  tenant: Tenant,
  hooks: Hooks,
): Promise<string | null> {
  const known = (await hub.accounts.list(tenant)).find(
    ({ carrier: name, environment }) => name === carrier.name && environment === 'sandbox',
  );
  // Somebody who deleted it wants to use this mode for something else.
  if (known === undefined && (await hub.accounts.everHad(tenant, carrier.name, 'sandbox'))) {
    return null;
  }
  const account = known ?? (await createAccount(hub, carrier, tenant));
  const { bridge, demo } = carrier;
  // No parcel has a bridge as its carrier.
  if (demo === undefined || bridge !== undefined) return null;
  // The scenario begins with the account, so that it continues where it was after a restart.
  sandbox.register(carrier.name, { ...demo, start: { atMs: account.createdAtMs } });
  await enterHook(sandbox, hub, carrier, account, hooks, demo.number);
  if (known !== undefined) return null;
  await registerShipment(hub.tracking, tenant, {
    carrier: carrier.name,
    trackingNumber: demo.number,
    orderIds: [DEMO],
    tags: [DEMO],
  });
  return demo.number;
}

function createAccount(hub: Hub, { name, credentials }: SandboxCarrier, tenant: Tenant) {
  return hub.accounts.create(tenant, {
    carrier: name,
    label: DEMO_ACCOUNT_LABEL,
    environment: 'sandbox',
    credentials,
  });
}

/**
 * Enters the hook as a person would in the carrier's portal, because some carriers accept no hook
 * by call. If the hub requests all of the account's pushes itself, no hook is needed for one
 * parcel.
 */
async function enterHook(
  sandbox: RunningSandbox,
  hub: Hub,
  carrier: SandboxCarrier,
  { id }: Pick<CarrierAccount, 'id'>,
  { localUrl, header }: Hooks,
  number: string,
): Promise<void> {
  const push = hub.adapter(carrier.name)?.manifest.push ?? null;
  if (push === null || push.subscription?.scope === 'account') return;
  const secret = (await hub.accounts.forPolling(id))?.webhookSecrets[0];
  if (secret === undefined) return;
  sandbox.subscribe(carrier.name, {
    account: carrier.credentials['client_id'] ?? carrier.credentials['api_key'] ?? '',
    numbers: [number],
    url: `${localUrl}/webhooks/carrier/${carrier.name}/${id}`,
    secret,
    header: push.headerConfigurable ? (header ?? push.header) : null,
  });
}

/** Returns when a UUIDv7 was created: its first 48 bits are the milliseconds. */
function uuidTimeMs(uuid: string): number {
  return Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16);
}
