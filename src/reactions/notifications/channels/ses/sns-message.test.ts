import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../../platform/net/http-client.ts';
import type { BenchServer } from '../test-bench.ts';
import { TEST_NOW_MS } from '../test-deps.ts';
import { createSnsReader, type SnsReader } from './sns-message.ts';
import { bench, snsCall } from './test-bench.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:waybill-test';
let server: BenchServer;
let reader: SnsReader;
let origin: string;
const http = createHttpClient();
const urls: string[] = [];

beforeAll(async () => {
  server = await bench.start('');
  origin = server.apiUrl ?? '';
  const watched = {
    ...http,
    send: (request: Parameters<typeof http.send>[0]) => {
      urls.push(request.url);
      return http.send(request);
    },
  };
  reader = createSnsReader(watched, [TOPIC], origin);
});
afterAll(async () => {
  http.close();
  await server.close();
});

const read = (over: Readonly<Record<string, string>> = {}) =>
  reader.read(snsCall(origin, 'text', TEST_NOW_MS, over).body, TEST_NOW_MS);

describe('a message of SNS', () => {
  it('is authentic by either version of the signature', async () => {
    for (const SignatureVersion of ['1', '2']) {
      expect(await read({ SignatureVersion })).toMatchObject({
        outcome: 'authentic',
        message: { message: 'text', topicArn: TOPIC },
      });
    }
  });

  it('is refused from a topic that is not ours, although AWS signs it', async () => {
    const TopicArn = 'arn:aws:sns:eu-west-1:999999999999:waybill-test';
    expect(await read({ TopicArn })).toMatchObject({ outcome: 'forged' });
  });

  it.each([
    'https://evil.example/SimpleNotificationService-x.pem',
    'https://sns.eu-west-1.amazonaws.com.evil.example/x.pem',
    'https://bucket.s3.amazonaws.com/x.pem',
    'https://sns.eu-west-1.amazonaws.com:8443/x.pem',
    'https://sns.eu-west-1.amazonaws.com@evil.example/x.pem',
    'http://sns.eu-west-1.amazonaws.com/x.pem',
    'https://evilsns.eu-west-1.amazonaws.com/x.pem',
    'file:///etc/passwd',
    'not a URL',
  ])('is refused with a certificate from %s, which nobody asks for', async (SigningCertURL) => {
    urls.length = 0;
    expect(await read({ SigningCertURL })).toMatchObject({ outcome: 'forged' });
    expect(urls).toEqual([]);
  });

  it('asks for a certificate once', async () => {
    await read();
    urls.length = 0;
    await read();
    expect(urls).toEqual([]);
  });

  it('confirms a subscription with AWS, and with nobody else', async () => {
    const wanted = {
      Type: 'SubscriptionConfirmation',
      Token: 't',
      SubscribeURL: `${origin}/confirm`,
    };
    const { Subject: _, ...call } = JSON.parse(
      Buffer.from(snsCall(origin, 'text', TEST_NOW_MS, wanted).body).toString('utf8'),
    );
    const verdict = await reader.read(Buffer.from(JSON.stringify(call)), TEST_NOW_MS);
    if (verdict.outcome !== 'authentic') throw new Error(verdict.reason);
    expect(await reader.confirm(verdict.message)).toBe(true);
    const elsewhere = { ...verdict.message, subscribeUrl: 'https://evil.example/confirm' };
    urls.length = 0;
    expect(await reader.confirm(elsewhere)).toBe(false);
    expect(urls).toEqual([]);
  });
});
