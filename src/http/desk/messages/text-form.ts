import {
  type OwnWordsDocument,
  ownWordsDocument,
  type Templates,
} from '../../../reactions/notifications/index.ts';
import { parseBody } from '../../kit/validation.ts';

type Written = ReturnType<Templates['written']>;
type Document = Partial<OwnWordsDocument>;

/** What a merchant may put otherwise, as the form has it: paragraphs with a line between them, an SMS a line. */
export const TEXT_FIELDS = ['subject', 'heading', 'text', 'action', 'sms', 'push'] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

const BETWEEN = { text: '\n\n', sms: '\n' } as const;

/** A template's words as the form's fields: the merchant's own, else the shipped ones. Pure. */
export function fieldsOf(shipped: Written, own: Document = {}): URLSearchParams {
  const fields = new URLSearchParams();
  for (const name of TEXT_FIELDS) fields.set(name, asField(name, own[name] ?? shipped[name]));
  return fields;
}

/**
 * What of a form is not as shipped, as `PUT /v1/notification-templates` would take it; null: nothing. What
 * was left empty is as shipped.
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
  // Within a paragraph a line break is where somebody's keyboard put it.
  return said.split(/\n\s*\n/).map((each) =>
    each
      .split('\n')
      .flatMap((line) => line.trim() || [])
      .join(' '),
  );
}
