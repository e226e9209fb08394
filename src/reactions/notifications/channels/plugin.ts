import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { ErrorText } from '../../../kernel/errors.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import { importModule } from '../../../platform/import-module.ts';
import type { HttpClient } from '../../../platform/net/http-client.ts';
import type { Channel, ChannelKind } from '../contract.ts';
import type { GuardedConnect, UntrustedPost } from './exchange.ts';
import type { Mailbox } from './mailbox/mailbox.ts';

/**
 * The plug-in of a provider. It is exported as `plugin` by the `plugin.ts` of a folder beside this
 * file, which has the provider's name. The suite in `conformance.ts` runs on every such folder.
 */
export interface ChannelPlugin {
  /**
   * The provider's name in snake case, as configurations use it; the folder has the same name in
   * kebab case.
   */
  readonly provider: string;
  readonly kinds: readonly ChannelKind[];
  /** The schema of a configuration: strict, in snake case, as in files and in the API. */
  readonly configSchema: z.ZodObject;
  /**
   * The members that are secrets: they are never shown again, and files may only refer to them as
   * `${NAME}`.
   */
  readonly secrets: readonly string[];
  /**
   * Returns the changed member by which stored secrets would be sent to another server than before,
   * or less safely; null: there is none. Whoever changes that member must send the secrets again.
   */
  readonly leadsAway: (before: unknown, after: unknown) => string | null;
  /** Whether merchants can have a channel of this provider of their own. */
  readonly forMerchants: boolean;
  /** Whether the provider calls back with delivery statuses. */
  readonly hasDeliveryStatuses: boolean;
  /**
   * Opens a channel. Throws if `configSchema` refuses the configuration, and for no other reason.
   */
  open(config: unknown, kind: ChannelKind, deps: ChannelDeps): Channel;
  /** Checks the configuration with the provider without sending a message. Null: not possible. */
  readonly verify: ((config: unknown, deps: ChannelDeps) => Promise<ChannelVerdict>) | null;
}

/** A provider's verdict on the credentials. */
export type ChannelVerdict =
  | { readonly state: 'verified' }
  /** It did not answer, or there is no way to ask. */
  | { readonly state: 'unverified'; readonly reason: ErrorText }
  | { readonly state: 'refused'; readonly reason: ErrorText };

/** The dependencies of a channel. */
export interface ChannelDeps {
  /** For requests to the providers' own servers. */
  readonly http: HttpClient;
  /**
   * The same with a new connection for each request, so that it never fails because a server closed
   * an idle one: then it would be unknown whether the request was received.
   */
  readonly freshHttp: HttpClient;
  /** For requests to URLs that someone other than the operator chose. */
  readonly post: UntrustedPost;
  /** Connects to a mail server. If a merchant named it, only public addresses are allowed. */
  readonly connect: GuardedConnect;
  /** Whether the configuration is the operator's, who may name private servers. */
  readonly trusted: boolean;
  /** A URL to use instead of the provider's: a proxy or a test. Null: the provider's own. */
  readonly apiUrl: string | null;
  /** The URL at which the provider can report delivery statuses; null: it cannot reach us. */
  readonly deliveryStatusUrl: () => string | null;
  readonly mailbox: Mailbox;
  /** The timeout of one request; a channel that makes several may take this long for each. */
  readonly timeoutMs: number;
  /** Certificates to trust instead of the system's; for tests. */
  readonly ca?: string;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

interface PluginDescription<S extends z.ZodObject> {
  readonly provider: string;
  readonly kinds: readonly ChannelKind[];
  readonly configSchema: S;
  readonly secrets: readonly (keyof z.output<S> & string)[];
  /** See `ChannelPlugin`. Absent: no member decides to which server the secrets are sent. */
  leadsAway?(before: z.output<S>, after: z.output<S>): (keyof z.output<S> & string) | null;
  readonly forMerchants?: boolean;
  readonly hasDeliveryStatuses?: boolean;
  open(config: z.output<S>, kind: ChannelKind, deps: ChannelDeps): Channel;
  verify?(config: z.output<S>, deps: ChannelDeps): Promise<ChannelVerdict>;
}

/**
 * Makes a plug-in. `open` and `verify` get the configuration with the type that the schema gives
 * it.
 */
export function channelPlugin<S extends z.ZodObject>(
  described: PluginDescription<S>,
): ChannelPlugin {
  const { configSchema, verify } = described;
  return {
    provider: described.provider,
    kinds: described.kinds,
    configSchema,
    secrets: described.secrets,
    leadsAway: (before, after) =>
      described.leadsAway?.(configSchema.parse(before), configSchema.parse(after)) ?? null,
    forMerchants: described.forMerchants ?? true,
    hasDeliveryStatuses: described.hasDeliveryStatuses ?? false,
    open: (config, kind, deps) => described.open(configSchema.parse(config), kind, deps),
    verify:
      verify === undefined ? null : (config, deps) => verify(configSchema.parse(config), deps),
  };
}

/** The plug-ins of this installation, loaded once at start. */
export interface ChannelPlugins {
  get(provider: string): ChannelPlugin | undefined;
  /** Lists the plug-ins in the order of their names. */
  list(): readonly ChannelPlugin[];
}

const CHANNELS_FOLDER = fileURLToPath(new URL('.', import.meta.url));

/**
 * Loads the `plugin.ts` in every folder of `folder`. Throws one error with all problems: a hub must not
 * start without a channel that its operator relies on.
 */
export async function loadChannelPlugins(folder = CHANNELS_FOLDER): Promise<ChannelPlugins> {
  const problems: string[] = [];
  const found = new Map<string, ChannelPlugin>();
  for (const name of channelFolders(folder)) {
    const file = path.join(folder, name, 'plugin.ts');
    const plugin = await importPlugin(file, problems);
    if (plugin === null) continue;
    const provider = name.replaceAll('-', '_');
    if (plugin.provider !== provider) {
      problems.push(`${file}: provider is "${plugin.provider}"; make it "${provider}"`);
    }
    found.set(provider, plugin);
  }
  if (problems.length > 0) {
    throw new Error(`Channels cannot be loaded:\n- ${problems.join('\n- ')}`);
  }
  return { get: (provider) => found.get(provider), list: () => [...found.values()] };
}

/** The names of the folders that contain a channel, sorted. */
export function channelFolders(folder = CHANNELS_FOLDER): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => existsSync(path.join(folder, name, 'plugin.ts')))
    .sort();
}

async function importPlugin(file: string, problems: string[]): Promise<ChannelPlugin | null> {
  try {
    const module: unknown = await importModule(file);
    const plugin = typeof module === 'object' && module !== null && 'plugin' in module;
    if (plugin && isPlugin(module.plugin)) return module.plugin;
    problems.push(`${file}: exports no plugin; export \`plugin\`, made by channelPlugin()`);
  } catch (error) {
    problems.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return null;
}

/**
 * Whether the value looks like a plug-in: enough to fail at start. The conformance suite checks the
 * rest.
 */
function isPlugin(value: unknown): value is ChannelPlugin {
  return (
    typeof value === 'object' &&
    value !== null &&
    'provider' in value &&
    typeof value.provider === 'string' &&
    'kinds' in value &&
    Array.isArray(value.kinds) &&
    'configSchema' in value &&
    'open' in value &&
    typeof value.open === 'function'
  );
}
