import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import type { Database, Queryable } from '../../../platform/database/database.ts';
import type { Egress } from '../../../platform/net/egress.ts';
import { createHttpClient } from '../../../platform/net/http-client.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { liveProviders } from './accounts/accounts.sql.ts';
import {
  type ChannelAccounts,
  createChannelAccounts,
  type ProviderOffer,
  providerOffers,
} from './accounts/accounts.ts';
import { type Channels, createChannels, type OpenChannel } from './channels.ts';
import { type ChannelsFile, formatChannelsProblem, readChannelsFile } from './channels-file.ts';
import { trustedConnect } from './exchange.ts';
import { openMailbox } from './mailbox/mailbox.ts';
import { type ChannelDeps, loadChannelPlugins } from './plugin.ts';
import { secretOfTenant } from './signature.ts';

export interface OpenChannelsDeps {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly egress: Egress;
  /** The data folder; the mailbox is its subfolder `mailbox/`. */
  readonly data: string;
  /** The path of `config/channels.yaml`. */
  readonly file: string;
  /** The environment variables, which contain the file's secrets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly publicUrl: () => string;
}

/** All open channels, shared by sending, storing and delivery statuses. */
export interface OpenedChannels extends Channels {
  /** Merchants' own accounts with providers. */
  readonly accounts: ChannelAccounts;
  readonly offers: readonly ProviderOffer[];
  /** Whom the installation's mail is from; null: it has no mail server, and mail is stored here. */
  readonly mailFrom: string | null;
  /** Providers by which messages currently leave the machine, including merchants' own, sorted. */
  outside(): Promise<readonly string[]>;
  /**
   * The URL at which a provider can report delivery statuses of a merchant's messages; null: it
   * reports none, or cannot reach us.
   */
  deliveryStatusUrl(provider: string, id: string): string | null;
  /**
   * The secret that signs the installation's webhooks of a tenant; null: the installation sends
   * none.
   */
  webhookSecretOf(tenant: Tenant): string | null;
  /**
   * Erases the mailbox files about a deleted shipment, including those written before another
   * channel was configured.
   */
  eraseMailbox(shipmentId: string): Promise<void>;
}

/** The timeout of a request. Providers answer within a second or two; a slower one has trouble. */
const TIMEOUT_MS = 15_000;
/**
 * The maximum size of an answer. Answers are a line of JSON; an error page is a few pages of HTML.
 */
const ANSWER_BYTES_MAX = 256 * 1024;

/** Opens all channels. Throws one error with every problem of the file, each with its line. */
export async function openChannels(deps: OpenChannelsDeps): Promise<OpenedChannels> {
  const plugins = await loadChannelPlugins();
  const read = readChannelsFile(await readFile(deps.file, 'utf8'), plugins, deps.env);
  if (!read.ok) {
    const lines = read.problems.map((problem) => formatChannelsProblem(deps.file, problem));
    throw new Error(`The channels cannot be used:\n${lines.map((line) => `  ${line}`).join('\n')}`);
  }
  const { clock, randomBytes, egress, publicUrl } = deps;
  const limits = { timeoutMs: TIMEOUT_MS, answerBytesMax: ANSWER_BYTES_MAX };
  const http = createHttpClient(limits);
  const freshHttp = createHttpClient({ ...limits, keepAlive: false });
  const mailbox = openMailbox(path.join(deps.data, 'mailbox'));
  const connectAnywhere = trustedConnect(TIMEOUT_MS);
  const depsFor = ({ trusted, apiUrl, id, provider }: OpenHow): ChannelDeps => ({
    http,
    freshHttp,
    post: egress,
    mailbox,
    clock,
    randomBytes,
    trusted,
    apiUrl,
    timeoutMs: TIMEOUT_MS,
    connect: trusted ? connectAnywhere : (host, port) => egress.connect({ host, port }),
    deliveryStatusUrl: () => deliveryStatusUrl(publicUrl(), provider, id),
  });
  const channels = createChannels({
    db: deps.db,
    keyring: deps.keyring,
    plugins,
    file: read.file,
    log: deps.log,
    nowMs: () => clock.nowMs(),
    open: (plugin, kind, config, how) =>
      plugin.open(config, kind, depsFor({ ...how, provider: plugin.provider })),
  });
  const accounts = createChannelAccounts({
    db: deps.db,
    keyring: deps.keyring,
    clock,
    randomBytes,
    plugins,
    depsFor: (provider) => depsFor({ trusted: false, apiUrl: null, id: null, provider }),
  });
  return {
    ...channels,
    accounts,
    offers: providerOffers(plugins),
    mailFrom: senderIn(read.file),
    outside: () => providersInUse(deps.db.pipeline, read.file),
    async eraseMailbox(shipmentId) {
      await mailbox.eraseShipment(shipmentId);
    },
    deliveryStatusUrl: (provider, id) =>
      plugins.get(provider)?.hasDeliveryStatuses === true
        ? deliveryStatusUrl(publicUrl(), provider, id)
        : null,
    webhookSecretOf(tenant) {
      const configured = read.file.channels.get('webhook') ?? [];
      const secret = configured.find(({ plugin }) => plugin.provider === 'http')?.config;
      const text = secret?.['signing_secret'];
      return typeof text === 'string' ? secretOfTenant(text, tenant) : null;
    },
    async close() {
      await channels.close();
      http.close();
      freshHttp.close();
    },
  };
}

/** The sender of the first mail channel that has one. Pure. */
function senderIn({ channels }: ChannelsFile): string | null {
  const senders = (channels.get('email') ?? []).map(({ config }) => config['from_address']);
  return senders.find((each) => typeof each === 'string') ?? null;
}

type OpenHow = Parameters<OpenChannel>[3] & { readonly provider: string };

/**
 * The URL for delivery statuses; null without TLS. Providers call over TLS only, and cannot reach a
 * private network.
 */
function deliveryStatusUrl(publicUrl: string, provider: string, id: string | null): string | null {
  if (!publicUrl.startsWith('https://')) return null;
  return `${publicUrl}/webhooks/providers/${provider}${id === null ? '' : `/${id}`}`;
}

/** The result of checking the file without opening any channel. */
interface ChannelsChecked {
  /** The problems of the file, one per line. */
  readonly problems: readonly string[];
  /** Providers by which messages leave the machine, sorted. */
  readonly outside: readonly string[];
}

export async function checkChannelsFile(
  file: string,
  env: OpenChannelsDeps['env'],
): Promise<ChannelsChecked> {
  const read = readChannelsFile(await readFile(file, 'utf8'), await loadChannelPlugins(), env);
  return read.ok
    ? { problems: [], outside: providersOutside(read.file) }
    : { problems: read.problems.map((each) => formatChannelsProblem(file, each)), outside: [] };
}

const MAILBOX = 'mailbox';

/** Providers by which the installation's file sends messages out of the machine, sorted. */
function providersOutside({ channels }: ChannelsFile): readonly string[] {
  const providers = [...channels.values()].flat().map(({ plugin }) => plugin.provider);
  return sortedOutside(providers);
}

/**
 * Returns those of the installation's file, and those of merchants' own channels for live
 * shipments.
 */
async function providersInUse(db: Queryable, file: ChannelsFile): Promise<readonly string[]> {
  return sortedOutside([...providersOutside(file), ...(await liveProviders(db))]);
}

/** Returns the providers once each, sorted, without the mailbox. */
function sortedOutside(providers: readonly string[]): readonly string[] {
  return [...new Set(providers)].filter((provider) => provider !== MAILBOX).sort();
}

/**
 * A warning for operators; null: links work, or no message leaves the machine. Messages link to the
 * hub's public address. Until that is configured, they link to the address it listens on, which
 * recipients cannot open. Nothing is blocked: the provider may be a mail catcher on the machine
 * itself.
 */
export function unreachableLinks(
  publicUrl: string | null,
  outside: readonly string[],
): string | null {
  if (publicUrl !== null || outside.length === 0) return null;
  return `messages go out by ${outside.join(', ')} with links to the address the hub listens on`;
}

export const UNREACHABLE_LINKS_FIX =
  'Set WAYBILL_PUBLIC_URL to the address under which recipients reach the hub.';
