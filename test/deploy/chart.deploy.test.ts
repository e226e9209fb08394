import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../docs/blocks.ts';
import {
  COMPOSE,
  HELM,
  KUBERNETES_VALIDATE,
  programOf,
  type Tool,
  whyNoTool,
} from '../support/deploy/tools.ts';

// Only in CI, because helm is built for minutes.
if (process.env['CI']) {
  spawnSync('npx', ['tsx', join(ROOT, 'tools/fetch-deploy-tools.ts')], { stdio: 'inherit' });
}

/** The reason, printed, if one of these tools is missing; the tests with it are skipped. */
function reasonFor(what: string, ...tools: readonly Tool[]): string | null {
  const reason = tools.map(whyNoTool).find((why) => why !== null) ?? null;
  if (reason !== null) process.stderr.write(`SKIPPED: ${what}: ${reason}\n`);
  return reason;
}

const run = (tool: Tool, args: readonly string[], input = '') => {
  const { status, stdout, stderr } = spawnSync(programOf(tool), args, {
    cwd: join(ROOT, 'deploy'),
    input,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  return { status, stdout, stderr };
};

const CHART = 'helm/waybill';
/** The oldest and the newest version whose schemas there are. */
const KUBERNETES = ['1.25', '1.37'];
const DEFAULTS = ['ServiceAccount', 'Service', 'Deployment', 'PodDisruptionBudget'];
const EVERYTHING = {
  image: { repository: 'registry.example/waybill', tag: '1.2.3', pullPolicy: 'Always' },
  imagePullSecrets: [{ name: 'registry' }],
  configMapName: 'files',
  service: { port: 8080, annotations: { 'example.com/a': 'service' } },
  ingress: {
    enabled: true,
    className: 'nginx',
    annotations: { 'example.com/a': 'ingress' },
    host: 'parcels.example',
    tlsSecretName: 'tls',
  },
  podMonitor: { enabled: true, labels: { release: 'prometheus' }, interval: '30s' },
  serviceAccount: { name: '', annotations: { 'example.com/a': 'account' } },
  podAnnotations: { 'example.com/a': 'pod' },
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
  tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
};
/** One process of each role, and an account that exists. */
const SMALL = {
  serviceAccount: { name: 'existing' },
  roles: Object.fromEntries(
    ['api', 'webhooks', 'worker', 'poller'].map((role) => [role, { replicas: 1 }]),
  ),
};

const object = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
const probe = z.looseObject({ httpGet: z.strictObject({ path: z.string(), port: z.string() }) });
const container = z.looseObject({
  image: z.string(),
  args: z.array(z.string()).optional(),
  envFrom: z.array(z.unknown()),
  readinessProbe: probe,
  livenessProbe: probe,
  securityContext: z.looseObject({ readOnlyRootFilesystem: z.literal(true) }),
});
const deployment = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        securityContext: z.looseObject({ runAsNonRoot: z.literal(true), runAsUser: z.int() }),
        containers: z.tuple([container]),
      }),
    }),
  }),
});

/** What the chart makes of these values, in one file and as objects. */
function render(values: object, kubernetes: string) {
  const args = ['template', 'hub', CHART, `--kube-version=${kubernetes}.0`, '--values=-'];
  const { status, stdout, stderr } = run(HELM, args, JSON.stringify(values));
  expect([status, stderr]).toEqual([0, '']);
  const objects = parseAllDocuments(stdout).map((document) => object.parse(document.toJS()));
  return { text: stdout, objects };
}

const noHelm = reasonFor('the chart is neither linted nor rendered', HELM);
const noSchemas = reasonFor(
  'the chart is not checked against Kubernetes',
  HELM,
  KUBERNETES_VALIDATE,
);
const noCompose = reasonFor('the Compose files are not loaded as Compose does', COMPOSE);

it('the chart runs pods as the user that the image has', () => {
  const template = readFileSync(join(ROOT, 'deploy', CHART, 'templates/deployments.yaml'), 'utf8');
  const [, user] = /runAsUser: (\d+)/.exec(template) ?? [];
  expect(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')).toContain(`\nUSER ${user}:`);
});

describe.skipIf(noHelm !== null)('the chart', () => {
  it('is accepted by helm', () => {
    const { status, stdout, stderr } = run(HELM, ['lint', '--strict', CHART]);
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('0 chart(s) failed')]);
  });

  it('names each object once, and probes and restricts each pod', () => {
    const { objects } = render(EVERYTHING, '1.25');
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    const pods = objects
      .filter(({ kind }) => kind === 'Deployment')
      .map((each) => deployment.parse(each).spec.template.spec);
    expect(pods).toHaveLength(4);
    for (const { containers } of pods) {
      const [{ image, envFrom, readinessProbe, livenessProbe }] = containers;
      expect(image).toBe('registry.example/waybill:1.2.3');
      expect(readinessProbe.httpGet.path).toBe('/readyz');
      expect(livenessProbe.httpGet.path).toBe('/healthz');
      expect(envFrom).toEqual([{ secretRef: { name: 'waybill' } }]);
    }
  });
});

describe.skipIf(noSchemas !== null)('Kubernetes accepts what the chart makes', () => {
  const cases = KUBERNETES.flatMap((version) => [
    { version, values: 'its own values', given: {}, kinds: DEFAULTS },
    {
      version,
      values: 'every option',
      given: EVERYTHING,
      kinds: [...DEFAULTS, 'Ingress', 'PodMonitor'],
    },
    { version, values: 'the fewest objects', given: SMALL, kinds: ['Service', 'Deployment'] },
  ]);
  it.each(cases)('of $values, version $version', ({ version, given, kinds }) => {
    const { text, objects } = render(given, version);
    expect(new Set(objects.map(({ kind }) => kind))).toEqual(new Set(kinds));
    const args = ['--strict', `--kubernetes-version=${version}`, '-'];
    const { status, stdout, stderr } = run(KUBERNETES_VALIDATE, args, text);
    const lines = (stdout + stderr).trim().split('\n');
    // The operator of Prometheus brings this kind, not Kubernetes.
    const checked = objects.filter(({ kind }) => kind !== 'PodMonitor');
    expect([status, lines.filter((line) => line.includes(' passed ')).length]).toEqual([
      0,
      checked.length,
    ]);
    const others = lines.filter((line) => !line.includes(' passed '));
    expect(others.filter((line) => !line.includes('for kind PodMonitor'))).toEqual([]);
  });
});

describe.skipIf(noCompose !== null)('Compose', () => {
  it.each(['../compose.yaml', 'compose/compose.yaml'])('accepts %s', (file) => {
    const { status, stdout, stderr } = run(COMPOSE, [file]);
    expect([status, stderr]).toEqual([0, '']);
    const { services } = z
      .looseObject({
        services: z.record(z.string(), z.looseObject({ tmpfs: z.array(z.string()).optional() })),
      })
      .parse(parse(stdout));
    const mounted = Object.values(services).flatMap(({ tmpfs = [] }) => tmpfs);
    expect(mounted.length).toBeGreaterThan(0);
    expect(mounted.filter((mount) => !mount.startsWith('/'))).toEqual([]);
  });
});
