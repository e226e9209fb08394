import path from 'node:path';
import type { S3Settings } from '../objects/s3-store.ts';

/** The settings that begin with `S3_`. */
interface S3Values {
  readonly S3_BUCKET: string | null;
  readonly S3_PREFIX: string;
  readonly S3_ENDPOINT: string | null;
  readonly S3_REGION: string;
  readonly S3_ACCESS_KEY_ID: string | null;
  readonly S3_SECRET_ACCESS_KEY: string | null;
}

/** Returns the bucket of the settings; null without one: files are in a folder. */
export function s3Of(values: S3Values): S3Settings | null {
  if (values.S3_BUCKET === null) return null;
  return { bucket: values.S3_BUCKET, prefix: values.S3_PREFIX, ...s3ServerOf(values) };
}

/** Returns the S3 server and credentials, also for buckets that a command names. */
export function s3ServerOf(
  values: S3Values,
): Pick<S3Settings, 'region' | 'endpoint' | 'credentials'> {
  const accessKeyId = values.S3_ACCESS_KEY_ID;
  const secretAccessKey = values.S3_SECRET_ACCESS_KEY;
  return {
    region: values.S3_REGION,
    endpoint: values.S3_ENDPOINT,
    credentials:
      accessKeyId === null || secretAccessKey === null ? null : { accessKeyId, secretAccessKey },
  };
}

/** Returns where scanners drop files: a folder, a bucket, both or neither. */
export function dropsOf(
  values: S3Values & {
    readonly WAYBILL_DROPS: string | null;
    readonly WAYBILL_DROPS_S3: Pick<S3Settings, 'bucket' | 'prefix'> | null;
  },
): { readonly folder: string | null; readonly s3: S3Settings | null } {
  const { WAYBILL_DROPS: folder, WAYBILL_DROPS_S3: at } = values;
  return { folder, s3: at === null ? null : { ...at, ...s3ServerOf(values) } };
}

/** Checks settings that make no sense without each other. */
export function s3Faults(
  given: ReadonlyMap<string, string>,
): { readonly setting: string; readonly found: string; readonly expected: string }[] {
  const faults = [];
  const [id, secret] = ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;
  if (given.has(id) !== given.has(secret)) {
    const [missing, present] = given.has(id) ? [secret, id] : [id, secret];
    faults.push({ setting: missing, expected: `expected both this and ${present}`, found: 'one' });
  }
  // Server and credentials are also used for dropped files; the prefix is not.
  const forDrops = given.has('WAYBILL_DROPS_S3');
  const needing = forDrops ? ['S3_PREFIX'] : ['S3_PREFIX', 'S3_ENDPOINT', id];
  const withoutBucket = needing.find((name) => given.has(name));
  if (withoutBucket !== undefined && !given.has('S3_BUCKET')) {
    faults.push({
      setting: 'S3_BUCKET',
      expected: `expected a bucket, because ${withoutBucket} is set`,
      found: 'none',
    });
  }
  return faults;
}

/** The folder of files, unless another is set. */
export function objectsFolder(data: string): string {
  return path.join(data, 'objects');
}
