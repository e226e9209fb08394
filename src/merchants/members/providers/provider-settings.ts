import type { ErrorText } from '../../../kernel/errors.ts';
import { URL_CHARS_MAX } from '../../../platform/net/egress.ts';
import type { OpenId, OpenIdFault } from './openid.ts';
import {
  addProvider,
  changeProvider,
  findProvider,
  type IdentityProvider,
  PROVIDERS_MAX,
  type ProviderChange,
  type ProvidersDeps,
} from './providers.ts';

export const PROVIDER_NAME_CHARS_MAX = 60;
export const CLIENT_ID_CHARS_MAX = 254;
export const CLIENT_SECRET_CHARS_MAX = 1_000;

/** What the set-up of a provider needs, at the desk, by the API or on the command line. */
export interface ProviderSettings {
  readonly members: ProvidersDeps;
  readonly openId: Pick<OpenId, 'check'>;
  /** Returns the seconds until an issuer may be called for this merchant; 0: now. */
  readonly waitS: (merchantId: string) => number;
}

/** Unusable input, described in whole sentences. */
export interface ProviderFault {
  readonly kind: 'unfit';
  readonly member: 'name' | 'issuer' | 'client_id' | 'client_secret';
  readonly reason: ErrorText;
  readonly fix: ErrorText;
}

export type ProviderOutcome =
  | { readonly kind: 'done'; readonly provider: IdentityProvider }
  | ProviderFault
  /** There is one with this issuer, or the most allowed exist already. */
  | { readonly kind: 'full' }
  | { readonly kind: 'wait'; readonly retryAfterS: number }
  /** The merchant has no such provider. */
  | { readonly kind: 'gone' };

/** Settings of a provider; absent ones stay unchanged. */
export interface ProviderInput {
  readonly name?: string | undefined;
  readonly clientId?: string | undefined;
  /** Null: the hub is a client without a secret. */
  readonly clientSecret?: string | null | undefined;
  readonly vouches?: boolean | undefined;
}

const UNUSABLE_ISSUER: Readonly<Record<OpenIdFault, readonly [reason: ErrorText, fix: ErrorText]>> =
  {
    refused_url: ['members.addressNotCallable', 'members.usePublicHttpsHost'],
    unreachable: ['members.addressTimedOut', 'members.checkSpellingAndRetry'],
    no_provider: ['members.notOpenIdConnect', 'members.useSelfNamingIssuer'],
    any_tenant: ['members.sharedTenantAddress', 'members.useOwnEntraTenant'],
    denied: ['members.providerRefused', 'members.checkAddressSpelling'],
    client: ['members.providerRefused', 'members.checkAddressSpelling'],
    refused: ['members.providerRefused', 'members.checkAddressSpelling'],
    untrue: ['members.providerRefused', 'members.checkAddressSpelling'],
  };

/**
 * Returns the URLs to which a provider sends people back, and at which they begin: different ones
 * for each provider, so that none ends another's sign-in.
 */
export function addressesOfProvider(
  publicUrl: string,
  id: string,
): { readonly redirectUri: string; readonly signInUrl: string } {
  const signInUrl = `${publicUrl}/console/sign-in/with/${id}`;
  return { redirectUri: `${signInUrl}/back`, signInUrl };
}

/** Adds a provider by its issuer, which is called and must answer as an OpenID provider. */
export async function setUpProvider(
  settings: ProviderSettings,
  merchantId: string,
  input: ProviderInput & { readonly name: string; readonly issuer: string },
): Promise<ProviderOutcome> {
  const { members } = settings;
  const fault = inputFault(input);
  if (fault !== null) return fault;
  const issuerUrl = input.issuer.replace(/\/\.well-known\/openid-configuration$/, '');
  const isUrl = issuerUrl.length <= URL_CHARS_MAX && URL.canParse(issuerUrl);
  if (!isUrl || !/^https?:\/\//i.test(issuerUrl) || /[?#\s\\]/.test(issuerUrl)) {
    const fix = 'members.useIssuerUrl';
    return unfit('issuer', 'members.notIssuer', fix);
  }
  const retryAfterS = settings.waitS(merchantId);
  if (retryAfterS > 0) return { kind: 'wait', retryAfterS };
  const checked = await settings.openId.check(issuerUrl);
  if (checked.kind !== 'done') return unfit('issuer', ...UNUSABLE_ISSUER[checked.fault]);
  const wanted = { ...toChange(input), name: input.name, issuer: checked.issuer };
  const id = await addProvider(members, merchantId, wanted);
  const provider = id === null ? null : await findProvider(members, id);
  return provider === null ? { kind: 'full' } : { kind: 'done', provider };
}

/** Changes the hub's settings as a client of the provider. */
export async function reviseProvider(
  { members }: Pick<ProviderSettings, 'members'>,
  merchantId: string,
  id: string,
  input: ProviderInput,
): Promise<ProviderOutcome> {
  const fault = inputFault(input);
  if (fault !== null) return fault;
  const isChanged = await changeProvider(members, merchantId, id, toChange(input));
  const provider = isChanged ? await findProvider(members, id) : null;
  return provider === null ? { kind: 'gone' } : { kind: 'done', provider };
}

/** The reason why no more providers can be added. */
export const PROVIDERS_FULL: ErrorText = {
  'members.duplicateIssuerOrLimit': { providersMax: PROVIDERS_MAX },
};

function toChange({ name, clientId, clientSecret, vouches }: ProviderInput): ProviderChange {
  return { name, clientId, clientSecret, vouches };
}

function inputFault({ name, clientId, clientSecret }: ProviderInput): ProviderFault | null {
  if (name !== undefined && !isLine(name, PROVIDER_NAME_CHARS_MAX)) {
    const fix: ErrorText = {
      'members.shortenProviderName': { providerNameCharsMax: PROVIDER_NAME_CHARS_MAX },
    };
    return unfit('name', 'members.invalidProviderName', fix);
  }
  if (clientId !== undefined && !isLine(clientId, CLIENT_ID_CHARS_MAX)) {
    const fix = 'members.useProviderClientId';
    return unfit('client_id', 'members.notClientId', fix);
  }
  if (typeof clientSecret === 'string' && !isLine(clientSecret, CLIENT_SECRET_CHARS_MAX)) {
    const fix = 'members.useOneLineSecret';
    return unfit('client_secret', 'members.notClientSecret', fix);
  }
  return null;
}

function isLine(text: string, max: number): boolean {
  return text !== '' && text.length <= max && !/\p{Cc}/u.test(text);
}

function unfit(member: ProviderFault['member'], reason: ErrorText, fix: ErrorText): ProviderFault {
  return { kind: 'unfit', member, reason, fix };
}
