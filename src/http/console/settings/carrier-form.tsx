import { type CarrierAdapter, type CredentialField, carrierName } from '../../../adapters/index.ts';
import { capitalized } from '../../../kernel/capitalized.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { newCarrierAccount } from '../../api/carrier-accounts/schema.ts';
import { invalidMember, parseBody } from '../../kit/validation.ts';
import { type FormField, PlainField, useFaultAt, useIsRefused } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import type { DeskDeps } from '../kit/visit.ts';
import { SetupField, type SetupStep, stepPath } from '../setup/steps.tsx';

interface FormProps {
  readonly adapter: CarrierAdapter;
  readonly tenant: Tenant;
  readonly step: SetupStep | null;
  /** The submitted values; secrets are not repeated. */
  readonly said: URLSearchParams | null;
  /** Names of the merchant's accounts with this carrier. */
  readonly used: readonly string[];
  /** Whether the merchant has no account of its own with it, so that the name does not matter. */
  readonly isFirst: boolean;
}

/** A name that none of the accounts has. Pure. */
function freeName(used: readonly string[]): string {
  const names = ['Main', ...used.map((_, index) => `Main ${index + 2}`)];
  return names.find((each) => !used.includes(each)) ?? '';
}

/** The carrier's credentials, with the names used in its portal; what few need is folded. */
export function AccountForm({ adapter, tenant, step, said, used, isFirst }: FormProps) {
  const { access, manifest } = adapter;
  const words = useMessages().desk.carriers;
  const { more } = useMessages().desk.shops;
  const { cancel } = useMessages().layout.pieces;
  // The sandbox accepts any credentials.
  const mayRefuse = access !== undefined && (tenant.mode === 'live' || access.origins.test != null);
  const sandboxed = tenant.mode === 'test' && access !== undefined;
  const { needed, rare } = fieldsOf(adapter, words, said);
  const rareNames = [...rare.map(({ name }) => name), ...(isFirst ? ['label'] : [])];
  const isRareRefused = useIsRefused((control) => rareNames.includes(control));
  const name = (
    <PlainField
      name="label"
      label={words.nameForYou}
      value={said?.get('label') ?? freeName(used)}
      required
    />
  );
  return (
    <PostForm to="/console/carriers" class="card stack text" autocomplete="off">
      <input type="hidden" name="carrier" value={manifest.name} />
      <SetupField step={step} />
      {!isFirst && name}
      {needed.map((field) => (
        <PlainField key={field.name} {...field} />
      ))}
      {sandboxed && <System adapter={adapter} chosen={said?.get('environment') ?? null} />}
      <details open={isRareRefused}>
        <summary>{more}</summary>
        <div class="stack">
          {isFirst && name}
          {rare.map((field) => (
            <PlainField key={field.name} {...field} isOptional />
          ))}
          {access !== undefined && (
            <label class="check">
              <input type="checkbox" name="unasked" value="yes" /> {words.unasked}
            </label>
          )}
        </div>
      </details>
      <div class="row">
        <button type="submit" class="primary">
          {access === undefined ? words.save : words.checkAndSave}
        </button>
        <a class="button" href={step === null ? '/console/carriers' : stepPath(step)}>
          {cancel}
        </a>
      </div>
      <p class="soft">
        {words.sealed} {mayRefuse && words.ifRefused({ carrier: manifest.displayName })}
      </p>
    </PostForm>
  );
}

/** The fields of the credentials: those that every account needs, and the others. Pure. */
function fieldsOf(
  { access, manifest }: CarrierAdapter,
  words: Messages['desk']['carriers'],
  said: URLSearchParams | null,
) {
  const asField = ({ name, label, secret, required }: CredentialField) => ({
    name: `${CREDENTIAL}${name}`,
    label,
    // An account that only receives webhooks needs none of them.
    required: required && manifest.push === null,
    ...(secret
      ? { type: 'password' as const }
      : { value: said?.get(`${CREDENTIAL}${name}`) ?? '' }),
  });
  const credentials = access?.credentials ?? [];
  const secret = {
    name: 'webhook_secret',
    label: words.webhookSecretOf({ carrier: manifest.displayName }),
    type: 'password' as const,
  };
  const secrets = manifest.push === null ? [] : [secret];
  const needed = credentials.filter(({ required }) => required).map(asField);
  const rare = credentials.filter(({ required }) => !required).map(asField);
  return needed.length === 0
    ? { needed: [...secrets, ...rare], rare: [] }
    : { needed, rare: [...rare, ...secrets] };
}

