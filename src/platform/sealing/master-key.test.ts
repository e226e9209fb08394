import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeKey, loadKeyring, masterKeyFile } from './master-key.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(path.join(os.tmpdir(), 'waybill-key-'));
});
afterEach(() => rmSync(data, { recursive: true }));

const HEX = '0f'.repeat(32);
const BASE64 = Buffer.from(HEX, 'hex').toString('base64');

test('a file that holds something else is refused, and its content is not in the message', () => {
  writeFileSync(masterKeyFile(data), 'hunter2\n');
  const load = () => loadKeyring({ text: null, file: null, data });
  expect(load).toThrow('expected 32 bytes');
  expect(load).not.toThrow('hunter2');
});

test('a named file that is missing is an error, never replaced by a new key', () => {
  const file = path.join(data, 'absent');
  expect(() => loadKeyring({ text: null, file, data })).toThrow('ENOENT');
  expect(() => statSync(file)).toThrow();
});

test('is made once, for this account only, and read again by the next start', () => {
  const first = loadKeyring({ text: null, file: null, data });
  const second = loadKeyring({ text: null, file: null, data });
  expect(second.active.id).toBe(first.active.id);
  expect(statSync(masterKeyFile(data)).mode & 0o777).toBe(0o600);
  expect(decodeKey(readFileSync(masterKeyFile(data), 'utf8').trim())).toHaveLength(32);
});

test('is made with its folder when a command is the first to need it', () => {
  const folder = path.join(data, 'not', 'made');
  expect(loadKeyring({ text: null, file: null, data: folder }).active.bytes).toHaveLength(32);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('a draft left by a killed start does no harm', () => {
  writeFileSync(`${masterKeyFile(data)}.${process.pid}.new`, 'half');
  expect(loadKeyring({ text: null, file: null, data }).active.bytes).toHaveLength(32);
});

test('hex and Base64 name the same key', () => {
  const hex = loadKeyring({ text: HEX, file: null, data });
  const base64 = loadKeyring({ text: BASE64, file: null, data });
  expect(base64.active.id).toBe(hex.active.id);
});

test('several keys are separated by commas, the first one seals', () => {
  const other = 'ab'.repeat(32);
  const keyring = loadKeyring({ text: `${other}, ${HEX}`, file: null, data });
  expect(keyring.keys.size).toBe(2);
  expect(keyring.active.id).toBe(loadKeyring({ text: other, file: null, data }).active.id);
});
