import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Mode, Tenant } from '../kernel/tenant.ts';
import { ensureMerchant } from '../merchants/index.ts';
import { type Blobs, openLocalBlobs } from '../platform/blobs.ts';
import { type ManualClock, manualClock, systemRandom } from '../platform/clock.ts';
import { type Database, openDatabase } from '../platform/database/database.ts';
import {
  createEnvelopeSealer,
  createKeyring,
  type EnvelopeSealer,
  type Keyring,
} from '../platform/sealing/sealing.ts';
import { createTestDatabase } from '../platform/test-postgres.ts';

/**
 * What the parts of this stage are built from, on a real database with a clock that stands still.
 */
export interface TestIntake {
  readonly db: Database;
  readonly clock: ManualClock;
  readonly keyring: Keyring;
  readonly sealer: EnvelopeSealer;
  readonly blobs: Blobs;
  readonly blobFolder: string;
  readonly randomBytes: typeof systemRandom;
  tenant(slug: string, mode?: Mode): Promise<Tenant>;
  close(): Promise<void>;
}

export async function openTestIntake(): Promise<TestIntake> {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.url });
  const keyring = createKeyring([new Uint8Array(32).fill(7)], systemRandom);
  const blobFolder = mkdtempSync(path.join(os.tmpdir(), 'waybill-intake-'));
  return {
    db,
    clock: manualClock(Date.UTC(2026, 2, 10, 12)),
    keyring,
    sealer: createEnvelopeSealer(keyring),
    blobs: openLocalBlobs(blobFolder),
    blobFolder,
    randomBytes: systemRandom,
    async tenant(slug, mode = 'test') {
      const id = crypto.randomUUID();
      const merchant = await ensureMerchant(db.pipeline, { id, slug, name: slug });
      return { merchantId: merchant.id, mode };
    },
    async close() {
      await db.end();
      await database.drop();
      rmSync(blobFolder, { recursive: true });
    },
  };
}
