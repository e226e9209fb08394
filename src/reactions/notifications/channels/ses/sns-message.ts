import { createVerify, X509Certificate } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { HttpClient } from '../../../../platform/net/http-client.ts';
import { jsonOf } from '../exchange.ts';

/** A message of SNS after its verification. */
interface SnsMessage {
  readonly type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  readonly topicArn: string;
  readonly message: string;
  readonly atMs: number;
  readonly subscribeUrl: string | null;
}

type SnsVerdict =
  | { readonly outcome: 'authentic'; readonly message: SnsMessage }
  | { readonly outcome: 'forged'; readonly reason: string }
  | { readonly outcome: 'unreadable'; readonly reason: string };

const TEXT_CHARS_MAX = 300_000;
/**
 * The maximum age of a message: SNS signs once and retries for hours. A repeated delivery status
 * has no further effect.
 */
const AGE_MS_MAX = 24 * 3_600_000;
const CERTIFICATES_MAX = 20;
const CERTIFICATE_BYTES_MAX = 20_000;

const text = z.string().max(TEXT_CHARS_MAX);
const snsSchema = z.object({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  MessageId: text,
  TopicArn: text,
  Message: text,
  Timestamp: text,
  SignatureVersion: z.enum(['1', '2']),
  Signature: text,
  SigningCertURL: text,
  Subject: text.nullish(),
  SubscribeURL: text.nullish(),
  Token: text.nullish(),
});
type Sns = z.output<typeof snsSchema>;

export interface SnsReader {
  read(body: Uint8Array, nowMs: number): Promise<SnsVerdict>;
  /** Confirms a subscription that a topic asks for; it calls only AWS itself. */
  confirm(message: SnsMessage): Promise<boolean>;
}

/** @param testOrigin an origin that counts as AWS, for tests; null: AWS alone. */
export function createSnsReader(
  http: HttpClient,
  topics: readonly string[],
  testOrigin: string | null,
): SnsReader {
  const certificates = new LRUCache<string, X509Certificate>({ max: CERTIFICATES_MAX });

  async function certificateAt(url: string): Promise<X509Certificate | null> {
    const known = certificates.get(url);
    if (known !== undefined) return known;
    const answer = await http.send({ method: 'GET', url });
    if (answer.kind !== 'answer' || answer.status !== 200) return null;
    if (answer.bytes.length > CERTIFICATE_BYTES_MAX) return null;
    try {
      const certificate = new X509Certificate(answer.bytes);
      certificates.set(url, certificate);
      return certificate;
    } catch {
      return null;
    }
  }

  return {
    async read(body, nowMs) {
      const parsed = snsSchema.safeParse(jsonOf(Buffer.from(body).toString('utf8')));
      if (!parsed.success) return { outcome: 'unreadable', reason: 'not a message of SNS' };
      const sns = parsed.data;
      // Anybody can have a topic, and AWS signs its messages as well.
      if (!topics.includes(sns.TopicArn)) return forged('a topic that is not configured');
      if (!isAwsUrl(sns.SigningCertURL, testOrigin)) return forged('a certificate from elsewhere');
      const certificate = await certificateAt(sns.SigningCertURL);
      if (certificate === null) return forged('the certificate could not be fetched');
      const isValid =
        Date.parse(certificate.validFrom) <= nowMs && nowMs <= Date.parse(certificate.validTo);
      if (!isValid) return forged('the certificate is expired or not yet valid');
      const verifier = createVerify(sns.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256');
      verifier.update(signedText(sns), 'utf8');
      if (!verifier.verify(certificate.publicKey, sns.Signature, 'base64')) {
        return forged('the signature does not fit');
      }
      const atMs = Date.parse(sns.Timestamp);
      if (!(Math.abs(nowMs - atMs) <= AGE_MS_MAX)) return forged('too old');
      return {
        outcome: 'authentic',
        message: {
          type: sns.Type,
          topicArn: sns.TopicArn,
          message: sns.Message,
          atMs,
          subscribeUrl: sns.SubscribeURL ?? null,
        },
      };
    },
    async confirm({ subscribeUrl }) {
      if (subscribeUrl === null || !isAwsUrl(subscribeUrl, testOrigin)) return false;
      const answer = await http.send({ method: 'GET', url: subscribeUrl });
      return answer.kind === 'answer' && answer.status === 200;
    },
  };
}

/**
 * The signed text: name and value of each signed member, each on a line of its own, in byte order
 * of the names.
 */
function signedText(sns: Sns): string {
  const names: readonly (keyof Sns)[] =
    sns.Type === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  return names
    .filter((name) => sns[name] !== undefined && sns[name] !== null)
    .map((name) => `${name}\n${sns[name]}\n`)
    .join('');
}

/**
 * Whether the address belongs to SNS, such as `https://sns.eu-west-1.amazonaws.com/…`: buckets
 * and functions have other hosts at AWS.
 */
function isAwsUrl(address: string, testOrigin: string | null): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (testOrigin !== null && url.origin === new URL(testOrigin).origin) return true;
  const isHost = /^sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?$/.test(url.hostname);
  return url.protocol === 'https:' && isHost && url.port === '' && url.username === '';
}

function forged(reason: string): SnsVerdict {
  return { outcome: 'forged', reason };
}
