import { isUuid } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import {
  addressesOfProvider,
  findProvider,
  type IdentityProvider,
  lazyOpenId,
  listProviders,
  noteAction,
  PROVIDERS_FULL,
  type ProviderOutcome,
  type ProviderSettings,
  removeProvider,
  reviseProvider,
  setUpProvider,
  visibleMerchants,
} from '../../merchants/index.ts';
import { errorText } from '../../platform/messages/error-text.ts';
import { createEgress } from '../../platform/net/egress.ts';
import { readText, UnusableFile } from '../input-file.ts';
import { type VerbMachines, withDatabase } from '../with-database.ts';

type Write = (line: string) => void;

export interface ProviderOptions {
  readonly merchant: string;
  readonly name?: string | undefined;
  readonly clientId?: string | undefined;
  /** Not given on the command line itself, where others could read it in the list of processes. */
  readonly clientSecretFile?: string | undefined;
  readonly publicClient: boolean;
  readonly vouches?: boolean | undefined;
  readonly json: boolean;
}

const FAILED = 1;
const UNUSABLE = 2;
/** Only a running hub may determine its own URL. */
const NO_HOST = "WAYBILL_PUBLIC_URL is not set: put the hub's own address before these paths.";
/** The name of standard input in place of a file. */
const STDIN = '-';

/** Runs `waybill identity-providers list`. */
export function providersList(
  env: NodeJS.ProcessEnv,
  options: ProviderOptions,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withMerchantSettings(env, options, writeError, async ({ settings, tenant, show }) => {
    const all = await listProviders(settings.members, tenant.merchantId);
    for (const each of all) write(show(each));
    if (all.length === 0 && !options.json) write('There are no identity providers.');
    return 0;
  });
}

/**
 * Runs `waybill identity-providers add ISSUER`, by the rules of the desk, except for the limit on
 * attempts.
 */
export function providersAdd(
  env: NodeJS.ProcessEnv,
  issuer: string,
  options: ProviderOptions,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withMerchantSettings(
    env,
    options,
    writeError,
    async ({ settings, tenant, show, note }) => {
      const given = { ...(await givenIn(options)), name: options.name ?? '', issuer };
      const outcome = await setUpProvider(settings, tenant.merchantId, given);
      if (outcome.kind !== 'done') return reportFailure(outcome, issuer, writeError);
      await note('createIdentityProvider', `${outcome.provider.name}, ${outcome.provider.issuer}`);
      write(show(outcome.provider));
      return 0;
    },
  );
}

/** Runs `waybill identity-providers change ID`. */
export function providersChange(
  env: NodeJS.ProcessEnv,
  id: string,
  options: ProviderOptions,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withMerchantSettings(
    env,
    options,
    writeError,
    async ({ settings, tenant, show, note }) => {
      if (!isUuid(id)) return reportFailure({ kind: 'gone' }, id, writeError);
      const given = await givenIn(options);
      if (Object.values(given).every((each) => each === undefined)) {
        writeError('Nothing to change: give at least one option, such as --name or --client-id.');
        return UNUSABLE;
      }
      const outcome = await reviseProvider(settings, tenant.merchantId, id, given);
      if (outcome.kind !== 'done') return reportFailure(outcome, id, writeError);
      await note('updateIdentityProvider', outcome.provider.name);
      write(show(outcome.provider));
      return 0;
    },
  );
}

/** Runs `waybill identity-providers remove ID`. */
export function providersRemove(
  env: NodeJS.ProcessEnv,
  id: string,
  options: ProviderOptions,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withMerchantSettings(
    env,
    options,
    writeError,
    async ({ settings: { members }, tenant, note }) => {
      const found = isUuid(id) ? await findProvider(members, id) : null;
      if (found === null || !(await removeProvider(members, tenant.merchantId, id))) {
        return reportFailure({ kind: 'gone' }, id, writeError);
      }
      await note('deleteIdentityProvider', found.name);
      write(`Removed ${id}.`);
      return 0;
    },
  );
}

