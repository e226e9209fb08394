import { type CarrierAdapter, carrierName } from '../../../adapters/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { newCarrierAccount } from '../../api/carrier-accounts/schema.ts';
import { invalidMember, parseBody } from '../../kit/validation.ts';
import { type FormField, PlainField, useFaultAt } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import type { DeskDeps } from '../kit/visit.ts';
import { SetupField, type SetupStep, stepPath } from '../setup/steps.tsx';

/** Id of the form that connects a carrier. */
export const CONNECT_ID = 'connect';

interface FormProps {
  readonly adapter: CarrierAdapter;
  readonly tenant: Tenant;
  readonly step: SetupStep | null;
  /** The submitted values; secrets are not repeated. */
  readonly said: URLSearchParams | null;
  /** Names of the merchant's accounts with this carrier. */
  readonly used: readonly string[];
}

/** A name that none of the accounts has. Pure. */
function freeName(used: readonly string[]): string {
  const names = ['Main', ...used.map((_, index) => `Main ${index + 2}`)];
  return names.find((each) => !used.includes(each)) ?? '';
}

/** The carrier's credentials, with the names used in its portal. */
export function AccountForm({ adapter, tenant, step, said, used }: FormProps) {
  const { access, manifest } = adapter;
  const words = useMessages().desk.carriers;
  const { cancel } = useMessages().layout.pieces;
  // The sandbox accepts any credentials.
  const mayRefuse = access !== undefined && (tenant.mode === 'live' || access.origins.test != null);
  const sandboxed = tenant.mode === 'test' && access !== undefined;
  return (
    <PostForm to="/console/carriers" class="card stack text" autocomplete="off" id={CONNECT_ID}>
      <h2>{words.connectTo({ carrier: manifest.displayName })}</h2>
      <input type="hidden" name="carrier" value={manifest.name} />
      <SetupField step={step} />
      <PlainField
        name="label"
        label={words.nameForYou}
        value={said?.get('label') ?? freeName(used)}
        required
      />
      {access?.credentials.map(({ name, label, secret, required }) => {
        const field = `${CREDENTIAL}${name}`;
        // An account that only receives webhooks needs none of them.
        const needed = required && manifest.push === null;
        return (
          <PlainField
            key={name}
            {...{ name: field, label, required: needed, isOptional: !required }}
            {...(secret ? { type: 'password' } : { value: said?.get(field) ?? '' })}
          />
        );
      })}
      {manifest.push !== null && (
        <PlainField
          {...{ name: 'webhook_secret', type: 'password' }}
          label={words.webhookSecretOf({ carrier: manifest.displayName })}
          isOptional={access !== undefined}
        />
      )}
      {sandboxed && <System adapter={adapter} chosen={said?.get('environment') ?? null} />}
      {access !== undefined && (
        <label class="check">
          <input type="checkbox" name="unasked" value="yes" /> {words.unasked}
        </label>
      )}
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
            {words.carriersTest}
          </option>
        )}
        <option value="sandbox" selected={chosen === 'sandbox'}>
          {words.ownSandbox}
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
