import { LRUCache } from 'lru-cache';
import { entriesMax } from '../../../kernel/entries-max.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import type { Channel, ChannelKind, ChannelsOf } from '../contract.ts';
import {
  type ChannelRow,
  channelById,
  channelsInUse,
  openConfig,
} from './accounts/accounts.sql.ts';

import type { ChannelsFile } from './channels-file.ts';
import type { ChannelDeps, ChannelPlugin, ChannelPlugins } from './plugin.ts';

/** The channels in use: the installation's, and those of merchants who have their own. */
export interface Channels {
  /**
   * Returns a tenant's channels for a kind, in the order in which they are tried. Test shipments
   * always use the mailbox; live ones use the merchant's own channels, else the installation's,
   * else the mailbox.
   */
  readonly channelsOf: ChannelsOf;
  /**
   * Finds the channels whose delivery statuses arrive at a path. With an id it is a merchant's
   * channel; null when there is no such channel.
   */
  forDeliveryStatuses(provider: string, id: string | null): Promise<DeliveryStatusChannels | null>;
  close(): Promise<void>;
}

interface DeliveryStatusChannels {
  /** The channels; several if the installation has the provider for several kinds. */
  readonly channels: readonly Channel[];
  /** The tenant of the channel; null: it is the installation's. */
  readonly tenant: Tenant | null;
}

interface ChannelsDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
  readonly plugins: ChannelPlugins;
  readonly file: ChannelsFile;
  /** Opens channels; the composition adds `trusted`, `apiUrl` and `deliveryStatusUrl`. */
  readonly open: OpenChannel;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** Opens a channel; the composition provides its dependencies. */
export type OpenChannel = (
  plugin: ChannelPlugin,
  kind: ChannelKind,
  config: unknown,
  how: Pick<ChannelDeps, 'trusted' | 'apiUrl'> & { readonly id: string | null },
) => Channel;

/**
 * How long a tenant's channels are cached; a change by another process takes effect within this
 * time.
 */
const CACHE_MS = 1_000;
const TENANTS_MAX = 5_000;
/**
 * The maximum number of open channels, each of which may hold connections. Beyond it, the one that
 * was opened first is closed.
 */
const OPEN_MAX = 500;

export function createChannels(deps: ChannelsDeps): Channels {
  const installationChannels = openInstalled(deps);
  const mailboxes = new Map<ChannelKind, Channel>();
  const rows = new LRUCache<
    string,
    { readonly rows: readonly ChannelRow[]; readonly untilMs: number }
  >(entriesMax(TENANTS_MAX));
  const ownChannels = new Map<string, { readonly generation: number; readonly channel: Channel }>();

  function mailboxOf(kind: ChannelKind): Channel {
    const known = mailboxes.get(kind);
    if (known !== undefined) return known;
    const plugin = deps.plugins.get('mailbox');
    if (plugin === undefined) throw new Error('the mailbox is no channel of this installation');
    const channel = deps.open(plugin, kind, {}, { trusted: true, apiUrl: null, id: null });
    mailboxes.set(kind, channel);
    return channel;
  }

  async function rowsOf(tenant: Tenant): Promise<readonly ChannelRow[]> {
    const key = `${tenant.merchantId} ${tenant.mode}`;
    const nowMs = deps.nowMs();
    const known = rows.get(key);
    if (known !== undefined && known.untilMs > nowMs) return known.rows;
    const found = await channelsInUse(deps.db.pipeline, tenant);
    rows.set(key, { rows: found, untilMs: nowMs + CACHE_MS });
    return found;
  }

  /**
   * Opens a merchant's channel, or returns the open one. Null: it cannot be opened, for example
   * because the installation has no such provider any more.
   */
  function openOwn(row: ChannelRow): Channel | null {
    const current = ownChannels.get(row.id);
    if (current?.generation === row.generation) return current.channel;
    const plugin = deps.plugins.get(row.provider);
    if (plugin === undefined) return null;
    const { id, kind, provider, generation } = row;
    const how = { trusted: false, apiUrl: null, id };
    let channel: Channel;
    try {
      const config = openConfig(deps.keyring, id, row.config);
      channel = { ...deps.open(plugin, kind, config, how), account: id };
    } catch {
      // The error is not logged, because it may quote the configuration.
      deps.log.error({ channel: id, provider }, 'a merchant’s channel cannot be opened');
      return null;
    }
    if (current !== undefined) closeChannel(current.channel);
    ownChannels.delete(id);
    ownChannels.set(id, { generation, channel });
    if (ownChannels.size > OPEN_MAX) {
      const [oldest] = ownChannels;
      if (oldest !== undefined) {
        ownChannels.delete(oldest[0]);
        closeChannel(oldest[1].channel);
      }
    }
    return channel;
  }

  function closeChannel(channel: Channel): void {
    channel.close?.().catch((err: unknown) => deps.log.warn({ err }, 'a channel did not close'));
  }

  return {
    async channelsOf(tenant, kind, whose = 'own') {
      if (tenant.mode === 'test') return [mailboxOf(kind)];
      if (whose === 'installation') return installationChannels.get(kind) ?? [mailboxOf(kind)];
      const ownRows = (await rowsOf(tenant)).filter((row) => row.kind === kind);
      // A merchant with channels of its own never sends by the installation's: a late message is
      // better than one under a strange name.
      if (ownRows.length > 0) return ownRows.flatMap((row) => openOwn(row) ?? []);
      return installationChannels.get(kind) ?? [mailboxOf(kind)];
    },
    async forDeliveryStatuses(provider, id) {
      if (id === null) {
        const channels = [...installationChannels.values()]
          .flat()
          .filter((c) => c.provider === provider);
        return channels.length === 0 ? null : { channels, tenant: null };
      }
      const row = isUuid(id) ? await channelById(deps.db.pipeline, id.toLowerCase()) : null;
      const channel = row?.provider === provider ? openOwn(row) : null;
      if (row === null || channel === null) return null;
      return { channels: [channel], tenant: { merchantId: row.merchantId, mode: row.mode } };
    },
    async close() {
      const all = [...installationChannels.values()].flat();
      for (const { channel } of ownChannels.values()) all.push(channel);
      await Promise.all([...all, ...mailboxes.values()].map((channel) => channel.close?.()));
    },
  };
}

function openInstalled({ file, open }: ChannelsDeps): Map<ChannelKind, readonly Channel[]> {
  return new Map(
    [...file.channels].map(([kind, configured]) => [
      kind,
      configured.map(({ plugin, config, apiUrl }) =>
        open(plugin, kind, config, { trusted: true, apiUrl, id: null }),
      ),
    ]),
  );
}
