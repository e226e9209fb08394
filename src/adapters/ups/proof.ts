import { documentFromBase64 } from '../../kernel/wire/document-bytes.ts';
import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import type {
  CarrierSession,
  ProofDocument,
  ProofOutcome,
  ProofRequest,
} from '../contract/pull.ts';
import { callHeaders, isPlausible } from './access.ts';
import { accountFailureOf, codeIn } from './errors.ts';
import { numbers } from './numbers.ts';
import { proofAnswer } from './schema.ts';
import { narrowAnswer } from './track.ts';

/**
 * Fetches proofs by the tracking call with `returnSignature` and `returnPOD` (Tracking.yaml):
 * signature, letter and photo are in `deliveryInformation` as Base64, for users with the right to
 * them. Ordinary pulls leave them out, so that no inbound message contains them; that none were
 * offered therefore means nothing.
 */
export async function proofOfDelivery(
  { trackingNumber }: ProofRequest,
  session: CarrierSession,
): Promise<ProofOutcome> {
  const number = numbers.normalize(trackingNumber);
  if (!isPlausible(number)) return { outcome: 'none', reason: 'no UPS number' };
  const answer = await session.send({
    method: 'GET',
    path: `/api/track/v1/details/${number}?locale=en_US&returnSignature=true&returnPOD=true`,
    headers: callHeaders(session),
  });
  const failure = accountFailureOf(answer, session.nowMs());
  if (failure !== null) return failure;
  if (answer.kind !== 'http') return { outcome: 'error', reason: 'no usable answer' };
  const code = codeIn(answer);
  if (code !== null) return { outcome: 'none', reason: `UPS error ${code}` };
  const documents = documentsIn(narrowAnswer(answer.text, number), number);
  return documents.length > 0
    ? { outcome: 'documents', documents }
    : { outcome: 'none', reason: 'the answer holds no PDF or image' };
}

function documentsIn(text: string, number: string): readonly ProofDocument[] {
  const read = proofAnswer.safeParse(parseJsonOrNull(text)?.value);
  const shipments = read.success ? (read.data.trackResponse?.shipment ?? []) : [];
  const parcels = shipments.flatMap((shipment) => shipment?.package ?? []);
  // Another parcel's signature is worse than none: a parcel without a number must be the only one.
  const own = parcels.filter((parcel) =>
    parcel?.trackingNumber === undefined
      ? parcels.length === 1
      : numbers.normalize(parcel.trackingNumber) === number,
  );
  return own.flatMap((parcel) => {
    const { signature, pod, deliveryPhoto } = parcel?.deliveryInformation ?? {};
    return [
      ...documentOf('signature', signature?.image),
      ...documentOf('document', pod?.content),
      ...documentOf('photo', deliveryPhoto?.photo),
    ];
  });
}

/**
 * Decodes a document; empty unless it is an image or PDF. Older letters are HTML, which a browser
 * would execute.
 */
function documentOf(kind: ProofDocument['kind'], base64: string | undefined): ProofDocument[] {
  const document = base64 === undefined ? null : documentFromBase64(base64);
  return document === null ? [] : [{ kind, ...document }];
}
