import { documentFromBase64 } from '../../../kernel/wire/document-bytes.ts';
import { jsonOrNull } from '../../../kernel/wire/loose.ts';
import type { CarrierCall, Credentials, ProofDocument } from '../../contract/pull.ts';
import { MY_DHL_ORIGIN } from '../access.ts';
import { numbers } from '../numbers.ts';
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
