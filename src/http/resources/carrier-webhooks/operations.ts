import { z } from 'zod';
import { operation } from '../../kit/operation.ts';

const PUSH = z.unknown().meta({ description: 'Whatever the carrier pushes, at most 1 MiB.' });
const DESCRIPTION =
  'Answered only after the bytes are on disk. What is authentic but not understood is accepted all the same and can be replayed. Without a secret everything is refused. What the headers rule out is refused before the body is read.';

const SHARED = {
  method: 'POST',
  tag: 'Carrier webhooks',
  description: DESCRIPTION,
  body: PUSH,
  raw: true,
  hot: true,
  answers: { 200: { description: "The carrier's acknowledgement.", mediaType: 'text/plain' } },
  errors: [
    'bad_request',
    'signature_refused',
    'not_found',
    'too_slow',
    'too_large',
    'unsupported_media_type',
  ],
} as const;

export const carrierWebhookOperations = [
  operation({
    ...SHARED,
    id: 'pushToDeployment',
    path: '/webhooks/carrier/:carrier',
    summary: 'A push for the whole deployment',
    params: { carrier: 'Id of the carrier.' },
  }),
  operation({
    ...SHARED,
    id: 'pushToAccount',
    path: '/webhooks/carrier/:carrier/:account',
    summary: 'A push for one account',
    params: { carrier: 'Id of the carrier.', account: 'Id of the account.' },
  }),
];
