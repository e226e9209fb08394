import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemRandom } from '../clock.ts';
import { openLiveKeyring } from './live-keyring.ts';
import { addKeyToFile, dropKeyFromFile, loadKeyring, masterKeyFile } from './master-key.ts';
import {
  createEnvelopeSealer,
  createKeyring,
  keyIdOf,
  open,
  reseal,
  rewrapDataKey,
  SealBroken,
  seal,
} from './sealing.ts';

let data: string;
let file: string;
beforeEach(() => {
  data = mkdtempSync(path.join(os.tmpdir(), 'waybill-live-key-'));
  file = masterKeyFile(data);
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(data, { recursive: true });
});

const text = Buffer.from('a secret');
function opened(options: { checkEveryMs?: number } = {}) {
  const problems: string[] = [];
  const changes: string[] = [];
  const live = openLiveKeyring({
    source: { text: null, file: null, data },
    onProblem: (problem) => void problems.push(problem),
    onChange: (id) => void changes.push(id),
    ...options,
  });
  return { ...live, problems, changes };
}

describe('a running process', () => {
  it('seals under a new key within a second of its being put in front, and opens the old', () => {
    vi.useFakeTimers();
    const live = opened();
    const sealer = createEnvelopeSealer(live.keyring);
    const old = sealer.seal(text);
    const added = addKeyToFile(file);
    expect(keyIdOf(sealer.seal(text).dataKey)).toBe(keyIdOf(old.dataKey));
    vi.advanceTimersByTime(1_000);
    expect(live.changes).toEqual([added.active.id]);
    expect(keyIdOf(sealer.seal(text).dataKey)).toBe(added.active.id);
    expect(keyIdOf(seal(live.keyring, text, 'row'))).toBe(added.active.id);
    expect(Buffer.from(sealer.open(old.sealed, old.dataKey))).toEqual(text);
    live.close();
  });

  it('looks at once when it meets a key that it does not know', () => {
    const live = opened({ checkEveryMs: 3_600_000 });
    const sealed = seal(addKeyToFile(file), text, 'row');
    expect(open(live.keyring, sealed, 'row')).toEqual(text);
    live.close();
  });

  it('keeps its keys when the file is gone, unreadable or of another installation', () => {
    vi.useFakeTimers();
    const live = opened();
    const before = live.keyring.active.id;
    const good = readFileSync(file);
    for (const bad of ['', 'half a ke', `${'ab'.repeat(32)}\n`]) {
      writeFileSync(file, bad);
      vi.advanceTimersByTime(1_000);
      expect(live.keyring.active.id).toBe(before);
    }
    rmSync(file);
    vi.advanceTimersByTime(1_000);
    expect(live.keyring.active.id).toBe(before);
    expect(live.problems.length).toBeGreaterThanOrEqual(3);
    expect(live.problems.join()).not.toContain(good.toString('utf8').trim());
    writeFileSync(file, good);
    vi.advanceTimersByTime(1_000);
    expect(keyIdOf(seal(live.keyring, text, 'row'))).toBe(before);
    live.close();
  });
});

describe('the key file', () => {
  it('is replaced as a whole, behind a link too, and leaves no draft', () => {
    const first = loadKeyring({ text: null, file: null, data });
    const link = path.join(data, 'linked');
    symlinkSync(file, link);
    const second = addKeyToFile(link);
    expect([...second.keys.keys()]).toEqual([second.active.id, first.active.id]);
    expect(loadKeyring({ text: null, file: null, data }).active.id).toBe(second.active.id);
    expect(readdirSync(data).sort()).toEqual(['linked', 'master-key']);
  });

  it('is never left without the key that seals, nor filled beyond measure', () => {
    const { active } = loadKeyring({ text: null, file: null, data });
    expect(() => dropKeyFromFile(file, active.id)).toThrow('rotate first');
    for (let index = 1; index < 8; index += 1) addKeyToFile(file);
    expect(() => addKeyToFile(file)).toThrow('keys forget');
    expect(dropKeyFromFile(file, active.id).keys.size).toBe(7);
  });
});

describe('resealing', () => {
  const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const both = createKeyring([two, one], systemRandom);
  const older = createKeyring([one], systemRandom);
  const newer = createKeyring([two], systemRandom);

  it('needs the new key only, and stays bound to its place', () => {
    const sealed = reseal(both, seal(older, text, 'row'), 'row');
    expect(open(newer, sealed, 'row')).toEqual(text);
    expect(() => open(older, sealed, 'row')).toThrow(SealBroken);
    expect(() => open(newer, sealed, 'other row')).toThrow(SealBroken);
    expect(() => reseal(both, sealed, 'other row')).toThrow(SealBroken);
  });

  it('is, for an envelope, its data key alone; again and again', () => {
    const { sealed, dataKey } = createEnvelopeSealer(older).seal(text);
    const wrapped = rewrapDataKey(both, dataKey);
    const again = rewrapDataKey(createKeyring([one, two], systemRandom), wrapped);
    expect([keyIdOf(wrapped), keyIdOf(again)]).toEqual([newer.active.id, older.active.id]);
    expect(Buffer.from(createEnvelopeSealer(newer).open(sealed, wrapped))).toEqual(text);
    expect(Buffer.from(createEnvelopeSealer(older).open(sealed, again))).toEqual(text);
    expect(() => createEnvelopeSealer(older).open(sealed, wrapped)).toThrow(SealBroken);
  });

  it('opens with no bit changed and nothing cut off a wrapped data key', () => {
    const { sealed, dataKey } = createEnvelopeSealer(older).seal(text);
    const wrapped = rewrapDataKey(both, dataKey);
    const sealer = createEnvelopeSealer(both);
    for (let at = 0; at < wrapped.length * 8; at += 1) {
      const changed = Buffer.from(wrapped);
      changed.writeUInt8((changed[at >> 3] ?? 0) ^ (1 << (at & 7)), at >> 3);
      expect(() => sealer.open(sealed, changed)).toThrow(SealBroken);
    }
    for (let length = 0; length < wrapped.length; length += 1) {
      expect(() => sealer.open(sealed, wrapped.subarray(0, length))).toThrow(SealBroken);
    }
    // A secret of another column is not a data key, even if it is as long as one.
    const secret = seal(both, Buffer.alloc(32), 'a data key');
    expect(() => sealer.open(sealed, secret)).toThrow(SealBroken);
  });
});
