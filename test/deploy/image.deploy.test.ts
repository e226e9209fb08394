import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HubProcess, launchHub } from '../../src/app/start-testing.ts';
import { ROOT } from '../docs/blocks.ts';
import type { Image } from '../support/deploy/build-in-chroot.ts';
import { buildImage, execIn, startOf, whyNoBuildah, whyNoImage } from '../support/deploy/image.ts';
import { freePort } from '../support/own-servers.ts';

/** Two installations by npm, on a machine that does other work as well. */
const BUILD_MS_MAX = 900_000;
const BYTES_MAX = 400e6;

const reason = await whyNoImage();
if (reason !== null) {
  process.stderr.write(`SKIPPED: the image is neither built nor started: ${reason}\n`);
}

describe('what the image is built of', () => {
  it('is installed without scripts of packages, from sources without secrets or data', () => {
    const script = readFileSync(join(ROOT, 'deploy/image/install.sh'), 'utf8');
    expect(script).toContain('npm ci --ignore-scripts ');
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    for (const path of ['.git', 'data', 'deploy/compose']) expect(ignored).toContain(path);
  });
});

describe.skipIf(reason !== null)('the image, on the base that deploy/image/base.sh makes', () => {
  let work = '';
  let image: Image;
  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'waybill-image-'));
    const noBuildah = whyNoBuildah(work);
    image = buildImage(work, noBuildah === null);
    const how =
      noBuildah === null
        ? 'was built by buildah'
        : `was NOT built by an engine: a chroot followed the Dockerfile (${noBuildah})`;
    process.stderr.write(`the image ${how}\n`);
  }, BUILD_MS_MAX);
  afterAll(() => {
    const mounted = readFileSync('/proc/self/mounts', 'utf8').includes(work);
    if (!mounted) rmSync(work, { recursive: true });
    expect(mounted).toBe(false);
  });

  it('has at most 400 MB', () => {
    const size = execFileSync('du', ['-s', '--apparent-size', '--block-size=1', image.root]);
    expect(Number.parseInt(String(size), 10)).toBeLessThanOrEqual(BYTES_MAX);
  });

  it('lists its npm packages, Node.js and Debian’s packages in its SBOM', () => {
    const { components } = JSON.parse(readFileSync(join(image.root, 'app/sbom.cdx.json'), 'utf8'));
    const listed = components.map(({ purl }: { purl: string }) => decodeURIComponent(purl));
    const installed = installedIn(join(image.root, 'app/node_modules'));
    expect(installed.length).toBeGreaterThan(200);
    expect(installed.filter((each) => !listed.includes(each))).toEqual([]);
    expect(listed).toContainEqual(expect.stringMatching(/^pkg:generic\/node@22\./));
    expect(listed).toContainEqual(expect.stringMatching(/^pkg:deb\/debian\/libc6@2\.36/));
  });

  it('contains no sources, tests or packages of developers', () => {
    for (const path of ['source', 'app/src/main.ts', 'app/test', 'app/node_modules/vitest']) {
      expect([path, existsSync(join(image.root, path))]).toEqual([path, false]);
    }
  });

  describe('started by its user, with files that cannot be written except /data and /tmp', () => {
    let hub: HubProcess;
    let url = '';
    let settings: readonly string[] = [];
    const exec = (...command: readonly string[]) =>
      execIn(image, hub.child.pid ?? 0, settings, command);
    beforeAll(async () => {
      settings = [`PORT=${await freePort()}`, 'WAYBILL_SANDBOX=on', 'WAYBILL_DEMO=on'];
      hub = launchHub(join(work, 'data'), { command: startOf(image, work, settings) });
      ({ url } = await hub.ready);
    });
    afterAll(async () => {
      hub.child.kill('SIGTERM');
      expect(await hub.ended).toMatchObject({ how: 0 });
      expect(hub.log()).not.toMatch(/EROFS|EACCES|read-only file system/i);
    });

    it('is healthy by its own check, which fails where no hub answers', async () => {
      await expect.poll(() => exec(...image.healthcheck).status).toBe(0);
      expect(exec('env', 'PORT=1', ...image.healthcheck).status).toBe(1);
    });

    it('runs without root’s rights, and can change no file of its own', () => {
      const status = readFileSync(`/proc/${hub.child.pid}/status`, 'utf8');
      expect(status).toMatch(/^Uid:\s1000\s1000\s1000\s1000$/m);
      expect(status).toMatch(/^CapEff:\s0+$/m);
      const [root = ''] = readFileSync(`/proc/${hub.child.pid}/mounts`, 'utf8')
        .split('\n')
        .filter((line) => line.split(' ')[1] === '/');
      expect(root.split(' ')[3]?.split(',')).toContain('ro');
      expect(exec('touch', '/tmp/written', '/data/written')).toMatchObject({ status: 0 });
    });

    it('has `waybill` on its PATH, which creates a key', () => {
      expect(exec('waybill', '--version')).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      });
      expect(exec('waybill', 'keys', 'create', '--ops')).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/wb_/),
      });
    });

    it('serves pages, and the scripts that it bundles for browsers', async () => {
      for (const page of ['/docs', '/console', '/driver', '/openapi.json']) {
        expect([page, (await fetch(new URL(page, url))).status]).toEqual([page, 200]);
      }
      const html = await (await fetch(new URL('/driver', url))).text();
      const scripts = [...html.matchAll(/<script[^>]* src="([^"]+)"/g)].map(([, src = '']) => src);
      expect(scripts).not.toEqual([]);
      for (const script of scripts) {
        expect((await fetch(new URL(script, url))).status).toBe(200);
      }
    });
  });
});

/** The purl of each package in a folder of packages, and in those of the packages. */
function installedIn(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    if (name.startsWith('.')) return [];
    if (name.startsWith('@')) return installedIn(join(folder, name));
    const manifest = join(folder, name, 'package.json');
    const nested = join(folder, name, 'node_modules');
    const own = JSON.parse(readFileSync(manifest, 'utf8'));
    const purl = `pkg:npm/${own.name}@${own.version}`;
    return [purl, ...(existsSync(nested) ? installedIn(nested) : [])];
  });
}
