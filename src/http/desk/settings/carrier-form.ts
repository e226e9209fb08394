import type { CarrierAdapter } from '../../../adapters/index.ts';
import { invalidMember, parseBody } from '../../kit/validation.ts';
import { newCarrierAccount } from '../../resources/carrier-accounts/schema.ts';
import type { DeskDeps } from '../visit.ts';
import type { CARRIERS } from '../words/carriers.ts';

/** Carriers that an account can be had with: one's own couriers need none. */
export function carriersToJoin({ parts }: Pick<DeskDeps, 'parts'>): readonly CarrierAdapter[] {
  return parts.adapters
    .list()
    .filter(({ access, manifest }) => access !== undefined || manifest.push !== null)
    .filter(({ manifest }) => !manifest.capabilities.includes('scans'));
}

export function nameOfCarrier({ parts }: Pick<DeskDeps, 'parts'>, carrier: string): string {
  return parts.adapters.get(carrier)?.manifest.displayName ?? carrier;
}

/** Fields of a form are named for the credentials behind this. */
export const CREDENTIAL = 'credential.';

/**
 * A form as `POST /v1/carrier-accounts` would take it; what was left empty is not said.
 *
 * @throws Problem 422 with a pointer for each field
 */
export function accountFrom(form: URLSearchParams) {
  const said = (name: string) => (form.get(name) ?? '').trim();
  const credentials = [...form]
    .filter(([name, value]) => name.startsWith(CREDENTIAL) && value.trim() !== '')
    .map(([name, value]) => [name.slice(CREDENTIAL.length), value]);
  if (said('carrier') === '') {
    throw invalidMember('/carrier', 'None is chosen.', 'Choose a carrier from the list.');
  }
  const secret = said('webhook_secret');
  const environment = said('environment');
  return parseBody(newCarrierAccount, {
    ...{ carrier: said('carrier'), label: said('label') },
    ...(credentials.length === 0 ? {} : { credentials: Object.fromEntries(credentials) }),
    ...(secret === '' ? {} : { webhook_secrets: [secret] }),
    ...(environment === '' ? {} : { environment }),
  });
}

/** What the fields are called, by the member that a refusal points to. Pure. */
export function fieldNames(
  words: (typeof CARRIERS)['en'],
  adapter: CarrierAdapter | undefined,
): Readonly<Record<string, string>> {
  const fields = adapter?.access?.credentials ?? [];
  return {
    ...Object.fromEntries(fields.map(({ name, label }) => [`/credentials/${name}`, label])),
    ...{ '/credentials': words.credentials, '/label': words.name, '/carrier': words.carrier },
    ...{ '/environment': words.system, '/webhook_secrets': words.webhookSecret },
    '/webhook_secrets/0': words.webhookSecret,
  };
}
