import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adapterFolders, loadAdapters, shippedPackages, webhookSecretSetting } from './registry.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-adapters-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function adapterSource(name: string, role = 'carrier'): string {
  return `export const adapter = {
    manifest: { name: '${name}', role: '${role}' },
    numbers: { normalize: (n) => n, recognise: () => [] },
    parse: () => ({ outcome: 'unreadable', reason: '', trackingNumbers: [] }),
  };`;
}

function carrier(name: string, source: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'index.ts'), source);
  writeFileSync(join(folder, name, 'manifest.ts'), 'export {};');
}

function installed(name: string, source: string, parent = 'node_modules'): void {
  const path = join(folder, parent, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, type: 'module', main: 'i.js' }));
  writeFileSync(join(path, 'i.js'), source);
}

const SCORECARD = { level: 'bronze', checks_passed: 1, checks_total: 2, capabilities: [] };

function installedAs(carrier: string) {
  const entry = join(folder, 'node_modules', carrier, 'i.js');
  return { carrier, entry, scorecard: SCORECARD, description: carrier };
}

/** Loads an adapter by its name instead of running its package. */
const contain = () => (_entry: string, name: unknown) => {
  if (name === 'broken') throw new Error('cannot be described');
  const adapter = {
    manifest: { name: name === 'renamed' ? 'other' : name },
    numbers: { normalize: String, recognise: () => [] },
    parse: () => ({ outcome: 'unreadable' }),
  };
  return { adapter, mapping: null };
};

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

  it('skips folders without an adapter’s files, and refuses those with one of them', async () => {
    mkdirSync(join(folder, 'notes'));
    carrier('sandbox-kit', 'export {};');
    expect(adapterFolders(folder)).toEqual([]);
    carrier('Upper', adapterSource('Upper'));
    carrier('no-manifest', adapterSource('no-manifest'));
    rmSync(join(folder, 'no-manifest', 'manifest.ts'));
    carrier('bridges/no-index', '');
    rmSync(join(folder, 'bridges', 'no-index', 'index.ts'));
    await expect(loadAdapters({ folder })).rejects.toThrow(
      [
        'Carriers cannot be loaded:',
        `${join(folder, 'Upper')}: "Upper" is not kebab-case`,
        `${join(folder, 'bridges', 'no-index')}: has no index.ts; an adapter needs both files`,
        `${join(folder, 'no-manifest')}: has no manifest.ts; an adapter needs both files`,
      ].join('\n- '),
    );
  });

  it('finds bridges in a folder of their own, which are no carriers of parcels', async () => {
    carrier('alpha', adapterSource('alpha'));
    carrier('bridges/17all', adapterSource('17all', 'bridge'));
    const registry = await loadAdapters({ folder, shipped: join(folder, 'shipped') });
    const names = (adapters: ReturnType<typeof registry.list>) =>
      adapters.map(({ manifest }) => manifest.name);
    expect(names(registry.list())).toEqual(['17all', 'alpha']);
    expect(names(registry.carriers())).toEqual(['alpha']);
    expect(registry.get('17all')?.manifest.role).toBe('bridge');
    expect(registry.home('17all')?.folder).toBe(join(folder, 'bridges', '17all'));
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

  it('runs packages of `carrier add` contained, and shows the level that was measured', async () => {
    installed('acme', 'throw new Error("was run outside of its process");');
    writeFileSync(
      join(folder, 'node_modules', 'acme', 'scorecard.json'),
      JSON.stringify({ ...SCORECARD, level: 'platinum' }),
    );
    const registry = await loadAdapters({ folder, installed: [installedAs('acme')], contain });
    expect(registry.leftOut).toEqual([]);
    expect(registry.get('acme')?.manifest.name).toBe('acme');
    expect(registry.home('acme')?.scorecard?.level).toBe('bronze');
    const uncontained = loadAdapters({ folder, installed: [installedAs('acme')] });
    await expect(uncontained).rejects.toThrow('only in a process of their own');
  });

  it('leaves out a package of `carrier add` that cannot be loaded, and loads the others', async () => {
    carrier('alpha', adapterSource('alpha'));
    for (const name of ['alpha', 'beta', 'broken', 'renamed']) installed(name, '');
    const packages = ['alpha', 'beta', 'broken', 'renamed'].map((name) => installedAs(name));
    const registry = await loadAdapters({
      folder,
      shipped: join(folder, 'shipped'),
      installed: packages,
      contain,
    });
    expect(registry.list().map(({ manifest }) => manifest.name)).toEqual(['alpha', 'beta']);
    expect(registry.home('alpha')?.folder).toBe(join(folder, 'alpha'));
    expect(registry.leftOut).toEqual([
      {
        carrier: 'alpha',
        reason: 'the hub has a carrier of that name already',
        fix: 'remove it (waybill carrier remove alpha)',
      },
      {
        carrier: 'broken',
        reason: 'broken: cannot be described',
        fix: 'update it, or remove it (waybill carrier remove broken)',
      },
      {
        carrier: 'renamed',
        reason: 'its adapter has another name',
        fix: 'update it, or remove it (waybill carrier remove renamed)',
      },
    ]);
  });

  it('leaves out packages of `carrier add` on a machine that cannot contain them', async () => {
    installed('acme', '');
    const registry = await loadAdapters({
      folder,
      installed: [installedAs('acme')],
      contain: () => {
        throw new Error('no bundle');
      },
    });
    expect(registry.get('acme')).toBeUndefined();
    expect(registry.leftOut).toMatchObject([{ carrier: 'acme', reason: 'no bundle' }]);
  });

  it('loads every folder and package of this repository', async () => {
    const registry = await loadAdapters();
    const names = registry.list().map(({ manifest }) => manifest.name);
    const folders = adapterFolders().map(({ name }) => name);
    expect(names).toEqual([...folders, ...shippedPackages()].sort());
    expect(names.length).toBeGreaterThan(0);
  });
});

describe('webhookSecretSetting', () => {
  it('turns a kebab-case name into a setting', () => {
    expect(webhookSecretSetting('canada-post')).toBe('WAYBILL_WEBHOOK_SECRET_CANADA_POST');
  });
});
