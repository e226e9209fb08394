import { jsonOrNull } from '../../../kernel/wire/loose.ts';
import type { ProofDocument } from '../../contract/pull.ts';
import { access } from '../access.ts';
import { normalize } from '../numbers.ts';
import { schema } from '../schema.ts';

export interface ProofLink {
  readonly kind: ProofDocument['kind'];
  /** At the API itself; null when the link leads elsewhere. */
  readonly path: string | null;
}

/**
 * The proofs that a Unified answer links to, of the one shipment that has this number. Several
 * shipments under it are several lives, and one's signature is none of another's business: null.
 */
export function proofLinksOf(text: string, number: string): readonly ProofLink[] | null {
  const answer = schema.proofAnswer.safeParse(jsonOrNull(text)?.value);
  const shipments = answer.success ? (answer.data.shipments ?? []) : [];
  const own = shipments.filter((each) => normalize(each?.id ?? '') === number);
  const [shipment] = own.length === 0 && shipments.length === 1 ? shipments : own;
  if (own.length > 1) return null;
  const proof = shipment?.details?.proofOfDelivery;
  return [
    { kind: 'signature', url: proof?.signatureUrl },
    { kind: 'document', url: proof?.documentUrl },
  ].flatMap(({ kind, url }): ProofLink[] =>
    url ? [{ kind: kind === 'signature' ? 'signature' : 'document', path: ownPath(url) }] : [],
  );
}

/** Our key goes to nobody but the API, so that no other page is opened in the account's name. */
function ownPath(url: string): string | null {
  const { production, test } = access.origins;
  if (!URL.canParse(url)) return null;
  const { origin, pathname, search } = new URL(url);
  return origin === production || origin === test ? `${pathname}${search}` : null;
}
