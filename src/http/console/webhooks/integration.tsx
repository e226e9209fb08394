import type { ComponentChildren } from 'preact';
import { EVENT_TYPES } from '../../../events/event-types.ts';
import {
  type Endpoint,
  signedHeaders,
  TRIES_MAX,
} from '../../../reactions/merchant-webhooks/index.ts';
import { useMessages } from '../kit/language.ts';
import { RawText } from '../kit/pieces.tsx';
import type { DeskDeps } from '../kit/visit.ts';

/** The secret of the example. Pages do not show it: nobody should take it for their own. */
export const EXAMPLE_SECRET = 'whsec_ZXhhbXBsZSBvbmx5LCBub3QgYSBzZWNyZXQ=';
const EXAMPLE_ID = '01a1fa31-5b0a-75bf-ae52-a715ded9f755';
const EXAMPLE_AT_MS = Date.parse('2026-03-10T14:03:11Z');
export const EXAMPLE_BODY = JSON.stringify(
  {
    id: EXAMPLE_ID,
    type: 'shipment.delivered',
    sequence: 5,
    previous_sequence: 4,
    occurred_at: new Date(EXAMPLE_AT_MS),
    data: { carrier: 'acme', tracking_number: 'ACME0000000012', status: 'delivered' },
    previous_attributes: { status: 'out_for_delivery' },
  },
  null,
  2,
);

/** The headers of the example, signed like those of any webhook. */
export const exampleHeaders = (): Readonly<Record<string, string>> =>
  signedHeaders(EXAMPLE_ID, Buffer.from(EXAMPLE_BODY), [EXAMPLE_SECRET], EXAMPLE_AT_MS);

/** Checks a signature in Node.js; the tests run it. */
export const VERIFY_IN_NODE = `import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whether Waybill sent these bytes within the last five minutes. */
export function isFromWaybill(headers, rawBody, secret, nowMs = Date.now()) {
  const { 'webhook-id': id, 'webhook-timestamp': at } = headers;
  const key = Buffer.from(secret.split('_')[1], 'base64');
  const mac = createHmac('sha256', key).update(\`\${id}.\${at}.\`).update(rawBody).digest();
  const isSigned = String(headers['webhook-signature']).split(' ').some((each) => {
    const given = Buffer.from(each.slice('v1,'.length), 'base64');
    return given.length === mac.length && timingSafeEqual(given, mac);
  });
  return isSigned && Math.abs(nowMs / 1000 - Number(at)) < 300;
}`;

interface Props {
  readonly deps: DeskDeps;
  /** The endpoint to which the example sends a test; null: there is none yet. */
  readonly endpoint: Pick<Endpoint, 'id' | 'url' | 'format'> | null;
}

/** For developers: what a receiver gets, how it checks that, and what its answers mean. */
export function Integration({ deps, endpoint }: Props) {
  const words = useMessages().desk.webhooks;
  const { publicUrl } = deps.parts.tracking;
  const request = [
    `POST ${new URL(endpoint?.url ?? 'https://shop.example/waybill').pathname}`,
    'content-type: application/json',
    ...Object.entries(exampleHeaders()).map(([name, value]) => `${name}: ${value}`),
    ...['', EXAMPLE_BODY],
  ].join('\n');
  const curl = `curl -X POST ${publicUrl()}/v1/webhook-endpoints/${endpoint?.id ?? '{id}'}/test \\
  -H "Authorization: Bearer $WAYBILL_KEY"`;
  return (
    <section class="card text intro" aria-labelledby="integrate">
      <h2 id="integrate">{words.receive}</h2>
      <p class="soft">{words.purpose}</p>
      {(endpoint?.format ?? 'waybill') === 'waybill' && (
        <>
          <Part title={words.request}>
            <RawText about={words.request}>{request}</RawText>
          </Part>
          <Part title={words.verify}>
            <RawText about={words.verify}>{VERIFY_IN_NODE}</RawText>
            <GuideLink to="verify-the-signature-of-a-webhook" text={words.howToVerify} />
          </Part>
        </>
      )}
      <Part title={words.events}>
        <p class="codes">
          {EVENT_TYPES.map((type) => (
            <code key={type} class="code">
              {type}
            </code>
          ))}
        </p>
        <GuideLink to="the-events" text={words.aboutEvents} />
      </Part>
      <Part title={words.testByApi}>
        <RawText about={words.testByApi}>{curl}</RawText>
      </Part>
      <Part title={words.retries}>
        <p>{words.retriesSaid({ tries: TRIES_MAX })}</p>
      </Part>
    </section>
  );
}

interface PartProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

function Part({ title, children }: PartProps) {
  return (
    <details>
      <summary>{title}</summary>
      {children}
    </details>
  );
}

function GuideLink({ to, text }: { readonly to: string; readonly text: string }) {
  return (
    <p>
      <a href={`/docs/guides/webhooks#${to}`} hreflang="en">
        {text}
      </a>
    </p>
  );
}
