import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ROOT } from '../../docs/blocks.ts';
import { buildInChroot, type Image } from './build-in-chroot.ts';
import { within } from './root-file-system.ts';

/** Programs that each way of building needs. */
const PROGRAMS = ['mmdebstrap', 'npm', 'unshare', 'nsenter', 'chroot', 'setpriv'];
const DEBIAN = 'http://deb.debian.org/debian/dists/bookworm/InRelease';

const works = (program: string, ...args: readonly string[]) =>
  spawnSync(program, args, { stdio: 'ignore', timeout: 60_000 }).status === 0;
const run = (program: string, ...args: readonly string[]) =>
  execFileSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 << 20,
  }).trim();

/** Why no image can be built and run here; null if one can. */
export async function whyNoImage(): Promise<string | null> {
  const missing = PROGRAMS.filter((program) => !works('which', program));
  if (missing.length > 0) return `no ${missing.join(', ')}`;
  if (process.getuid?.() !== 0) return 'only root may make a root file system here';
  if (!works('unshare', '--mount', 'true')) return 'no mount namespaces here (CAP_SYS_ADMIN)';
  if (!works('npm', 'ping')) return 'npm’s registry does not answer';
  const answer = await fetch(DEBIAN, { method: 'HEAD', signal: AbortSignal.timeout(20_000) }).catch(
    () => null,
  );
  return answer?.ok ? null : 'deb.debian.org does not answer';
}

/** Why buildah cannot build here; null if it can. */
export function whyNoBuildah(work: string): string | null {
  if (process.env['WAYBILL_IMAGE_BUILDER'] === 'chroot') return 'WAYBILL_IMAGE_BUILDER=chroot';
  if (!works('which', 'buildah')) return 'buildah is not installed';
  const { args } = buildahIn(work);
  const { status, stderr } = spawnSync('buildah', [...args, 'from', 'scratch'], {
    encoding: 'utf8',
  });
  return status === 0 ? null : `buildah makes no container: ${stderr.trim()}`;
}

/** Makes the base that needs no registry, and builds the image on it. */
export function buildImage(work: string, isWithBuildah: boolean): Image {
  const base = path.join(work, 'base.tar');
  run(path.join(ROOT, 'deploy/image/base.sh'), base);
  const context = path.join(work, 'context');
  copySources(context);
  const mounts = mountsForNpm(work);
  if (isWithBuildah) return buildWithBuildah(work, base, context, mounts);
  // A chroot has no addresses of name servers, which an engine writes.
  const withNames = { ...mounts, '/etc/resolv.conf': '/etc/resolv.conf' };
  return buildInChroot(context, { base, work, mounts: withNames });
}

/** What is committed, or would be. */
function copySources(to: string): void {
  mkdirSync(to);
  const files = run('git', 'ls-files', '--cached', '--others', '--exclude-standard').split('\n');
  for (const file of files) {
    const from = path.join(ROOT, file);
    if (existsSync(from)) cpSync(from, path.join(to, file));
  }
}

const NPM_CACHE = '/var/cache/npm';

/** What npm needs during a build: this machine's certificates, and its cache, so that little is downloaded. */
function mountsForNpm(work: string): Readonly<Record<string, string>> {
  const settings = path.join(work, 'npmrc');
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  const cafile = certificates === undefined ? '' : 'cafile=/etc/certificates.pem\n';
  writeFileSync(settings, `prefer-offline=true\ncache=${NPM_CACHE}\n${cafile}`);
  const cache = run('npm', 'config', 'get', 'cache');
  mkdirSync(cache, { recursive: true });
  return {
    [NPM_CACHE]: cache,
    '/usr/local/etc/npmrc': settings,
    ...(certificates === undefined ? {} : { '/etc/certificates.pem': certificates }),
  };
}

/** Storage of its own, of plain folders: nothing is left mounted. */
function buildahIn(work: string) {
  const args = ['--storage-driver', 'vfs', '--root', `${work}/storage`, '--runroot', `${work}/run`];
  return { args, buildah: (...more: readonly string[]) => run('buildah', ...args, ...more) };
}

const inspected = z.object({
  Docker: z.object({
    config: z.object({
      User: z.string(),
      Env: z.array(z.string()),
      Cmd: z.array(z.string()),
      WorkingDir: z.string(),
      Healthcheck: z.object({ Test: z.tuple([z.literal('CMD')], z.string()) }),
    }),
  }),
});

function buildWithBuildah(
  work: string,
  base: string,
  context: string,
  mounts: Readonly<Record<string, string>>,
): Image {
  const { buildah } = buildahIn(work);
  const empty = buildah('from', 'scratch');
  buildah('add', empty, base);
  buildah('commit', empty, 'waybill-base');
  const volumes = Object.entries(mounts).map(([to, from]) => `--volume=${from}:${to}`);
  // The format of Docker, because that of OCI has no health checks.
  const options = [
    '--isolation=chroot',
    '--format=docker',
    '--build-arg=BASE=localhost/waybill-base',
  ];
  buildah('build', ...options, ...volumes, '--tag=waybill', context);
  const { config } = inspected.parse(
    JSON.parse(buildah('inspect', '--type=image', 'waybill')),
  ).Docker;
  return {
    root: buildah('mount', buildah('from', 'localhost/waybill')),
    user: config.User,
    env: config.Env,
    folder: config.WorkingDir,
    command: config.Cmd,
    healthcheck: config.Healthcheck.Test.slice(1),
  };
}

/**
 * The command line that starts the image as an engine does with `--read-only`: only /data and /tmp
 * can be written.
 */
export function startOf(image: Image, work: string, settings: readonly string[]): string[] {
  const data = path.join(work, 'data');
  run('install', '--directory', '--mode=0700', data);
  run('chown', image.user, data);
  const env = [...image.env, ...settings];
  return within({ ...image, mounts: { '/data': data }, isReadOnly: true, env }, image.command);
}

/** Runs a command beside a started image's process, as `docker exec` does. */
export function execIn(
  image: Image,
  pid: number,
  settings: readonly string[],
  command: readonly string[],
) {
  const [uid = '', gid = ''] = image.user.split(':');
  const args = [`--target=${pid}`, '--mount', '--root', `--setuid=${uid}`, `--setgid=${gid}`];
  const inside = ['env', '-i', `--chdir=${image.folder}`, ...image.env, ...settings, ...command];
  const { status, stdout, stderr } = spawnSync('nsenter', [...args, ...inside], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}
