import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CutWire } from '../../../test/support/cut-wire.ts';
import { type Engine, startEngine, whyNoEngine } from '../../../test/support/engines.ts';
import {
  ObjectChanged,
  type ObjectStore,
  ObjectStoreUnavailable,
  readAll,
} from './object-store.ts';
import { openS3Store } from './s3-store.ts';
import { holdsTheContract, textAt } from './test-object-store.ts';

const MIB = 1_048_576;
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test-secret-key' };

for (const kind of ['versitygw', 'minio'] as const) {
  const missing = whyNoEngine('s3', kind);
  if (missing !== null) process.stderr.write(`SKIPPED: S3 on ${kind}: ${missing}\n`);

  describe.skipIf(missing !== null)(`S3 on ${kind}`, () => {
    let engine: Engine;
    let wire: CutWire;
    let url: string;
    beforeAll(async () => {
      engine = startEngine('s3', { S3_SERVER: kind, S3_BUCKETS: 'parcels' });
      wire = new CutWire(new URL(engine.urls['s3'] ?? ''));
      url = await wire.listen();
    });
    afterAll(() => {
      wire?.close();
      engine?.stop();
    });

    const open = (prefix: string, over: { endpoint?: string; bucket?: string } = {}): ObjectStore =>
      openS3Store({
        bucket: 'parcels',
        prefix,
        region: 'us-east-1',
        endpoint: engine.urls['s3'] ?? '',
        credentials: CREDENTIALS,
        silentMs: 2_000,
        ...over,
      });

    holdsTheContract(kind, async () => open('contract/'));

    test('a prefix keeps its objects apart', async () => {
      await open('one/').put('a', Buffer.from('x'));
      expect(await open('two/').stat('a')).toBeNull();
      expect(await textAt(open(''), 'one/a')).toBe('x');
    });

    test('a download resumes where a broken connection stopped', async () => {
      const bytes = randomBytes(12 * MIB);
      await open('').put('cut/download', bytes);
      const store = open('', { endpoint: url });
      const found = await store.read('cut/download');
      wire.cutAfterBytes = 2 * MIB;
      wire.cutsLeft = 5;
      const read = await readAll(found?.stream ?? nothing(), 64 * MIB);
      expect(wire.cutsLeft).toBe(0);
      expect(read.equals(bytes)).toBe(true);
    });

    test('a download whose object was replaced fails instead of mixing two', async () => {
      await open('').put('cut/replaced', randomBytes(6 * MIB));
      const store = open('', { endpoint: url });
      const found = await store.read('cut/replaced');
      await open('').put('cut/replaced', randomBytes(6 * MIB));
      await expect(readAll(found?.stream ?? nothing(), 64 * MIB)).rejects.toThrow(ObjectChanged);
    });

    test('an upload survives cut connections', async () => {
      const store = open('', { endpoint: url });
      const bytes = randomBytes(20 * MIB);
      wire.cutAfterBytes = 10;
      wire.cutsLeft = 2;
      await store.put('cut/upload', bytes);
      const found = await open('').read('cut/upload');
      expect((await readAll(found?.stream ?? nothing(), 64 * MIB)).equals(bytes)).toBe(true);
    });

    test('an unreachable server is reported with the request', async () => {
      const store = open('', { endpoint: url });
      wire.refuses = true;
      const failed = store.stat('a/b');
      await expect(failed).rejects.toThrow(ObjectStoreUnavailable);
      await expect(failed).rejects.toThrow('s3://parcels/: a/b');
      wire.refuses = false;
      expect(await store.stat('a/b')).toBeNull();
    });

    test('a missing bucket is reported by every store and list operation', async () => {
      const store = open('', { bucket: 'no-such-bucket' });
      await expect(store.put('a', Buffer.from('x'))).rejects.toThrow('NoSuchBucket');
      await expect(store.list('')[Symbol.asyncIterator]().next()).rejects.toThrow('NoSuchBucket');
    });

    test('a presigned URL downloads one object as a file; changed, it opens nothing', async () => {
      const store = open('');
      await store.put('presigned/rows.csv', Buffer.from('a;b'));
      const link = await store.presign('presigned/rows.csv', {
        expiresInS: 60,
        fileName: 'Größe.csv',
        mediaType: 'text/csv',
      });
      const answer = await fetch(link);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/csv');
      expect(answer.headers.get('content-disposition')).toContain(
        `filename*=UTF-8''Gr%C3%B6%C3%9Fe`,
      );
      expect(await answer.text()).toBe('a;b');
      expect((await fetch(link.replace('rows.csv', 'other.csv'))).status).toBe(403);
      expect((await fetch(link.split('?')[0] ?? '')).status).toBe(403);
    });
  });
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // Read where a test expects a missing object.
}
