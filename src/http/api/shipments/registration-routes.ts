import type { Registry } from '../../../adapters/index.ts';
import { ERRORS } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { problemBody } from '../../../kernel/wire/problem.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import {
  registerMinted,
  registerShipment,
  type Shipment,
  type TrackingDeps,
} from '../../../tracking/index.ts';
import type { Answer } from '../../kit/answer.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { toProblem } from '../../kit/problem.ts';
import type { Route } from '../../kit/route.ts';
import { parseBody } from '../../kit/validation.ts';
import { createdAnswer } from './answers.ts';
import { type CreateShipment, createShipment } from './input-schema.ts';
import {
  newShipment,
  newShipmentWithWarnings,
  numberingCarrier,
  type Warning,
} from './new-shipment.ts';
import { createShipmentBatchOperation, createShipmentOperation } from './operations.ts';

/** Registering numbers, one or many at once. */
export function registrationRoutes(
  api: MerchantApi,
  tracking: TrackingDeps,
  registry: Registry,
  log: Logger,
): readonly Route[] {
  async function register(tenant: Tenant, wanted: CreateShipment): Promise<Answer> {
    const { tracking_number: number } = wanted;
    if (number === undefined) return registerUnnumbered(tenant, wanted);
    const { shipment: attributes, warnings } = newShipmentWithWarnings(registry, {
      ...wanted,
      tracking_number: number,
    });
    const { created, shipment } = await registerShipment(tracking, tenant, attributes);
    return answerOf(created, shipment, warnings);
  }

  /** A parcel of the merchant's own couriers: it gets a new unique number. */
  async function registerUnnumbered(tenant: Tenant, wanted: CreateShipment): Promise<Answer> {
    const { scans } = numberingCarrier(registry, wanted);
    const made = await registerMinted(tracking, tenant, () => {
      const number = scans.mint(tracking.randomBytes);
      return newShipment(registry, { ...wanted, tracking_number: number });
    });
    return answerOf(true, made, []);
  }

  function answerOf(created: boolean, shipment: Shipment, warnings: readonly Warning[]): Answer {
    return {
      status: created ? 201 : 200,
      body: createdAnswer(shipment, warnings, tracking.publicUrl()),
      headers: { location: `/v1/shipments/${shipment.id}` },
    };
  }

  /** The response the item would have had alone. */
  async function item(tenant: Tenant, value: unknown, index: number, requestId: string) {
    try {
      const { status, body } = await register(tenant, parseBody(createShipment, value));
      return { index, status, body };
    } catch (error) {
      const { code, message, errors, extra } = toProblem(error, log);
      const problem = problemBody(code, message, requestId, errors, extra);
      return { index, status: ERRORS[code].status, problem };
    }
  }

  return [
    merchantRoute(api, createShipmentOperation, ({ tenant, body }) => register(tenant, body)),
    merchantRoute(api, createShipmentBatchOperation, async ({ tenant, body, requestId }) => {
      const items = Array.isArray(body) ? body : body.shipments;
      const data = [];
      // In sequence: a duplicate number in a batch must find the first one.
      for (const [index, value] of items.entries()) {
        data.push(await item(tenant, value, index, requestId));
      }
      return { status: 207, body: { data } };
    }),
  ];
}
