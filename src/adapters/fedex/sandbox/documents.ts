import { z } from 'zod';
import {
  jsonAnswer,
  jsonOf,
  SAMPLE_PNG,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
  samplePdf,
} from '../../sandbox-kit/index.ts';
import { envelope, errorAnswer } from './errors.ts';

const REQUEST = z.object({
  trackDocumentDetail: z.object({
    documentType: z.string(),
    documentFormat: z.enum(['PDF', 'PNG']).default('PDF'),
  }),
  trackDocumentSpecification: z
    .array(z.object({ trackingNumberInfo: z.object({ trackingNumber: z.string() }) }))
    .min(1)
    .max(30),
});

/**
 * Answers `POST /track/v1/trackingdocuments` with a letter with the recipient's signature, as
 * Base64.
 */
export function answerDocuments(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const read = REQUEST.safeParse(jsonOf(request));
  if (!read.success) return errorAnswer('malformed', request, world);
  const { trackDocumentDetail, trackDocumentSpecification } = read.data;
  const { documentType, documentFormat } = trackDocumentDetail;
  if (documentType !== 'SIGNATURE_PROOF_OF_DELIVERY') {
    return errorAnswer('noDocument', request, world);
  }
  const document: string[] = [];
  for (const { trackingNumberInfo } of trackDocumentSpecification) {
    const { trackingNumber } = trackingNumberInfo;
    const parcel = world.parcel(trackingNumber);
    if (parcel === null) return errorAnswer('unknownNumber', request, world);
    const delivered = parcel.lives.at(-1)?.events.find((event) => event.codes['event'] === 'DL');
    if (delivered === undefined) return errorAnswer('noDocument', request, world);
    const letter = samplePdf([
      'Signature Proof of Delivery (sandbox)',
      `Tracking number ${trackingNumber}`,
      `Signed for by ${delivered.details['receivedBy'] ?? 'Signature not required'}`,
    ]);
    const bytes = documentFormat === 'PDF' ? letter : SAMPLE_PNG;
    document.push(Buffer.from(bytes).toString('base64'));
  }
  return jsonAnswer(200, {
    ...envelope(request, world),
    output: {
      localization: { localeCode: 'US', languageCode: 'en' },
      documentType,
      documentFormat,
      document,
      alerts: [],
    },
  });
}
