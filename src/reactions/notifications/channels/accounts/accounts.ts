import { z } from 'zod';
import type { ErrorItem, ErrorText } from '../../../../kernel/errors.ts';
import { isUuid, uuidV7 } from '../../../../kernel/ids.ts';
import type { Mode, Tenant } from '../../../../kernel/tenant.ts';
import { issueText, textOf } from '../../../../kernel/wire/explain-issues.ts';
import type { Clock, RandomBytes } from '../../../../platform/clock.ts';
import { type Database, withTenant } from '../../../../platform/database/database.ts';
import type { Keyring } from '../../../../platform/sealing/sealing.ts';
import type { ChannelKind } from '../../contract.ts';
import { reasonOf } from '../channels-file.ts';
import type { ChannelDeps, ChannelPlugin, ChannelPlugins, ChannelVerdict } from '../plugin.ts';
import {
  type ChannelConfig,
  type ChannelRow,
  insertChannel,
  openConfig,
  removeChannel,
  sealConfig,
  updateChannel,
  visibleChannel,
  visibleChannels,
} from './accounts.sql.ts';

/** A merchant's own account with a provider, without its secrets. */
export interface ChannelAccount {
  readonly id: string;
  readonly mode: Mode;
  readonly kind: ChannelKind;
  readonly provider: string;
  readonly label: string;
  readonly enabled: boolean;
  /** The members of the configuration that are no secrets. */
  readonly config: ChannelConfig;
  /** The names of the secrets that are set. */
  readonly secrets: readonly string[];
  readonly verification: {
    readonly state: 'verified' | 'unverified';
    readonly reason: ErrorText | null;
    readonly atMs: number;
  };
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

interface NewChannel {
  readonly provider: string;
  /** The kind of messages; may be absent if the provider has one kind only. */
  readonly kind?: ChannelKind | undefined;
  readonly label: string;
  readonly config: ChannelConfig;
}

interface ChannelPatch {
  readonly label?: string | undefined;
  readonly enabled?: boolean | undefined;
  /** The members to replace, or to remove with null; the others stay. */
  readonly config?: ChannelConfig | undefined;
}

export type ChannelStored =
  | { readonly outcome: 'stored'; readonly account: ChannelAccount }
  | { readonly outcome: 'invalid'; readonly problems: readonly ErrorItem[] }
  /** The provider does not want them. */
  | { readonly outcome: 'refused'; readonly reason: ErrorText }
  | { readonly outcome: 'full' }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'changed_meanwhile' };

export interface ChannelAccounts {
  list(tenant: Tenant): Promise<readonly ChannelAccount[]>;
  find(tenant: Tenant, id: string): Promise<ChannelAccount | null>;
  /** @param isVerified whether the provider checks the credentials first. */
  create(tenant: Tenant, wanted: NewChannel, isVerified: boolean): Promise<ChannelStored>;
  patch(
    tenant: Tenant,
    id: string,
    patch: ChannelPatch,
    isVerified: boolean,
  ): Promise<ChannelStored>;
  remove(tenant: Tenant, id: string): Promise<boolean>;
}

interface ChannelAccountsDeps {
  readonly db: Pick<Database, 'app'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly plugins: ChannelPlugins;
  /** Returns what a merchant's channel of this provider needs to work. */
  readonly depsFor: (provider: string) => ChannelDeps;
}

/** The maximum number of channels, beyond any merchant's need; each may hold connections. */
export const CHANNELS_MAX = 20;

