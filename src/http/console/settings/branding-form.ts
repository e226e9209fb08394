import { LANGUAGES } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { newBranding } from '../../api/branding/schema.ts';
import { parseBody } from '../../kit/validation.ts';

const PLAIN = ['name', 'logo_url', 'color', 'website', 'support_email', 'support_url'] as const;
export const OWN_WORDS = ['intro', 'footer'] as const;

/** All fields of the form, apart from the file of a logo. */
export const BRANDING_FIELDS: readonly string[] = [
  ...[...PLAIN, 'address', 'default_language'],
  ...LANGUAGES.flatMap((each) => OWN_WORDS.map((name) => `${name}.${each}`)),
];

/**
 * Converts a form to a body of `PUT /v1/branding`; empty fields are left out.
 *
 * @throws Problem 422 with a pointer for each field
 */
export function brandingFrom(form: URLSearchParams) {
  const said = (name: string) => (form.get(name) ?? '').trim().replaceAll('\r\n', '\n');
  const filled = (names: readonly string[], of = (name: string) => name) =>
    Object.fromEntries(
      names.filter((name) => said(of(name)) !== '').map((name) => [name, said(of(name))]),
    );
  const texts = LANGUAGES.map(
    (each) => [each, filled(OWN_WORDS, (name) => `${name}.${each}`)] as const,
  ).filter(([, words]) => Object.keys(words).length > 0);
  return parseBody(newBranding, {
    ...filled([...PLAIN, 'address', 'default_language']),
    texts: Object.fromEntries(texts),
  });
}

/** A stored document as form fields, whatever an older version accepted. Pure. */
export function fieldsOf(document: Readonly<Record<string, unknown>>): URLSearchParams {
  const read = newBranding.safeParse(document);
  const branding = read.success ? read.data : newBranding.parse({});
  const fields = new URLSearchParams();
  for (const name of [...PLAIN, 'address', 'default_language'] as const) {
    fields.set(name, branding[name] ?? '');
  }
  for (const each of LANGUAGES) {
    for (const name of OWN_WORDS) fields.set(`${name}.${each}`, branding.texts[each]?.[name] ?? '');
  }
  return fields;
}

/** A summary of a stored branding, in one line. Pure. */
export function brandingField(
  words: Messages['desk']['branding'],
  document: Readonly<Record<string, unknown>>,
): string {
  const fields = fieldsOf(document);
  const [name, colour] = [fields.get('name'), fields.get('color')];
  const parts = [
    name ? words.named({ name }) : words.withoutName,
    colour ? words.inColour({ colour }) : words.ourColours,
    fields.get('logo_url') ? words.withLogo : words.withoutLogo,
  ];
  return words.pagesAndMails({ parts: parts.join(', ') });
}
