import { z } from 'zod';
import * as value from './values.ts';

const PROTOCOLS = ['http/protobuf', 'http/json'] as const;
const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** `name=value` pairs with percent-encoded values, as in OpenTelemetry's settings. */
const pairs = value.list
  .refine(
    (members) => members.every((member) => /^[^=\s]+=[^=]*/.test(member) && isDecodable(member)),
    'expected name=value, several separated by commas, values in percent encoding',
  )
  .transform((members) =>
    Object.fromEntries(
      members.map((member) => {
        const at = member.indexOf('=');
        return [member.slice(0, at).trim(), decodeURIComponent(member.slice(at + 1).trim())];
      }),
    ),
  );

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== '';
  } catch {
    return false;
  }
}

const share = z
  .string()
  .regex(/^(?:0|1|0?\.\d{1,9}|[01]\.0{1,9})$/, 'expected a share from 0 to 1, such as 0.01')
  .transform(Number);

/** OpenTelemetry's own names; config/defaults.yaml says what each is for. */
export const TRACING_SETTINGS = {
  OTEL_SDK_DISABLED: z.string(),
  OTEL_TRACES_EXPORTER: z.string(),
  OTEL_EXPORTER_OTLP_ENDPOINT: value.publicUrl.nullable(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: value.publicUrl.nullable(),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.nullable(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.enum(PROTOCOLS, `expected ${PROTOCOLS.join(' or ')}`),
  OTEL_SERVICE_NAME: z.string().min(1).max(200),
  OTEL_RESOURCE_ATTRIBUTES: pairs,
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS, `expected one of ${SAMPLERS.join(', ')}`),
  OTEL_TRACES_SAMPLER_ARG: share,
};

const tracingValues = z.object(TRACING_SETTINGS);

/** Where traces are sent, and which share of them. */
export interface TracingSettings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly serviceName: string;
  readonly resource: Readonly<Record<string, string>>;
  /** From 0 to 1; which traces are sampled depends on their ids alone. */
  readonly sampledShare: number;
}

/**
 * Whether tracing is off, whatever else is set: these names are often set for all programs on a
 * machine, and then the others are not meant for us.
 */
export function isTracingOff(given: ReadonlyMap<string, string>): boolean {
  const isTo = (name: keyof typeof TRACING_SETTINGS, text: string): boolean =>
    given.get(name)?.toLowerCase() === text;
  if (isTo('OTEL_SDK_DISABLED', 'true') || isTo('OTEL_TRACES_EXPORTER', 'none')) return true;
  const endpoints = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  return !endpoints.some((name) => given.has(name));
}

/** Returns the tracing settings; null: nothing is traced. */
export function tracingOf(values: z.infer<typeof tracingValues>): TracingSettings | null {
  const base = values.OTEL_EXPORTER_OTLP_ENDPOINT;
  const url = values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base && `${base}/v1/traces`);
  const sampledShare = shareOf(values);
  if (url === null || sampledShare === 0) return null;
  return {
    url,
    sampledShare,
    headers: values.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    protocol: values.OTEL_EXPORTER_OTLP_PROTOCOL,
    serviceName: values.OTEL_SERVICE_NAME,
    resource: values.OTEL_RESOURCE_ATTRIBUTES,
  };
}

/**
 * Returns the sampled share. Every trace begins with us, so it makes no difference whether a
 * sampler is parent-based.
 */
function shareOf(values: z.infer<typeof tracingValues>): number {
  const { OTEL_TRACES_SAMPLER: sampler } = values;
  if (sampler.endsWith('always_on')) return 1;
  return sampler.endsWith('always_off') ? 0 : values.OTEL_TRACES_SAMPLER_ARG;
}
