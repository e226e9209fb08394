import {
  jsonAnswer,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleInstance,
} from '../../sandbox-kit/index.ts';
import { problem } from './problems.ts';
import { shipmentOf } from './shipment.ts';

const LIMIT = 5;
const NUMBER = /^[A-Za-z0-9-]{5,64}$/;

/**
 * `GET /track/shipments`: one number, and all shipments that go by it, five a page. Without
 * `service` the first network that knows the number answers, and the others are only named.
 */
export function answerTrack(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const { query } = request;
  const number = query.get('trackingNumber') ?? '';
  const offset = figure(query.get('offset'), 0);
  const limit = figure(query.get('limit'), LIMIT);
  if (!NUMBER.test(number) || offset === null || limit === null) {
    return problem('noNumber', request);
  }
  const service = query.get('service');
  const known = [...(world.parcel(number)?.lives ?? [])].filter(({ events }) => events.length > 0);
  const found = known.filter((life) =>
    service === null ? !isSecondNetwork(life) : life.service === service,
  );
  const page = found.slice(offset, offset + limit);
  if (page.length === 0) return problem('notFound', request);
  const others = service === null ? known.filter(isSecondNetwork) : [];
  return jsonAnswer(
    200,
    {
      ...pagesOf(number, offset, limit, found.length),
      shipments: page.map((life) => shipmentOf(number, life, query.get('recipientPostalCode'))),
      ...(others.length === 0
        ? {}
        : {
            possibleAdditionalShipmentsUrl: others.map(
              (life) => `/shipments?trackingNumber=${number}&service=${life.service}`,
            ),
          }),
    },
    { 'content-language': 'en' },
  );
}

/** Known to a network that is asked only when it is named. */
function isSecondNetwork({ details }: VisibleInstance): boolean {
  return details['network'] === 'second';
}

/** Addresses of pages, with the second question mark of DHL's own example. */
function pagesOf(number: string, offset: number, limit: number, total: number) {
  if (total <= limit) return {};
  const at = (from: number) => `/shipments?trackingNumber=${number}?offset=${from}&limit=${limit}`;
  const last = Math.floor((total - 1) / limit) * limit;
  return {
    url: at(offset),
    firstUrl: at(0),
    lastUrl: at(last),
    ...(offset > 0 ? { prevUrl: at(Math.max(0, offset - limit)) } : {}),
    ...(offset < last ? { nextUrl: at(offset + limit) } : {}),
  };
}

function figure(text: string | null, otherwise: number): number | null {
  if (text === null) return otherwise;
  return /^\d{1,4}$/.test(text) ? Number(text) : null;
}
