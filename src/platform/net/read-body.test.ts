import { expect, it } from 'vitest';
import { GrowingBytes } from './read-body.ts';

const MIB = 1_048_576;

it('keeps a million pieces of one byte in two megabytes, not in a million buffers', () => {
  const bytes = new GrowingBytes(MIB);
  for (let i = 0; i < MIB; i += 1) bytes.add(Buffer.of(i & 0xff));
  expect(bytes.length).toBe(MIB);
  expect(bytes.capacityFor(0)).toBeLessThanOrEqual(MIB);
  const whole = bytes.take();
  expect([whole.length, whole[0], whole[255], whole[256]]).toEqual([MIB, 0, 255, 0]);
});

it('says beforehand what memory a piece needs, never more than is allowed in all', () => {
  const bytes = new GrowingBytes(10_000);
  expect(bytes.capacityFor(7)).toBe(7);
  bytes.add(Buffer.alloc(7));
  expect(bytes.capacityFor(1)).toBe(4_096);
  bytes.add(Buffer.alloc(8_000));
  expect(bytes.capacityFor(1_993)).toBe(10_000);
  expect(bytes.take()).toHaveLength(8_007);
});

it('hands on a single piece as it came, and nothing where nothing came', () => {
  const piece = Buffer.from('whole');
  const bytes = new GrowingBytes(100);
  expect(bytes.take()).toHaveLength(0);
  bytes.add(piece);
  expect(bytes.take()).toBe(piece);
});
