import { documentFromBase64, mediaTypeOf } from '../../kernel/wire/document-bytes.ts';
import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import type {
  AccountFailure,
  CarrierCall,
  CarrierSession,
  Credentials,
  ProofDocument,
  ProofOutcome,
  ProofRequest,
} from '../contract/pull.ts';
import { access, MY_DHL_ORIGIN } from './access.ts';
import { isAboutRequest, readAnswer } from './failures.ts';
import { normalize, numbers } from './numbers.ts';
import { schema } from './schema.ts';

/**
 * Fetches MyDHL's electronic proof of delivery if the account has access, otherwise the documents
 * to which Unified links at the API. Links to DHL's public pages are left for people to follow.
 */
export async function proofOfDelivery(
  shipment: ProofRequest,
  session: CarrierSession,
): Promise<ProofOutcome> {
  const number = normalize(shipment.trackingNumber);
  const call = expressPodCall(number, session.credentials);
  if (call !== null) {
    const read = readAnswer(await session.send(call), session.nowMs());
    if (!read.ok && !isAboutRequest(read.failure)) return ofMyDhl(read.failure);
    const documents = read.ok ? readExpressPod(read.answer.text) : [];
    if (documents.length > 0) return { outcome: 'documents', documents };
  }
  if (shipment.offered?.length === 0) return none('the carrier offers none');
  return fromUnified(number, session);
}

/** Prefixes the reason with "MyDHL: ", so that the reader knows which credentials to fix. */
function ofMyDhl(failure: AccountFailure): AccountFailure {
  return { ...failure, reason: `MyDHL: ${failure.reason}` };
}

async function fromUnified(number: string, session: CarrierSession): Promise<ProofOutcome> {
  const path = `/track/shipments?trackingNumber=${encodeURIComponent(number)}`;
  const read = readAnswer(await session.send({ method: 'GET', path }), session.nowMs());
  if (!read.ok) return isAboutRequest(read.failure) ? none(read.failure.reason) : read.failure;
  const links = proofLinksOf(read.answer.text, number);
  if (links === null)
    return none('several parcels have this number, and the answer does not say whose it is');
  if (links.length === 0) return none('the carrier links to no proof of delivery now');
  const atApi = links.filter(({ path: own }) => own !== null);
  if (atApi.length === 0) return none('it is on a public page of the carrier, not at its API');
  return fetchProof(atApi, session);
}

async function fetchProof(
  links: readonly ProofLink[],
  session: CarrierSession,
): Promise<ProofOutcome> {
  const documents: ProofDocument[] = [];
  let failure: AccountFailure | null = null;
  for (const { kind, path } of links) {
    if (path === null || failure !== null) continue;
    const answer = await session.send({
      method: 'GET',
      path,
      headers: { accept: 'application/pdf, image/png, image/gif, image/jpeg' },
      wantsBytes: true,
    });
    const read = readAnswer(answer, session.nowMs());
    if (!read.ok && !isAboutRequest(read.failure)) failure = read.failure;
    const bytes = read.ok ? read.answer.bytes : undefined;
    const mediaType = bytes === undefined ? null : mediaTypeOf(bytes);
    if (bytes !== undefined && mediaType !== null) documents.push({ kind, mediaType, bytes });
  }
  if (documents.length > 0) return { outcome: 'documents', documents };
  return failure ?? none('what the carrier links to is not a document');
}

function none(reason: string): ProofOutcome {
  return { outcome: 'none', reason };
}

/**
 * Maximum number of documents. A summary is one page, and MyDHL describes no case with more than a
 * few documents.
 */
const DOCUMENTS_MAX = 10;

/**
 * The call for the electronic proof of delivery of MyDHL API 3.1.1; null unless the number is an
 * Express waybill and the account has MyDHL credentials.
 */
function expressPodCall(number: string, credentials: Credentials): CarrierCall | null {
  if (!credentials['mydhl_username'] || !credentials['mydhl_password']) return null;
  const [likely] = numbers.recognise(number);
  if (likely?.format !== 'express_10') return null;
  return {
    method: 'GET',
    path: `/mydhlapi/shipments/${number}/proof-of-delivery?content=epod-summary`,
    origin: MY_DHL_ORIGIN,
  };
}

/** Reads `documents[]` with Base64 `content`; documents of unknown formats are omitted. */
function readExpressPod(text: string): readonly ProofDocument[] {
  const parsed = schema.expressPod.safeParse(parseJsonOrNull(text)?.value);
  const listed = parsed.success ? (parsed.data.documents ?? []) : [];
  return listed.slice(0, DOCUMENTS_MAX).flatMap((raw) => {
    const document = raw?.content ? documentFromBase64(raw.content) : null;
    return document === null ? [] : [{ kind: 'document', ...document }];
  });
}

interface ProofLink {
  readonly kind: ProofDocument['kind'];
  /** The path at the API itself; null when the link leads elsewhere. */
  readonly path: string | null;
}

/**
 * The proofs linked for the one shipment with this number. Null if several shipments have it: they
 * are separate instances, and one's signature must not be shown to another's recipient.
 */
function proofLinksOf(text: string, number: string): readonly ProofLink[] | null {
  const answer = schema.proofAnswer.safeParse(parseJsonOrNull(text)?.value);
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

/**
 * The path of a link to the API; null for any other link. Our key is sent to the API only, so that
 * no other page is opened in the account's name.
 */
function ownPath(url: string): string | null {
  const { production, test } = access.origins;
  if (!URL.canParse(url)) return null;
  const { origin, pathname, search } = new URL(url);
  return origin === production || origin === test ? `${pathname}${search}` : null;
}