export function createChannelAccounts(deps: ChannelAccountsDeps): ChannelAccounts {
  const { db, plugins, keyring, clock } = deps;

  async function verdictOn(
    plugin: ChannelPlugin,
    config: unknown,
    isVerified: boolean,
  ): Promise<ChannelVerdict> {
    if (!isVerified) return { state: 'unverified', reason: 'notifications.storedUnverified' };
    if (plugin.verify === null)
      return { state: 'unverified', reason: 'notifications.cannotVerify' };
    return plugin.verify(config, deps.depsFor(plugin.provider));
  }

  return {
    async list(tenant) {
      const rows = await withTenant(db.app, tenant, visibleChannels);
      return rows.map((row) => toAccount(row, deps));
    },
    async find(tenant, id) {
      const row = await findRow(deps, tenant, id);
      return row && toAccount(row, deps);
    },
    async create(tenant, wanted, isVerified) {
      const chosen = findPlugin(plugins, wanted);
      if ('problem' in chosen) return { outcome: 'invalid', problems: [chosen.problem] };
      const { plugin, kind } = chosen;
      const read = checkConfig(plugin, wanted.config);
      if ('problems' in read) return { outcome: 'invalid', problems: read.problems };
      const verdict = await verdictOn(plugin, read.config, isVerified);
      if (verdict.state === 'refused') return { outcome: 'refused', reason: verdict.reason };
      const nowMs = clock.nowMs();
      const id = uuidV7(nowMs, deps.randomBytes(10));
      const row: ChannelRow = {
        ...toVerification(verdict, nowMs),
        id,
        merchantId: tenant.merchantId,
        mode: tenant.mode,
        kind,
        label: wanted.label,
        provider: plugin.provider,
        config: sealConfig(keyring, id, read.config),
        enabled: true,
        generation: 1,
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
        removedAtMs: null,
      };
      const isStored = await withTenant(db.app, tenant, async (tx) => {
        if ((await visibleChannels(tx)).length >= CHANNELS_MAX) return false;
        await insertChannel(tx, row);
        return true;
      });
      return isStored ? { outcome: 'stored', account: toAccount(row, deps) } : { outcome: 'full' };
    },
    async patch(tenant, id, patch, isVerified) {
      const known = await findRow(deps, tenant, id);
      const plugin = known === null ? undefined : plugins.get(known.provider);
      if (known === null || plugin === undefined) return { outcome: 'absent' };
      let config: ChannelConfig | null = null;
      let verdict: ChannelVerdict | null = null;
      if (patch.config !== undefined) {
        const stored = openConfig(keyring, known.id, known.config);
        const read = checkConfig(plugin, mergeConfig(stored, patch.config));
        if ('problems' in read) return { outcome: 'invalid', problems: read.problems };
        const problems = redirectedSecrets(plugin, stored, read.config, patch.config);
        if (problems.length > 0) return { outcome: 'invalid', problems };
        config = read.config;
        verdict = await verdictOn(plugin, config, isVerified);
        if (verdict.state === 'refused') return { outcome: 'refused', reason: verdict.reason };
      }
      const nowMs = clock.nowMs();
      return withTenant(db.app, tenant, async (tx): Promise<ChannelStored> => {
        const row = await visibleChannel(tx, known.id, 'for update');
        if (row === null) return { outcome: 'absent' };
        // The row was not locked while the provider answered: its verdict is about that generation.
        if (row.generation !== known.generation) return { outcome: 'changed_meanwhile' };
        const next: ChannelRow = {
          ...row,
          label: patch.label ?? row.label,
          enabled: patch.enabled ?? row.enabled,
          generation: row.generation + 1,
          updatedAtMs: nowMs,
          config: config === null ? row.config : sealConfig(keyring, row.id, config),
          ...(verdict && toVerification(verdict, nowMs)),
        };
        await updateChannel(tx, next);
        return { outcome: 'stored', account: toAccount(next, deps) };
      });
    },
    async remove(tenant, id) {
      if (!isUuid(id)) return false;
      return withTenant(db.app, tenant, (tx) => removeChannel(tx, id.toLowerCase(), clock.nowMs()));
    },
  };
}

async function findRow(
  { db }: ChannelAccountsDeps,
  tenant: Tenant,
  id: string,
): Promise<ChannelRow | null> {
  if (!isUuid(id)) return null;
  return withTenant(db.app, tenant, (tx) => visibleChannel(tx, id.toLowerCase()));
}

/**
 * Returns the provider's plug-in and the kind of messages, or the problem with the requested ones.
 */
function findPlugin(
  plugins: ChannelPlugins,
  { provider, kind }: NewChannel,
):
  | { readonly plugin: ChannelPlugin; readonly kind: ChannelKind }
  | { readonly problem: ErrorItem } {
  const offered = plugins.list().filter(({ forMerchants }) => forMerchants);
  const plugin = offered.find((one) => one.provider === provider);
  if (plugin === undefined) {
    const fix: ErrorText = {
      'notifications.useOfferedProvider': {
        offered: offered.map((one) => one.provider).join(', '),
      },
    };
    return { problem: { pointer: '/provider', reason: 'notifications.noSuchProvider', fix } };
  }
  const [only] = plugin.kinds;
  const wanted = kind ?? (plugin.kinds.length === 1 ? only : undefined);
  if (wanted === undefined || !plugin.kinds.includes(wanted)) {
    const reason: ErrorText = {
      'notifications.providerCannotSendKind': { kind: kind ?? 'none' },
    };
    const fix: ErrorText = { 'notifications.useOfferedKind': { kinds: plugin.kinds.join(', ') } };
    return { problem: { pointer: '/kind', reason, fix } };
  }
  return { plugin, kind: wanted };
}

