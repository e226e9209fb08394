import { mediaTypeOf } from '../../kernel/wire/document-bytes.ts';
import type {
  AccountFailure,
  CarrierSession,
  ProofDocument,
  ProofOutcome,
  ProofRequest,
} from '../contract/pull.ts';
import { normalize } from './numbers.ts';
import { isAboutRequest, readAnswer } from './pulling/failures.ts';
import { expressPodCall, type ProofLink, proofLinksOf, readExpressPod } from './pulling/proofs.ts';

/**
 * MyDHL's electronic proof of delivery where the account may have it, else what Unified links to,
 * as far as it lies at the API. Links to DHL's public pages are left to whoever follows them.
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

/** Whose credentials failed matters to whoever must mend them. */
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
  if (links.length === 0) return none('the carrier links to none now');
  const ours = links.filter(({ path: own }) => own !== null);
  if (ours.length === 0) return none('it is on a public page of the carrier, not at its API');
  return fetched(ours, session);
}

async function fetched(
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
  return failure ?? none('what the carrier links to is no document');
}

function none(reason: string): ProofOutcome {
  return { outcome: 'none', reason };
}
