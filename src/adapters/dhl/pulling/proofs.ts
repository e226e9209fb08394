import { documentFromBase64 } from '../../../kernel/wire/document-bytes.ts';
import { jsonOrNull } from '../../../kernel/wire/loose.ts';
import type { CarrierCall, Credentials, ProofDocument } from '../../contract/pull.ts';
import { access, MY_DHL_ORIGIN } from '../access.ts';
import { normalize, numbers } from '../numbers.ts';
import { schema } from '../schema.ts';

/** A summary is one page; more than a few documents are not documented. */
const DOCUMENTS_MAX = 10;

/**
 * The electronic proof of delivery of MyDHL API 3.1.1, for an Express waybill and an account that
 * holds MyDHL credentials; null when one of both is not so.
 */
export function expressPodCall(number: string, credentials: Credentials): CarrierCall | null {
  if (!credentials['mydhl_username'] || !credentials['mydhl_password']) return null;
  const [likely] = numbers.recognise(number);
  if (likely?.format !== 'express_10') return null;
  return {
    method: 'GET',
    path: `/mydhlapi/shipments/${number}/proof-of-delivery?content=epod-summary`,
    origin: MY_DHL_ORIGIN,
  };
}

/** `documents[]` with Base64 `content`; what is no document of a known form is left out. */
export function readExpressPod(text: string): readonly ProofDocument[] {
  const parsed = schema.expressPod.safeParse(jsonOrNull(text)?.value);
  const listed = parsed.success ? (parsed.data.documents ?? []) : [];
  return listed.slice(0, DOCUMENTS_MAX).flatMap((raw) => {
    const document = raw?.content ? documentFromBase64(raw.content) : null;
    return document === null ? [] : [{ kind: 'document', ...document }];
  });
}

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