/** Returns the configuration as the plug-in's schema reads it, or its problems. */
function checkConfig(
  plugin: ChannelPlugin,
  config: ChannelConfig,
): { readonly config: ChannelConfig } | { readonly problems: readonly ErrorItem[] } {
  const read = plugin.configSchema.safeParse(config);
  if (read.success) return { config: read.data };
  return {
    problems: read.error.issues.flatMap((issue): ErrorItem[] => {
      const fix: ErrorText = { 'notifications.seeProviderSettings': { provider: plugin.provider } };
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => ({
          pointer: `/config/${escapePointer(key)}`,
          reason: 'notifications.unknownProviderMember',
          fix: { 'notifications.omitUnknownMember': { fix: { text: fix } } },
        }));
      }
      const pointer = ['/config', ...issue.path.map((part) => escapePointer(String(part)))].join(
        '/',
      );
      return [{ pointer, reason: reasonOf(issue), fix }];
    }),
  };
}

/** Returns the stored members, replaced by the sent ones; those sent as null are removed. */
function mergeConfig(stored: ChannelConfig, sent: ChannelConfig): ChannelConfig {
  return Object.fromEntries(
    Object.entries({ ...stored, ...sent }).filter(([, value]) => value !== null),
  );
}

/**
 * The errors of a change that would send stored secrets to another server. Stored secrets are never
 * shown, so nobody may have them sent to a server of their choice. Pure.
 */
function redirectedSecrets(
  plugin: ChannelPlugin,
  stored: ChannelConfig,
  next: ChannelConfig,
  sent: ChannelConfig,
): readonly ErrorItem[] {
  const secrets = plugin.secrets.filter((name) => name in stored && !(name in sent));
  // If the stored configuration can no longer be read, its secrets count as sent elsewhere.
  const isKnown = plugin.configSchema.safeParse(stored).success;
  const by = isKnown ? plugin.leadsAway(stored, next) : 'configuration';
  if (by === null) return [];
  return secrets.map(
    (name): ErrorItem => ({
      pointer: `/config/${escapePointer(name)}`,
      reason: { 'notifications.secretWouldBeRedirected': { by, name } },
      fix: { 'notifications.replaceOrRemoveSecret': { name, by } },
    }),
  );
}

function toVerification(verdict: Exclude<ChannelVerdict, { state: 'refused' }>, nowMs: number) {
  return {
    verification: verdict.state,
    verificationReason: verdict.state === 'verified' ? null : issueText(verdict.reason),
    verifiedAtMs: nowMs,
  };
}

/** Returns a channel as its merchant sees it: secrets by name only. */
function toAccount(row: ChannelRow, { keyring, plugins }: ChannelAccountsDeps): ChannelAccount {
  const config = openConfig(keyring, row.id, row.config);
  // Without its plugin, we cannot tell which members are secret, so all are hidden.
  const hidden = plugins.get(row.provider)?.secrets ?? Object.keys(config);
  const names = Object.keys(config).sort();
  return {
    id: row.id,
    mode: row.mode,
    kind: row.kind,
    provider: row.provider,
    label: row.label,
    enabled: row.enabled,
    config: Object.fromEntries(
      names.filter((name) => !hidden.includes(name)).map((name) => [name, config[name]]),
    ),
    secrets: names.filter((name) => hidden.includes(name)),
    verification: {
      state: row.verification,
      reason: row.verificationReason === null ? null : textOf(row.verificationReason),
      atMs: row.verifiedAtMs,
    },
    createdAtMs: row.createdAtMs,
    updatedAtMs: row.updatedAtMs,
  };
}

/** What a provider's configuration requires, for the form that collects it. */
export interface ProviderOffer {
  readonly provider: string;
  readonly kinds: readonly ChannelKind[];
  readonly secrets: readonly string[];
  /** JSON Schema of `config`. */
  readonly configSchema: Readonly<Record<string, unknown>>;
}

export function providerOffers(plugins: ChannelPlugins): readonly ProviderOffer[] {
  return plugins
    .list()
    .filter(({ forMerchants }) => forMerchants)
    .map(({ provider, kinds, secrets, configSchema }) => ({
      provider,
      kinds,
      secrets,
      configSchema: z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }),
    }));
}

/** Escapes a member's name for a JSON pointer (RFC 6901). */
function escapePointer(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
