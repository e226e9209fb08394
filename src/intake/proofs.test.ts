import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Tenant } from '../kernel/tenant.ts';
import { eraseProofs } from './proofs.sql.ts';
import { createProofs, type Proofs, sweepErasedProofs } from './proofs.ts';
import { openTestIntake, type TestIntake } from './test-intake.ts';

let intake: TestIntake;
let proofs: Proofs;
let tenant: Tenant;
let other: Tenant;
beforeAll(async () => {
  intake = await openTestIntake();
  proofs = createProofs(intake);
  tenant = await intake.tenant('one');
  other = await intake.tenant('two');
});
afterAll(() => intake.close());

const MARKER = 'signed by a planted marker';
const document = (text: string, mediaType = 'application/pdf') => ({
  kind: 'signature' as const,
  mediaType,
  bytes: Buffer.from(text),
});
/** A carrier's proofs are found by number and time. */
const NO_SHIPMENT = '00000000-0000-7000-8000-000000000000';
const accountOf = (of: Tenant) => ({ ...of, id: crypto.randomUUID(), carrier: 'acme' });
const life = (trackingNumber: string, fromMs = 0, untilMs: number | null = null) => ({
  shipmentId: NO_SHIPMENT,
  carrier: 'acme',
  trackingNumber,
  fromMs,
  untilMs,
});
const files = () =>
  readdirSync(intake.blobFolder, { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  );

test('what a browser might run, or is empty, is left out', async () => {
  const odd = [document('<script>', 'text/html'), document('<svg>', 'image/svg+xml'), document('')];
  expect(await proofs.store(accountOf(tenant), '1', odd)).toBe(0);
  expect(await proofs.list(tenant, life('1'))).toEqual([]);
});

test('a document fetched twice is stored once, and sealed', async () => {
  const account = accountOf(tenant);
  expect(await proofs.store(account, '2', [document(MARKER)])).toBe(1);
  intake.clock.advance(1);
  expect(await proofs.store(account, '2', [document(MARKER), document('another')])).toBe(1);
  const list = await proofs.list(tenant, life('2'));
  expect(list.map(({ sizeBytes }) => sizeBytes)).toEqual([MARKER.length, 7]);
  expect(files()).toHaveLength(2);
  for (const file of files()) {
    expect(readFileSync(path.join(file.parentPath, file.name)).includes(MARKER)).toBe(false);
  }
  const read = await proofs.read(tenant, life('2'), list[0]?.id ?? '');
  expect(Buffer.from(read?.bytes ?? []).toString()).toBe(MARKER);
});

test('another tenant, another number and another life have no part in it', async () => {
  await proofs.store(accountOf(tenant), '3', [document('mine')]);
  const nowMs = intake.clock.nowMs();
  const [proof] = await proofs.list(tenant, life('3'));
  const id = proof?.id ?? '';
  expect(await proofs.list(other, life('3'))).toEqual([]);
  expect(await proofs.read(other, life('3'), id)).toBeNull();
  expect(await proofs.read({ ...tenant, mode: 'live' }, life('3'), id)).toBeNull();
  expect(await proofs.read(tenant, life('2'), id)).toBeNull();
  expect(await proofs.read(tenant, life('3', 0, nowMs), id)).toBeNull();
  expect(await proofs.read(tenant, life('3', nowMs + 1), id)).toBeNull();
  expect(await proofs.read(tenant, life('3'), 'no id')).toBeNull();
  expect(await proofs.read(tenant, life('3', nowMs, nowMs + 1), id)).not.toBeNull();
});

test('an erased proof is gone at once, its bytes with the next sweep, and others’ stay', async () => {
  await proofs.store(accountOf(tenant), '4', [document('to be erased')]);
  await proofs.store(accountOf(other), '4', [document('to stay')]);
  const before = files().length;
  const [proof] = await proofs.list(tenant, life('4'));
  expect(await eraseProofs(intake.db.pipeline, tenant, life('4'))).toBe(1);
  expect(await proofs.list(tenant, life('4'))).toEqual([]);
  expect(await proofs.read(tenant, life('4'), proof?.id ?? '')).toBeNull();
  expect(await sweepErasedProofs(intake.db.pipeline, intake.blobs, 100)).toBe(1);
  expect(await sweepErasedProofs(intake.db.pipeline, intake.blobs, 100)).toBe(0);
  expect(files()).toHaveLength(before - 1);
  expect(await proofs.list(other, life('4'))).toHaveLength(1);
});
