import {
  jsonAnswer,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
  samplePdf,
} from '../../sandbox-kit/index.ts';
import { myDhlProblem } from './problems.ts';

export const MY_DHL_PATH = '/mydhlapi/';
const PROOF = /^\/mydhlapi\/(?:test\/)?shipments\/(\d{10})\/proof-of-delivery$/;

/** `GET /shipments/{number}/proof-of-delivery`: one page of PDF as Base64, for Express only. */
export function answerProof(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const number = PROOF.exec(request.path)?.[1];
  if (request.method !== 'GET' || number === undefined) {
    return myDhlProblem(404, 'Not Found', 'No such resource', request);
  }
  const life = world.parcel(number)?.lives.findLast(({ service }) => service === 'express');
  const delivered = life?.events.find(({ codes }) => codes['status'] === 'OK');
  if (delivered === undefined) {
    return myDhlProblem(404, 'Not data found', 'No data found', request);
  }
  const page = samplePdf([
    'Proof of delivery (sandbox)',
    `Waybill ${number}`,
    `Signed by ${delivered.details['signedBy'] ?? ''}`,
    new Date(delivered.atMs).toISOString(),
  ]);
  return jsonAnswer(200, {
    documents: [
      {
        encodingFormat: 'PDF',
        content: Buffer.from(page).toString('base64'),
        typeCode: 'POD',
      },
    ],
  });
}
