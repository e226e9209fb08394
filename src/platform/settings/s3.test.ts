import { expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const SET = {
  S3_BUCKET: 'parcels',
  S3_PREFIX: 'waybill/live',
  S3_ENDPOINT: 'http://127.0.0.1:9000/',
  S3_ACCESS_KEY_ID: 'minio-user',
  S3_SECRET_ACCESS_KEY: 'minio-secret',
};

function faultsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ setting }) => setting);
  }
}

test('files lie in the data folder until a bucket is set', () => {
  expect(readConfig({}).s3).toBeNull();
  expect(readConfig(SET).s3).toEqual({
    bucket: 'parcels',
    prefix: 'waybill/live/',
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:9000',
    credentials: { accessKeyId: 'minio-user', secretAccessKey: 'minio-secret' },
  });
});

test('without keys they are found as AWS finds them; one without the other is refused', () => {
  expect(readConfig({ S3_BUCKET: 'parcels' }).s3?.credentials).toBeNull();
  const { S3_SECRET_ACCESS_KEY: _secret, ...half } = SET;
  expect(faultsOf(half)).toEqual(['S3_SECRET_ACCESS_KEY']);
});

test('settings for a bucket that is not named are refused instead of doing nothing', () => {
  const { S3_BUCKET: _bucket, ...rest } = SET;
  expect(faultsOf(rest)).toEqual(['S3_BUCKET']);
});

test.each([
  ['S3_BUCKET', 'No Such'],
  ['S3_PREFIX', '../up'],
  ['S3_ENDPOINT', 'ftp://x'],
  ['S3_REGION', 'EU WEST'],
])('%s=%s is refused', (setting, text) => {
  expect(faultsOf({ ...SET, [setting]: text })).toEqual([setting]);
});

test('files may be dropped into a bucket although others lie in the data folder', () => {
  const { S3_BUCKET: _bucket, S3_PREFIX: _prefix, ...server } = SET;
  const { s3, drops } = readConfig({ ...server, WAYBILL_DROPS_S3: 's3://gates/hall-1/' });
  expect(s3).toBeNull();
  expect(drops.s3).toMatchObject({
    bucket: 'gates',
    prefix: 'hall-1/',
    endpoint: 'http://127.0.0.1:9000',
    credentials: { accessKeyId: 'minio-user' },
  });
  expect(readConfig({ WAYBILL_DROPS_S3: 's3://gates' }).drops.s3?.prefix).toBe('');
});

test.each(['gates', 's3://', 's3://No', 's3://gates/../up', 'https://gates'])(
  'is no place for files: %s',
  (url) => expect(faultsOf({ WAYBILL_DROPS_S3: url })).toEqual(['WAYBILL_DROPS_S3']),
);
