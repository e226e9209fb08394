import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adapterFolders, loadAdapters } from '../registry/registry.ts';
import { loadSandboxes } from './load.ts';

const registry = await loadAdapters();
const sandboxes = await loadSandboxes();

describe('sandbox carriers', () => {
  it('are found next to their adapters', () => {
    expect(sandboxes.length).toBeGreaterThan(1);
    for (const { name } of sandboxes)
      expect(adapterFolders().map((each) => each.name)).toContain(name);
  });

  it('refuse a file that exports none, or another carrier’s', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-sandboxes-'));
    try {
      mkdirSync(join(folder, 'acme'));
      const file = join(folder, 'acme', 'sandbox.ts');
      writeFileSync(file, 'export const other = 1;');
      await expect(loadSandboxes(folder)).rejects.toThrow(/acme.*exports no sandbox/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const { name, credentials, scenarios, demo } of sandboxes) {
    const adapter = registry.get(name);

    it(`${name}: has credentials that an account can be registered with`, () => {
      const fields = adapter?.access?.credentials ?? [];
      const required = fields.filter((field) => field.required).map((field) => field.name);
      expect(Object.keys(credentials)).toEqual(expect.arrayContaining(required));
      expect(fields.map((field) => field.name)).toEqual(
        expect.arrayContaining(Object.keys(credentials)),
      );
    });

    it(`${name}: plays each scenario under a name of its own, to numbers of its own`, () => {
      const names = scenarios.map((each) => each.name);
      const numbers = [...scenarios.flatMap((each) => each.numbers), demo?.number ?? []].flat();
      expect(new Set(names).size).toBe(names.length);
      expect(new Set(numbers).size).toBe(numbers.length);
      for (const scenario of names) expect(scenario).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
      for (const number of numbers) expect(adapter?.numbers.normalize(number)).toBe(number);
    });

    it(`${name}: shows a parcel that moves within two minutes, if it shows one`, () => {
      if (demo === undefined) return;
      const scenario = scenarios.find((each) => each.name === demo.scenario);
      const moments =
        scenario?.lives[0]?.events.map(({ happensMs }) => happensMs / demo.pace) ?? [];
      expect(moments.filter((atMs) => atMs < 120_000).length).toBeGreaterThan(2);
      expect(Math.max(...moments)).toBeLessThan(600_000);
    });
  }
});
