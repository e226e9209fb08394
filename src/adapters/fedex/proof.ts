import { documentFromBase64 } from '../../kernel/wire/document-bytes.ts';
import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import type {
  CarrierSession,
  ProofDocument,
  ProofOutcome,
  ProofRequest,
} from '../contract/pull.ts';
import { accountFailureOf, trackingCodeOf } from './errors.ts';
import { documentAnswer } from './schema.ts';

/**
 * Fetches the signature proof of delivery: `POST /track/v1/trackingdocuments` answers with a letter
 * as Base64 (Track API description). The letter contains the signature only for the account that
 * paid for the parcel. The picture of a delivery is pushed and cannot be requested.
 */
export async function proofOfDelivery(
  { trackingNumber, carrierPieceId, offered }: ProofRequest,
  session: CarrierSession,
): Promise<ProofOutcome> {
  if (offered !== null && !offered.includes('signature')) {
    return { outcome: 'none', reason: 'FedEx offers no signature of this parcel' };
  }
  const { account_number: accountNumber = '' } = session.credentials;
  const answer = await session.send({
    method: 'POST',
    path: '/track/v1/trackingdocuments',
    headers: { 'x-locale': 'en_US', 'x-customer-transaction-id': session.newId() },
    body: {
      json: {
        trackDocumentDetail: {
          documentType: 'SIGNATURE_PROOF_OF_DELIVERY',
          documentFormat: 'PDF',
        },
        trackDocumentSpecification: [
          {
            trackingNumberInfo: {
              trackingNumber,
              ...(carrierPieceId === null ? {} : { trackingNumberUniqueId: carrierPieceId }),
            },
            ...(accountNumber === '' ? {} : { accountNumber }),
          },
        ],
      },
    },
  });
  const failure = accountFailureOf(answer, session.nowMs());
  if (failure !== null) return failure;
  if (answer.kind !== 'http') return { outcome: 'error', reason: 'no usable answer' };
  const code = trackingCodeOf(answer);
  if (code !== null) return { outcome: 'none', reason: `FedEx error ${code}` };
  const documents = documentsIn(answer.text);
  return documents.length > 0
    ? { outcome: 'documents', documents }
    : { outcome: 'none', reason: 'the answer holds no PDF or image' };
}

function documentsIn(text: string): readonly ProofDocument[] {
  const read = documentAnswer.safeParse(parseJsonOrNull(text)?.value);
  const output = read.success ? read.data.output : undefined;
  // The description says `document`; public clients have received `documents`.
  return [...(output?.document ?? []), ...(output?.documents ?? [])].flatMap(
    (base64): ProofDocument[] => {
      const document = base64 === null ? null : documentFromBase64(base64);
      return document === null ? [] : [{ kind: 'signature', ...document }];
    },
  );
}