/** Test parcels never reach the carrier's real system. */
function System({ adapter, chosen }: { adapter: CarrierAdapter; chosen: string | null }) {
  const hasTest = adapter.access?.origins.test != null;
  const words = useMessages().desk.carriers;
  const { marks, said } = useFaultAt('environment');
  return (
    <>
      <label for="environment">{words.system}</label>
      {said}
      <select id="environment" name="environment" {...marks}>
        {hasTest && (
          <option value="carrier_test" selected={chosen === 'carrier_test'}>
            {capitalized(words.carriersTest)}
          </option>
        )}
        <option value="sandbox" selected={chosen === 'sandbox'}>
          {capitalized(words.ownSandbox)}
        </option>
      </select>
    </>
  );
}

/** Carriers that need an account: own couriers do not. */
export function carriersToJoin({ parts }: Pick<DeskDeps, 'parts'>): readonly CarrierAdapter[] {
  return parts.adapters
    .list()
    .filter(({ access, manifest }) => access !== undefined || manifest.push !== null)
    .filter(({ manifest }) => !manifest.capabilities.includes('scans'));
}

export function nameOfCarrier({ parts }: Pick<DeskDeps, 'parts'>, carrier: string): string {
  return carrierName(parts.adapters, carrier);
}

/** Prefix of the form fields for credentials. */
const CREDENTIAL = 'credential.';

/**
 * Converts a form to a body of `POST /v1/carrier-accounts`; empty fields are left out.
 *
 * @throws Problem 422 with a pointer for each field
 */
export function accountFrom(form: URLSearchParams, used: readonly string[]) {
  const said = (name: string) => (form.get(name) ?? '').trim();
  if (used.includes(said('label'))) {
    const reason = 'desk.accountNameInUse';
    throw invalidMember('/label', reason, 'desk.useAnotherName');
  }
  const credentials = [...form]
    .filter(([name, value]) => name.startsWith(CREDENTIAL) && value.trim() !== '')
    .map(([name, value]) => [name.slice(CREDENTIAL.length), value]);
  if (said('carrier') === '') {
    throw invalidMember('/carrier', 'desk.noCarrierChosen', 'desk.chooseCarrierFromList');
  }
  const secret = said('webhook_secret');
  if (credentials.length === 0 && secret === '') {
    const reason = 'desk.noCredentialsEntered';
    throw invalidMember('/credentials', reason, 'desk.enterCredentialsOrSecret');
  }
  const environment = said('environment');
  return parseBody(newCarrierAccount, {
    carrier: said('carrier'),
    label: said('label'),
    ...(credentials.length === 0 ? {} : { credentials: Object.fromEntries(credentials) }),
    ...(secret === '' ? {} : { webhook_secrets: [secret] }),
    ...(environment === '' ? {} : { environment }),
  });
}

/** The form's fields, by the API member in an error's pointer. Pure. */
export function formFields(
  words: Messages['desk']['carriers'],
  adapter: CarrierAdapter | undefined,
): Readonly<Record<string, FormField>> {
  const fields = (adapter?.access?.credentials ?? []).map(({ name, label }) => ({
    at: `/credentials/${name}`,
    field: { name: label, control: `${CREDENTIAL}${name}` },
  }));
  const secret = { name: words.webhookSecret, control: 'webhook_secret' };
  const all = { name: words.credentials, control: fields[0]?.field.control ?? secret.control };
  return {
    ...Object.fromEntries(fields.map(({ at, field }) => [at, field])),
    '/credentials': all,
    '/label': { name: words.name, control: 'label' },
    '/carrier': { name: words.carrier, control: 'carrier' },
    '/environment': { name: words.system, control: 'environment' },
    '/rule/monthly_cap': { name: words.rule.cap, control: 'monthly_cap' },
    '/rule/carriers': { name: words.rule.carriers, control: 'rule_carriers' },
    '/rule/countries': { name: words.rule.countries, control: 'rule_countries' },
    '/webhook_secrets': secret,
    '/webhook_secrets/0': secret,
  };
}
