import {
  type OwnWordsDocument,
  ownWordsDocument,
  type Templates,
} from '../../../reactions/notifications/index.ts';
import { parseBody } from '../../kit/validation.ts';

type Written = ReturnType<Templates['written']>;
type Document = Partial<OwnWordsDocument>;

/**
 * Texts a merchant may change, in the form's format: paragraphs separated by a blank line, SMS one
 * per line.
 */
export const TEXT_FIELDS = ['subject', 'heading', 'text', 'action', 'sms', 'push'] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

const BETWEEN = { text: '\n\n', sms: '\n' } as const;

/** A template's texts as form fields: the merchant's own, else the shipped ones. Pure. */
export function fieldsOf(shipped: Written, own: Document = {}): URLSearchParams {
  const fields = new URLSearchParams();
  for (const name of TEXT_FIELDS) fields.set(name, asField(name, own[name] ?? shipped[name]));
  return fields;
}

/**
 * A form's differences from the shipped texts, as a body of `PUT /v1/notification-templates`;
 * null: none. Empty fields mean the shipped text.
 *
 * @throws Problem 422 with a pointer for each field
 */
export function textFrom(form: URLSearchParams, shipped: Written): OwnWordsDocument | null {
  const own = TEXT_FIELDS.flatMap((name) => {
    const said = (form.get(name) ?? '').replaceAll('\r\n', '\n').trim();
    if (said === '' || said === asField(name, shipped[name])) return [];
    return [[name, asMember(name, said)] as const];
  });
  return own.length === 0 ? null : parseBody(ownWordsDocument, Object.fromEntries(own));
}

function asField(name: TextField, said: string | readonly string[] | undefined): string {
  if (said === undefined || typeof said === 'string') return said ?? '';
  return said.join(name === 'text' ? BETWEEN.text : BETWEEN.sms);
}

function asMember(name: TextField, said: string): string | readonly string[] {
  if (name === 'sms') return said.split('\n').flatMap((line) => line.trim() || []);
  if (name !== 'text') return said;
  // Line breaks within a paragraph are only from typing.
  return said.split(/\n\s*\n/).map((each) =>
    each
      .split('\n')
      .flatMap((line) => line.trim() || [])
      .join(' '),
  );
}