interface MerchantSettings {
  readonly settings: ProviderSettings;
  readonly tenant: Tenant;
  readonly show: (provider: IdentityProvider) => string;
  /** Records the change in the merchant's audit. */
  readonly note: (action: string, subject: string) => Promise<void>;
}

function withMerchantSettings(
  env: NodeJS.ProcessEnv,
  { merchant: slug, json }: ProviderOptions,
  writeError: Write,
  work: (merchant: MerchantSettings) => Promise<number>,
): Promise<number> {
  return withDatabase(env, async (machines) => {
    const merchants = await visibleMerchants(machines.database.pipeline);
    const merchant = merchants.find((each) => each.slug === slug);
    if (merchant === undefined) {
      writeError(`--merchant: there is no merchant "${slug}"; see \`waybill keys list\``);
      return UNUSABLE;
    }
    const tenant: Tenant = { merchantId: merchant.id, mode: 'live' };
    const egress = createEgress({ allow: machines.config.egressAllow });
    const settings = settingsOf(machines, egress);
    const publicUrl = machines.config.publicUrl;
    let isHostNoted = false;
    try {
      return await work({
        settings,
        tenant,
        show(provider) {
          if (publicUrl === null && !isHostNoted) writeError(NO_HOST);
          isHostNoted = true;
          return (json ? jsonLine : lines)(provider, publicUrl ?? '');
        },
        note: (action, subject) =>
          noteAction(settings.members, tenant, { kind: 'operator', id: null }, { action, subject }),
      });
    } catch (error) {
      if (!(error instanceof UnusableFile)) throw error;
      writeError(`--client-secret-file: ${error.message}`);
      return UNUSABLE;
    } finally {
      egress.close();
    }
  });
}

function settingsOf(
  { database: db, clock, randomBytes, keyring }: VerbMachines,
  egress: ReturnType<typeof createEgress>,
): ProviderSettings {
  return {
    members: { db, clock, randomBytes, keyring },
    openId: lazyOpenId({ egress, clock }),
    waitS: () => 0,
  };
}

async function givenIn({
  name,
  clientId,
  clientSecretFile: file,
  publicClient,
  vouches,
}: ProviderOptions) {
  const clientSecret =
    file === undefined
      ? publicClient
        ? null
        : undefined
      : (await readText(file === STDIN ? '/dev/stdin' : file)).trim();
  return { name, clientId, clientSecret, vouches };
}

function reportFailure(
  outcome: Exclude<ProviderOutcome, { readonly kind: 'done' }>,
  about: string,
  writeError: Write,
): number {
  if (outcome.kind === 'unfit') {
    const { member, reason, fix } = outcome;
    writeError(`${member}: ${errorText(reason)} ${errorText(fix)}`);
    return UNUSABLE;
  }
  if (outcome.kind === 'gone') {
    writeError(`There is no identity provider ${about}; see \`waybill identity-providers list\`.`);
  } else writeError(errorText(outcome.kind === 'full' ? PROVIDERS_FULL : 'members.tryAgainLater'));
  return FAILED;
}

function jsonLine(provider: IdentityProvider, publicUrl: string): string {
  const { id, name, issuer, clientId, hasSecret, vouches } = provider;
  const { redirectUri, signInUrl } = addressesOfProvider(publicUrl, id);
  return JSON.stringify({
    id,
    name,
    issuer,
    client_id: clientId,
    has_client_secret: hasSecret,
    trusts_second_step: vouches,
    redirect_uri: redirectUri,
    sign_in_url: signInUrl,
  });
}

function lines(provider: IdentityProvider, publicUrl: string): string {
  const { id, name, issuer, clientId } = provider;
  const { redirectUri } = addressesOfProvider(publicUrl, id);
  const state = clientId === null ? 'no client ID yet' : `client ${clientId}`;
  return [id, issuer, state, redirectUri, name].join('  ');
}
