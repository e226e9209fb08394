import type { CarrierAdapter } from '../../../adapters/index.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { newCarrierAccount } from '../../api/carrier-accounts/schema.ts';
import { invalidMember, parseBody } from '../../kit/validation.ts';
import type { FormField } from '../kit/faults.tsx';
import type { DeskDeps } from '../kit/visit.ts';

/** Carriers that need an account: own couriers do not. */
export function carriersToJoin({ parts }: Pick<DeskDeps, 'parts'>): readonly CarrierAdapter[] {
  return parts.adapters
    .list()
    .filter(({ access, manifest }) => access !== undefined || manifest.push !== null)
    .filter(({ manifest }) => !manifest.capabilities.includes('scans'));
}

export function nameOfCarrier({ parts }: Pick<DeskDeps, 'parts'>, carrier: string): string {
  return parts.adapters.get(carrier)?.manifest.displayName ?? carrier;
}

/** Prefix of the form fields for credentials. */
export const CREDENTIAL = 'credential.';

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
    ...{ carrier: said('carrier'), label: said('label') },
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
    '/webhook_secrets': secret,
    '/webhook_secrets/0': secret,
  };
}
