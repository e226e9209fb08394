import type { z } from 'zod';
import type { ErrorText } from '../../../kernel/errors.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import type { HttpClient } from '../../../platform/net/http-client.ts';
import type { Channel, ChannelKind } from '../contract.ts';
import type { GuardedConnect, UntrustedPost } from './exchange.ts';
import type { Mailbox } from './mailbox/mailbox.ts';

/**
 * A provider, as the registry finds it: the folder of this name beside this file, whose `plugin.ts`
 * exports `plugin`. The suite in `conformance.ts` runs on every folder found.
 */
export interface ChannelPlugin {
  /** Snake case, as configurations name it; the folder is the same in kebab case. */
  readonly provider: string;
  readonly kinds: readonly ChannelKind[];
  /** What a configuration holds: strict, snake case, as files and the API spell it. */
  readonly configSchema: z.ZodObject;
  /** Members that are never shown again, and that files may only reference as `${NAME}`. */
  readonly secrets: readonly string[];
  /**
   * The member by which secrets that are kept would reach somebody else than before, or less safely;
   * null: they go where they went. Whoever changes it says the secrets again.
   */
  readonly leadsAway: (before: unknown, after: unknown) => string | null;
  /** False: merchants cannot have one of their own. */
  readonly forMerchants: boolean;
  /** Whether its provider calls back to tell what became of messages. */
  readonly hasDeliveryStatuses: boolean;
  /** Throws where `configSchema` refuses the configuration, and for nothing else. */
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

/** What a channel works with. */
export interface ChannelDeps {
  /** To the providers' own servers. */
  readonly http: HttpClient;
  /** The same, a connection a request: a server that hangs up on an idle one leaves no doubt. */
  readonly freshHttp: HttpClient;
  /** To URLs that someone other than the operator chose. */
  readonly post: UntrustedPost;
  /** To a mail server: where a merchant named it, on public addresses only. */
  readonly connect: GuardedConnect;
  /** Whether the operator wrote the configuration, who may name private servers. */
  readonly trusted: boolean;
  /** In the provider's place: a proxy or a test. Null: the provider. */
  readonly apiUrl: string | null;
  /** Where the provider is to tell what became of messages; null: nowhere it could reach. */
  readonly deliveryStatusUrl: () => string | null;
  readonly mailbox: Mailbox;
  /** For one request; a channel that makes several may take this long for each. */
  readonly timeoutMs: number;
  /** Certificates to trust instead of the system's; for tests. */
  readonly ca?: string;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

interface Described<S extends z.ZodObject> {
  readonly provider: string;
  readonly kinds: readonly ChannelKind[];
  readonly configSchema: S;
  readonly secrets: readonly (keyof z.output<S> & string)[];
  /** Absent: the secrets go to servers that no member names, or nowhere. */
  leadsAway?(before: z.output<S>, after: z.output<S>): (keyof z.output<S> & string) | null;
  readonly forMerchants?: boolean;
  readonly hasDeliveryStatuses?: boolean;
  open(config: z.output<S>, kind: ChannelKind, deps: ChannelDeps): Channel;
  verify?(config: z.output<S>, deps: ChannelDeps): Promise<ChannelVerdict>;
}

/** Keeps the type of the configuration between schema and `open`. */
export function channelPlugin<S extends z.ZodObject>(described: Described<S>): ChannelPlugin {
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
