import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openMailbox } from './mailbox.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(path.join(tmpdir(), 'waybill-mailbox-'));
});
afterEach(() => rmSync(data, { recursive: true }));

const idOf = (index: number) => `019a0000-0000-7000-8000-${String(index).padStart(12, '0')}`;
const entry = (index: number, shipment: number, text = 'a') => ({
  notificationId: idOf(index),
  shipmentId: idOf(shipment),
  extension: 'eml' as const,
  bytes: Buffer.from(text),
});

it('writes a message whole, for its owner only, and the same one again in its place', async () => {
  const mailbox = openMailbox(path.join(data, 'mailbox'));
  await mailbox.put(entry(1, 9, 'first'));
  await mailbox.put(entry(1, 9, 'again'));
  await mailbox.put({ ...entry(2, 9), extension: 'json' });
  expect(readdirSync(mailbox.folder).sort()).toEqual([
    `${idOf(1)}.${idOf(9)}.eml`,
    `${idOf(2)}.${idOf(9)}.json`,
  ]);
  expect(readFileSync(path.join(mailbox.folder, `${idOf(1)}.${idOf(9)}.eml`), 'utf8')).toBe(
    'again',
  );
});

it('erases what it holds of a shipment, and nothing else', async () => {
  const mailbox = openMailbox(path.join(data, 'mailbox'));
  for (let index = 0; index < 6; index += 1)
    await mailbox.put(entry(index, 100 + (index % 2), 'marker'));
  expect(await mailbox.eraseShipment(idOf(100))).toBe(3);
  expect(readdirSync(mailbox.folder)).toHaveLength(3);
  expect(await mailbox.eraseShipment(idOf(100))).toBe(0);
  expect(await openMailbox(path.join(data, 'none')).eraseShipment(idOf(1))).toBe(0);
});

it('erases what a killed writer left half-written', async () => {
  const mailbox = openMailbox(path.join(data, 'mailbox'));
  await mailbox.put(entry(1, 9));
  const half = (index: number, shipment: number) =>
    path.join(mailbox.folder, `.${idOf(index)}.${idOf(shipment)}.eml.half`);
  for (const shipment of [9, 8, 7]) writeFileSync(half(2, shipment), 'To: reader@example.com');
  expect(await mailbox.eraseShipment(idOf(9))).toBe(2);
  expect(readdirSync(mailbox.folder)).toHaveLength(2);
  // Nobody deletes that parcel: the file is removed by its age, at the next start.
  const longAgoS = Date.now() / 1_000 - 7_200;
  utimesSync(half(2, 8), longAgoS, longAgoS);
  await openMailbox(mailbox.folder).put(entry(3, 6));
  expect(readdirSync(mailbox.folder).sort()).toEqual([
    path.basename(half(2, 7)),
    `${idOf(3)}.${idOf(6)}.eml`,
  ]);
});

it('takes no name that leads out of its folder', async () => {
  const mailbox = openMailbox(path.join(data, 'mailbox'));
  for (const notificationId of ['../../etc/passwd', 'a/b', '', `${idOf(1)}/..`]) {
    await expect(mailbox.put({ ...entry(1, 2), notificationId })).rejects.toThrow('needs the ids');
  }
});

it.skipIf(process.getuid?.() === 0)('leaves nothing half-written behind a full disk', async () => {
  const mailbox = openMailbox(path.join(data, 'mailbox'));
  await mailbox.put(entry(1, 2));
  chmodSync(mailbox.folder, 0o500);
  await expect(mailbox.put(entry(2, 2))).rejects.toThrow();
  chmodSync(mailbox.folder, 0o700);
  expect(readdirSync(mailbox.folder)).toHaveLength(1);
});
