import {
  type CarrierAdapter,
  type Credentials,
  type Registry,
  shippedCatalogue,
} from '../../../adapters/index.ts';
import type {
  AccountEnvironment,
  AccountPatch,
  Accounts,
  BridgeRule,
  CarrierAccount,
  CredentialVerdict,
} from '../../../intake/index.ts';
import { closest } from '../../../kernel/closest.ts';
import { type ErrorItem, type ErrorText, Problem } from '../../../kernel/errors.ts';
import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import { invalidMember, invalidMembers } from '../../kit/validation.ts';
import type { Polling } from '../pulling/routes.ts';
import { noSuchCarrier } from '../shipments/new-shipment.ts';
import type { CredentialCheck } from './credential-check.ts';
import type { BridgeRuleInput, CarrierAccountChange, NewCarrierAccount } from './schema.ts';

export interface CarrierAccountParts {
  readonly accounts: Accounts;
  readonly adapters: Registry;
  readonly publicUrl: () => string;
  /** Null when this hub polls no carriers. */
  readonly polling: Polling | null;
  /** Null: credentials are stored unchecked, and verified later. */
  readonly check: CredentialCheck | null;
}

/** Returns the adapter of a carrier or bridge; throws a 422 that lists all. */
function adapterNamed(adapters: Registry, name: string): CarrierAdapter {
  const all = adapters.list();
  const adapter = all.find(({ manifest }) => manifest.name === name);
  if (adapter !== undefined) return adapter;
  const meant = closest(
    name,
    all.map(({ manifest }) => manifest.name),
  );
  throw noSuchCarrier('/carrier', meant, all);
}

/**
 * Stores a new account, unless its carrier rejects the credentials.
 *
 * @param shouldVerify whether to check them with the carrier first
 * @throws Problem 422 for credentials the carrier does not use or rejects, with a pointer for
 *   each credential
 */
export async function addAccount(
  parts: CarrierAccountParts,
  tenant: Tenant,
  body: NewCarrierAccount,
  shouldVerify: boolean,
): Promise<CarrierAccount> {
  const { adapters } = parts;
  const adapter = adapterNamed(adapters, body.carrier);
  const wanted = {
    ...toNewAccount(adapter, tenant, body),
    rule: ruleFrom(parts, adapter, body.rule) ?? null,
  };
  const candidate = { ...tenant, ...wanted, id: null };
  const verdict = await verifyCredentials(parts, candidate, shouldVerify);
  const account = await parts.accounts.create(tenant, { ...wanted, verdict });
  if (shouldVerify) await parts.check?.stored({ ...candidate, id: account.id });
  parts.polling?.accountsChanged();
  return account;
}

/**
 * Changes the given members, unless the carrier rejects the credentials. Without credentials in
 * the request, the stored ones are checked again.
 *
 * @throws Problem 404 for no account of this tenant, 422 as above, 409 when another request was
 *   faster
 */
export async function changeAccount(
  parts: CarrierAccountParts,
  tenant: Tenant,
  id: string,
  body: CarrierAccountChange,
  shouldVerify: boolean,
): Promise<CarrierAccount> {
  const { accounts, adapters } = parts;
  const known = await accounts.find(tenant, id);
  if (known === null) throw noSuchAccount();
  const held = (await accounts.forPolling(known.id, { fresh: true }))?.credentials ?? {};
  const adapter = adapters.get(known.carrier);
  const rule = ruleFrom(parts, adapter, body.rule);
  const patch = { ...toPatch(adapter, held, body), ...(rule === undefined ? {} : { rule }) };
  const { credentials } = patch;
  const verdict =
    credentials &&
    (await verifyCredentials(parts, { ...tenant, ...known, credentials }, shouldVerify));
  const account = await accounts.patch(tenant, known.id, (_, current) => {
    // The check ran without holding the row, so its verdict applies to those credentials only.
    if (credentials !== undefined && !isSame(current, held)) {
      throw new Problem('conflict', 'accounts.credentialsChangedMeanwhile');
    }
    return { ...patch, ...(verdict === undefined ? {} : { verdict }) };
  });
  if (account === null) throw noSuchAccount();
  if (body.credentials !== undefined) {
    parts.polling?.accountsChanged();
    await parts.polling?.credentialsChanged(account.id);
  }
  if (rule !== undefined) await parts.polling?.ruleChanged(account.id);
  return account;
}

/** @throws Problem 404 for no account of this tenant */
export async function removeAccount(
  { accounts, polling }: CarrierAccountParts,
  tenant: Tenant,
  id: string,
): Promise<void> {
  if (!(await accounts.disable(tenant, id))) throw noSuchAccount();
  polling?.accountsChanged();
}

