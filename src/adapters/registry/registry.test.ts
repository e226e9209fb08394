import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { carrierFolders, loadAdapters, shippedPackages, webhookSecretSetting } from './registry.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-adapters-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function adapterSource(name: string): string {
  return `export const adapter = {
    manifest: { name: '${name}' },
    numbers: { normalize: (n) => n, recognise: () => [] },
    parse: () => ({ outcome: 'unreadable', reason: '', trackingNumbers: [] }),
  };`;
}

function carrier(name: string, source: string): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'index.ts'), source);
  writeFileSync(join(folder, name, 'manifest.ts'), 'export {};');
}

function installed(name: string, source: string, parent = 'node_modules'): void {
  const path = join(folder, parent, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, type: 'module', main: 'i.js' }));
  writeFileSync(join(path, 'i.js'), source);
}

describe('loadAdapters', () => {
  it('lists every problem of every folder and package, not the first', async () => {
    carrier('empty', 'export {};');
    carrier('misnamed', adapterSource('other'));
    carrier('broken', 'throw new Error("does not start");');
    carrier('fine', adapterSource('fine'));
    installed('twice', adapterSource('fine'));
    installed('shouting', adapterSource('Shouting'));
    installed('unlike', adapterSource('like'), 'shipped');
    mkdirSync(join(folder, 'shipped', 'unfinished'));
    const packages = ['twice', 'shouting', 'absent'];
    const shipped = join(folder, 'shipped');
    const loading = loadAdapters({ folder, shipped, packages, packagesFrom: folder });
    const message = await loading.then(
      () => 'loaded',
      (error: Error) => error.message,
    );
    expect(message).toContain(`${join(folder, 'empty', 'index.ts')}: exports no adapter`);
    expect(message).toContain('manifest.name is "other"; make it "misnamed"');
    expect(message).toContain('does not start');
    expect(message).toContain('twice: there already is a carrier "fine"');
    expect(message).toContain('"Shouting" is not kebab-case');
    expect(message).toContain('absent: not found');
    expect(message).toContain('manifest.name is "like"; make it "unlike"');
    expect(message).toContain(`${join(shipped, 'unfinished')}: not found`);
  });

  it('skips folders that are no carriers', () => {
    mkdirSync(join(folder, 'notes'));
    carrier('Upper', adapterSource('Upper'));
    expect(carrierFolders(folder)).toEqual([]);
  });

  it('finds folders by scanning, other packages by configuration, in the order of names', async () => {
    carrier('zebra-post', adapterSource('zebra-post'));
    carrier('alpha', adapterSource('alpha'));
    installed('national', adapterSource('national'), 'shipped');
    installed('carrier-mid', adapterSource('mid'));
    const registry = await loadAdapters({
      folder,
      shipped: join(folder, 'shipped'),
      packages: ['carrier-mid'],
      packagesFrom: folder,
    });
    expect(registry.list().map(({ manifest }) => manifest.name)).toEqual([
      'alpha',
      'mid',
      'national',
      'zebra-post',
    ]);
    expect(registry.get('mid')?.manifest.name).toBe('mid');
    expect(registry.get('constructor')).toBeUndefined();
  });

  it('loads every folder and package of this repository', async () => {
    const registry = await loadAdapters();
    const names = registry.list().map(({ manifest }) => manifest.name);
    expect(names).toEqual([...carrierFolders(), ...shippedPackages()].sort());
    expect(names.length).toBeGreaterThan(0);
  });
});

describe('webhookSecretSetting', () => {
  it('turns a kebab-case name into a setting', () => {
    expect(webhookSecretSetting('canada-post')).toBe('WAYBILL_WEBHOOK_SECRET_CANADA_POST');
  });
});
