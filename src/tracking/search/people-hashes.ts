import { createHmac } from 'node:crypto';
import { internationalPhone } from '../../kernel/places/phone.ts';
import type { Tenant } from '../../kernel/tenant.ts';

/** The personal data of a shipment's destination. */
interface People {
  readonly recipient: Readonly<Record<string, unknown>> | null;
  readonly destination: Readonly<Record<string, unknown>> | null;
}

/** Computes hashes by which a shipment's people are found, and which do not reveal them. */
export interface PeopleHashes {
  /** Returns the hashes of the recipient's mail, phone and name, as far as they are known. */
  of(tenant: Tenant, people: People): readonly string[];
  /** Returns the hashes of a search text, which may be any of these. */
  ofText(tenant: Tenant, text: string): readonly string[];
}

/** The name of the installation's key for these hashes. */
export const PEOPLE_KEY = 'people';

type Kind = 'mail' | 'phone' | 'name';

/** Length of a hash: collisions between two people are practically impossible. */
const HASH_BYTES = 16;
/** Fewest digits of a phone number; fewer are an extension, or no phone number at all. */
const PHONE_DIGITS_MIN = 6;

/** @param key 32 bytes that never change: the stored hashes depend on them. */
export function createPeopleHashes(key: Uint8Array): PeopleHashes {
  function hash({ merchantId, mode }: Tenant, kind: Kind, text: string): string {
    const content = JSON.stringify([merchantId, mode, kind, text]);
    const digest = createHmac('sha256', key).update(content).digest();
    return digest.subarray(0, HASH_BYTES).toString('base64url');
  }
  return {
    of(tenant, { recipient, destination }) {
      const country = textOf(destination, 'country');
      const names = [textOf(recipient, 'name'), textOf(destination, 'name')];
      return [
        ...spelled(normalMail(textOf(recipient, 'email'))).map((m) => hash(tenant, 'mail', m)),
        ...phonesOf(textOf(recipient, 'phone'), country).map((p) => hash(tenant, 'phone', p)),
        ...new Set(
          names.flatMap((n) => spelled(normalName(n))).map((n) => hash(tenant, 'name', n)),
        ),
      ];
    },
    ofText(tenant, text) {
      return text.includes('@')
        ? spelled(normalMail(text)).map((m) => hash(tenant, 'mail', m))
        : [
            ...phonesOf(text, null).map((p) => hash(tenant, 'phone', p)),
            ...spelled(normalName(text)).map((n) => hash(tenant, 'name', n)),
          ];
    },
  };
}

function textOf(object: Readonly<Record<string, unknown>> | null, name: string): string {
  const value = object?.[name];
  return typeof value === 'string' ? value : '';
}

const spelled = (text: string): readonly string[] => (text === '' ? [] : [text]);

function normalMail(text: string): string {
  return text.trim().normalize('NFKC').toLowerCase();
}

/** Returns a phone number as it is written and as it is dialled from abroad, digits only. */
function phonesOf(text: string, country: string | null): readonly string[] {
  if (!/^[\d\s().+/-]+$/.test(text)) return [];
  const abroad = internationalPhone(text, country) ?? '';
  const digits = [text, abroad].map((each) => each.replaceAll(/\D/g, '').replace(/^00/, ''));
  return [...new Set(digits)].filter(({ length }) => length >= PHONE_DIGITS_MIN);
}

/**
 * Returns the words of a name in alphabetical order, because some people write the family name
 * first.
 */
function normalName(text: string): string {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.sort().join(' ');
}
