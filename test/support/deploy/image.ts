import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ROOT } from '../../docs/blocks.ts';

/** A built image: its files in a folder, and how its configuration says to run it. */
export interface Image {
  readonly builtBy:
    | 'buildah'
    | 'the Dockerfile’s instructions in a chroot, without a container engine';
  readonly root: string;
  readonly user: string;
  readonly env: readonly string[];
  readonly folder: string;
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

/** Where a command runs in a root file system, and as whom. */
interface Place {
  readonly root: string;
  /** Folders or files from outside, by their path inside. */
  readonly mounts: Readonly<Record<string, string>>;
  readonly isReadOnly: boolean;
  readonly user: string;
  readonly env: readonly string[];
  readonly folder: string;
}

/** Programs that each way of building needs. */
const PROGRAMS = ['mmdebstrap', 'npm', 'unshare', 'nsenter', 'chroot', 'setpriv'];
const DEBIAN = 'http://deb.debian.org/debian/dists/bookworm/InRelease';
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

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
  return (isWithBuildah ? withBuildah : inChroot)(work, base, context);
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

/** What npm needs during a build: this machine's certificates, and its cache, so that little is downloaded. */
function mountsForNpm(work: string): Readonly<Record<string, string>> {
  const settings = path.join(work, 'npmrc');
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  const cafile = certificates === undefined ? '' : 'cafile=/etc/certificates.pem\n';
  writeFileSync(settings, `prefer-offline=true\n${cafile}`);
  const cache = run('npm', 'config', 'get', 'cache');
  mkdirSync(cache, { recursive: true });
  return {
    '/root/.npm': cache,
    '/root/.npmrc': settings,
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

function withBuildah(work: string, base: string, context: string): Image {
  const { buildah } = buildahIn(work);
  const empty = buildah('from', 'scratch');
  buildah('add', empty, base);
  buildah('commit', empty, 'waybill-base');
  const volumes = Object.entries(mountsForNpm(work)).map(([to, from]) => `--volume=${from}:${to}`);
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
    builtBy: 'buildah',
    root: buildah('mount', buildah('from', 'localhost/waybill')),
    user: config.User,
    env: config.Env,
    folder: config.WorkingDir,
    command: config.Cmd,
    healthcheck: config.Healthcheck.Test.slice(1),
  };
}

/** Follows the Dockerfile as far as ours needs: an unknown instruction is an error. */
function inChroot(work: string, base: string, context: string): Image {
  const stages: { name: string; root: string }[] = [];
  let image: Image | undefined;
  const stage = () => {
    if (image === undefined) throw new Error('an instruction before FROM');
    return image;
  };
  for (const { name, rest } of instructionsOf(path.join(context, 'Dockerfile'))) {
    const words = rest.split(' ');
    if (name === 'FROM') {
      const root = path.join(work, `stage-${stages.length}`);
      mkdirSync(root);
      run('tar', 'xf', base, '-C', root);
      stages.push({ name: words[2] ?? '', root });
      image = {
        builtBy: 'the Dockerfile’s instructions in a chroot, without a container engine',
        root,
        user: '0:0',
        env: [PATH],
        folder: '/',
        command: [],
        healthcheck: [],
      };
    } else if (name === 'COPY') {
      const [, other] = /^--from=(.+)$/.exec(words[0] ?? '') ?? [];
      const from = other === undefined ? context : stages.find((each) => each.name === other)?.root;
      const [source = '', target = ''] = words.slice(-2);
      mkdirSync(path.join(stage().root, target), { recursive: true });
      run('cp', '-a', `${from}/${source}/.`, path.join(stage().root, target));
    } else if (name === 'RUN') {
      const { root, env, folder, user } = stage();
      const mounts = { ...mountsForNpm(work), '/etc/resolv.conf': '/etc/resolv.conf' };
      const place = { root, mounts, isReadOnly: false, user, env: [...env, 'HOME=/root'], folder };
      run(...within(place, ['/bin/sh', '-c', rest]));
    } else if (name === 'WORKDIR') image = { ...stage(), folder: rest };
    else if (name === 'USER') image = { ...stage(), user: rest };
    else if (name === 'ENV') image = { ...stage(), env: [...stage().env, ...words] };
    else if (name === 'CMD') image = { ...stage(), command: JSON.parse(rest) };
    else if (name === 'HEALTHCHECK') {
      image = { ...stage(), healthcheck: JSON.parse(rest.slice(rest.indexOf('CMD ') + 4)) };
    } else if (!['ARG', 'VOLUME', 'EXPOSE', 'STOPSIGNAL'].includes(name)) {
      throw new Error(`Dockerfile: no test knows ${name}`);
    }
  }
  return stage();
}

function instructionsOf(file: string): { readonly name: string; readonly rest: string }[] {
  const text = readFileSync(file, 'utf8').replaceAll(/\\\n\s*/g, '');
  return [...text.matchAll(/^([A-Z]+) (.+)$/gm)].map(([, name = '', rest = '']) => ({
    name,
    rest,
  }));
}

/**
 * The command line that runs a command in a root file system. Its mounts are in a namespace of its
 * own, and end with it. All programs on the way replace themselves, so signals reach the command.
 */
function within(place: Place, command: readonly string[]): [string, ...string[]] {
  const { root, mounts, isReadOnly, user, env, folder } = place;
  const script = [
    `mount --bind ${root} ${root}`,
    `mount --rbind /dev ${root}/dev`,
    `mount -t proc proc ${root}/proc`,
    ...Object.entries(mounts).flatMap(([to, from]) => [
      `[ -e ${root}${to} ] || if [ -d ${from} ]; then mkdir -p ${root}${to}; else install -D /dev/null ${root}${to}; fi`,
      `mount --bind ${from} ${root}${to}`,
    ]),
    ...(isReadOnly ? [`mount -o remount,bind,ro ${root}`] : []),
    `exec chroot --userspec=${user} --groups= ${root} "$@"`,
  ].join('\n');
  const inside = ['/usr/bin/env', '-i', `--chdir=${folder}`, ...env, ...command];
  return ['unshare', '--mount', 'sh', '-ec', script, 'sh', ...inside];
}

/**
 * The command line that starts the image as an engine does with `--read-only`: only /data and /tmp
 * can be written, and belong to the image's user.
 */
export function startOf(image: Image, work: string, settings: readonly string[]): string[] {
  const mounts: Record<string, string> = {};
  for (const name of ['data', 'tmp']) {
    mounts[`/${name}`] = mkdirFor(image.user, path.join(work, name));
  }
  const env = [...image.env, ...settings];
  return within({ ...image, mounts, isReadOnly: true, env }, image.command);
}

function mkdirFor(user: string, folder: string): string {
  run('install', '-d', `--mode=0700`, folder);
  run('chown', user, folder);
  return folder;
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