/**
 * Returns the carrier's verdict, or `unverified` if it is not asked. Throws a 422 if the carrier
 * rejects the credentials, so that nothing is stored.
 */
async function verifyCredentials(
  { check, adapters }: CarrierAccountParts,
  candidate: Parameters<CredentialCheck['verify']>[0],
  shouldVerify: boolean,
): Promise<CredentialVerdict> {
  if (Object.keys(candidate.credentials).length === 0) return NO_CREDENTIALS;
  if (!shouldVerify) return STORED_UNCHECKED;
  if (check === null) return NO_POLLING;
  const verdict = await check.verify(candidate);
  if (verdict.state !== 'refused') return verdict;
  const name = adapters.get(candidate.carrier)?.manifest.displayName ?? candidate.carrier;
  throw invalidMember(
    '/credentials',
    { 'accounts.credentialsRefused': { name, reason: { text: verdict.reason } } },
    'accounts.copyForThisEnvironment',
  );
}

const NO_CREDENTIALS: CredentialVerdict = {
  state: 'unverified',
  reason: 'accounts.noCredentials',
  retryAfterS: null,
};
const STORED_UNCHECKED: CredentialVerdict = {
  state: 'unverified',
  reason: 'accounts.storedUnchecked',
};
const NO_POLLING: CredentialVerdict = {
  state: 'unverified',
  reason: 'accounts.hubPollsNone',
  retryAfterS: 0,
};

function isSame(one: Credentials, other: Credentials): boolean {
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => Object.hasOwn(other, name) && one[name] === other[name]);
}

function noSuchAccount(): Problem {
  return new Problem('not_found', 'accounts.noSuchAccount');
}

function toNewAccount(adapter: CarrierAdapter, { mode }: Tenant, sent: NewCarrierAccount) {
  const { credentials = {}, webhook_secrets: webhookSecrets, caps } = sent;
  refuseUselessSecrets(adapter, webhookSecrets);
  checkCredentials(adapter, credentials);
  if (Object.keys(credentials).length === 0 && webhookSecrets === undefined) {
    const pointer = adapter.access === undefined ? '/webhook_secrets' : '/credentials';
    throw invalidMember(
      pointer,
      'accounts.credentialsAndSecretsMissing',
      'accounts.sendCredentialsOrSecrets',
    );
  }
  return {
    carrier: adapter.manifest.name,
    label: sent.label,
    credentials,
    environment: environmentOf(adapter, mode, sent.environment),
    caps: { perHour: caps?.calls_per_hour ?? null, perDay: caps?.calls_per_day ?? null },
    ...(webhookSecrets === undefined ? {} : { webhookSecrets }),
  };
}

function toPatch(
  adapter: CarrierAdapter | undefined,
  held: Credentials,
  sent: CarrierAccountChange,
): AccountPatch {
  const { label, webhook_secrets: webhookSecrets, caps } = sent;
  if (adapter !== undefined) refuseUselessSecrets(adapter, webhookSecrets);
  const credentials =
    sent.credentials === undefined ? undefined : mergeCredentials(held, sent.credentials);
  if (credentials !== undefined) {
    if (adapter === undefined) {
      throw new Problem('conflict', 'accounts.carrierNoLongerInstalled');
    }
    checkCredentials(adapter, credentials);
  }
  return {
    ...(label === undefined ? {} : { label }),
    ...(webhookSecrets === undefined ? {} : { webhookSecrets }),
    ...(credentials === undefined ? {} : { credentials }),
    caps: {
      ...(caps?.calls_per_hour === undefined ? {} : { perHour: caps.calls_per_hour }),
      ...(caps?.calls_per_day === undefined ? {} : { perDay: caps.calls_per_day }),
    },
  };
}

/**
 * Returns the rule that was sent; undefined if none was.
 *
 * @throws Problem 422 for an account that is no bridge's, or a carrier that the hub does not know
 */
