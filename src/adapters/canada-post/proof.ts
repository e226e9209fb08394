import { xmlOrNull } from '../../kernel/wire/xml.ts';
import {
  type AccountFailure,
  type CarrierSession,
  documentFromBase64,
  failureOf,
  type ProofDocument,
  type ProofOutcome,
  type ProofRequest,
} from '../sdk.ts';
import { trackingCall } from './access.ts';
import { accountFailure, failureOfMessages, failureOfStatus } from './errors.ts';
import { PIN, numbers as recogniser } from './numbers.ts';
import { readCertificate, readSignature } from './schema.ts';

/**
 * Fetches the delivery confirmation certificate, and the signature if the carrier says that there
 * is an image. Six such calls a minute are allowed, so the image is requested only when it is
 * offered.
 */
export async function proofOfDelivery(
  { trackingNumber, offered }: ProofRequest,
  session: CarrierSession,
): Promise<ProofOutcome> {
  const pin = recogniser.normalize(trackingNumber);
  if (!PIN.test(pin)) return { outcome: 'none', reason: 'a PIN has 12, 13 or 16 characters' };
  const certificate = await fetchDocument('document', `/vis/certificate/${pin}`, session);
  if ('failure' in certificate) return certificate.failure;
  const signature =
    offered?.includes('signature') === true
      ? await fetchDocument('signature', `/vis/signatureimage/${pin}`, session)
      : NOTHING;
  const documents = [certificate, signature].flatMap((found) =>
    'document' in found ? [found.document] : [],
  );
  if (documents.length > 0) return { outcome: 'documents', documents };
  if ('failure' in signature) return signature.failure;
  return { outcome: 'none', reason: certificate.none ?? 'the carrier has no document' };
}

type Found =
  | { readonly document: ProofDocument; readonly none?: undefined }
  | { readonly none: string }
  | { readonly failure: AccountFailure };

const NOTHING: Found = { none: 'not asked for' };
/**
 * Codes that mean that there is no proof (yet): no signature image, no history, no delivery
 * information.
 */
const HAS_NONE: ReadonlySet<string> = new Set(['003', '004', '007']);

/** Fetches one document; `none` is the carrier's reason why there is none. */
async function fetchDocument(
  kind: 'document' | 'signature',
  path: string,
  session: CarrierSession,
): Promise<Found> {
  const answer = await session.send(trackingCall(path));
  if (answer.kind !== 'http') {
    return { failure: failureOf(answer) ?? { outcome: 'error', reason: 'no usable answer' } };
  }
  const root = xmlOrNull(answer.text);
  const messageFailure = failureOfMessages(root);
  if (messageFailure !== null && HAS_NONE.has(messageFailure.code))
    return { none: messageFailure.reason };
  const failure = messageFailure ?? failureOfStatus(answer.status);
  if (failure !== null) return { failure: accountFailure(failure, answer, session.nowMs()) };
  const read = kind === 'document' ? readCertificate(root) : readSignature(root);
  const file = documentFromBase64(read?.image ?? '');
  return file === null
    ? { failure: { outcome: 'error', reason: `the answer holds no ${kind}` } }
    : { document: { kind, ...file } };
}