function ruleFrom(
  { adapters }: Pick<CarrierAccountParts, 'adapters'>,
  adapter: CarrierAdapter | undefined,
  sent: BridgeRuleInput | undefined,
): BridgeRule | null | undefined {
  if (sent === undefined) return undefined;
  if (adapter?.bridge === undefined) {
    throw invalidMember('/rule', 'accounts.registersNothing', 'accounts.omitField');
  }
  const { carriers = null, countries = null, monthly_cap: monthlyCap } = sent;
  if (monthlyCap === 0) return null;
  const known = new Set(adapters.carriers().map(({ manifest }) => manifest.name));
  const countryErrors = (countries ?? []).flatMap((country, index): ErrorItem[] => {
    if (/^[A-Z]{2}$/.test(country)) return [];
    const pointer = `/rule/countries/${index}`;
    return [{ pointer, reason: 'values.unknownCountryCode', fix: 'accounts.omitField' }];
  });
  const errors = (carriers ?? []).flatMap((carrier, index): ErrorItem[] => {
    if (known.has(carrier) || shippedCatalogue().get(carrier) !== undefined) return [];
    return [
      {
        pointer: `/rule/carriers/${index}`,
        reason: 'accounts.unknownRuleCarrier',
        fix: 'accounts.sendListedCarrier',
      },
    ];
  });
  const all = [...errors, ...countryErrors];
  if (all.length > 0) throw invalidMembers(all);
  return { carriers, countries, monthlyCap };
}

/** Returns the credentials after the change; null removes one. */
function mergeCredentials(
  held: Credentials,
  sent: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const next: Record<string, string> = { ...held };
  for (const [name, value] of Object.entries(sent)) {
    if (value === null) delete next[name];
    else next[name] = value;
  }
  return next;
}

function refuseUselessSecrets(
  { manifest, webhook }: CarrierAdapter,
  webhookSecrets: readonly string[] | undefined,
): void {
  if (webhookSecrets === undefined) return;
  if (manifest.push === null) {
    throw invalidMember(
      '/webhook_secrets',
      'accounts.carrierSendsNoWebhooks',
      'accounts.omitFields',
    );
  }
  if (webhook?.keys !== 'public') return;
  const errors = webhookSecrets.flatMap((secret, index): ErrorItem[] => {
    if (URL.canParse(secret) && new URL(secret).protocol === 'https:') return [];
    const pointer = `/webhook_secrets/${index}`;
    return [{ pointer, reason: 'accounts.noKeySetUrl', fix: 'accounts.sendKeySetUrl' }];
  });
  if (errors.length > 0) throw invalidMembers(errors);
}

/**
 * Rejects credentials the carrier does not use, and missing ones: each with its pointer, so that a
 * form can show the error beside the field. Values are never repeated. No credentials at all are
 * valid: the account is then for pushes only.
 */
function checkCredentials(adapter: CarrierAdapter, credentials: Credentials): void {
  const names = Object.keys(credentials);
  if (names.length === 0) return;
  const { access, manifest } = adapter;
  if (access === undefined) {
    throw invalidMember(
      '/credentials',
      { 'accounts.pollingUnavailable': { displayName: manifest.displayName } },
      'accounts.omitField',
    );
  }
  const fields = access.credentials;
  const known = fields.map(({ name }) => name);
  const errors: ErrorItem[] = [
    ...names
      .filter((name) => !known.includes(name))
      .map(
        (name): ErrorItem => ({
          pointer: `/credentials/${name}`,
          reason: { 'accounts.unknownCredential': { displayName: manifest.displayName } },
          fix: { 'accounts.sendKnownCredentials': { known: known.join(', ') } },
        }),
      ),
    ...fields
      .filter(({ name, required }) => required && !names.includes(name))
      .map(
        ({ name, label }): ErrorItem => ({
          pointer: `/credentials/${name}`,
          reason: 'values.missing',
          fix: { 'accounts.sendNamedCredential': { displayName: manifest.displayName, label } },
        }),
      ),
  ];
  if (errors.length > 0) throw invalidMembers(errors);
}

/**
 * Returns which system of the carrier the account uses. A live key uses the real system, a test key
 * never does: throws a 422 for another choice.
 */
function environmentOf(
  adapter: CarrierAdapter,
  mode: Mode,
  wanted: AccountEnvironment | undefined,
): AccountEnvironment {
  const hasTestSystem = adapter.access?.origins.test != null;
  if (mode === 'live') {
    if (wanted === undefined || wanted === 'production') return 'production';
    throw environmentProblem('accounts.liveKeyProductionOnly', 'accounts.omitField');
  }
  if (wanted === undefined) return hasTestSystem ? 'carrier_test' : 'sandbox';
  if (wanted === 'production') {
    throw environmentProblem(
      'accounts.productionNeedsLiveKey',
      hasTestSystem ? 'accounts.useTestEnvironment' : SANDBOX,
    );
  }
  if (wanted === 'carrier_test' && !hasTestSystem) {
    throw environmentProblem(
      { 'accounts.noKnownTestSystem': { displayName: adapter.manifest.displayName } },
      SANDBOX,
    );
  }
  return wanted;
}

const SANDBOX = 'accounts.useSandbox';

function environmentProblem(reason: ErrorText, fix: ErrorText): Problem {
  return invalidMember('/environment', reason, fix);
}
