import type { Registry } from '../../../adapters/index.ts';
import { STATUS_OF } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import {
  registerMinted,
  registerShipment,
  type Shipment,
  type TrackingDeps,
} from '../../../tracking/ports/shipments.ts';
import type { Answer } from '../../kit/answer.ts';
import { problemBody, toProblem } from '../../kit/problem.ts';
import { resource } from '../../kit/resource.ts';
import { parseBody } from '../../kit/validation.ts';
import { createdShipmentJson } from './answers.ts';
import {
  BATCH_MAX,
  type CreateShipment,
  createShipment,
  createShipmentBatch,
} from './input-schema.ts';
import {
  assertOwnParcel,
  newShipment,
  newShipmentWithWarnings,
  numberingCarrier,
  type Warning,
} from './new-shipment.ts';
import { batchAnswer, createdShipment } from './output-schema.ts';

/** Registering numbers, one or many at once. */
export const registrations = resource(
  { noun: 'shipment', tag: 'Shipments' },
  {
    create: {
      id: 'createShipment',
      method: 'POST',
      path: '/shipments',
      summary: 'Create a shipment',
      description:
        'Registers a number. Registering the same number again returns the same shipment (200), unless its last tracking instance has ended and the order is a different one: then a new instance begins. If you name the carrier, a number of unusual form gets a warning and is not refused.',
      scope: 'shipments:write',
      body: createShipment,
      answers: {
        201: { description: 'Registered.', schema: createdShipment },
        200: { description: 'It was already registered.', schema: createdShipment },
      },
      errors: ['ambiguous_carrier', 'unknown_carrier'],
      example: {
        tracking_number: '9400111202555842332607',
        order_id: '1001',
        destination: { postal_code: '10115', country: 'DE' },
        metadata: { shop: 'berlin' },
        tags: ['spring-sale'],
      },
    },
    createMany: {
      id: 'createShipmentBatch',
      method: 'POST',
      path: '/shipments/batch',
      summary: `Create up to ${BATCH_MAX} shipments`,
      description:
        'Each item is registered or refused on its own, in the given order. Its status is the one a single request would have had.',
      scope: 'shipments:write',
      body: createShipmentBatch,
      answers: { 207: { description: 'One result for each item.', schema: batchAnswer } },
      example: { shipments: [{ tracking_number: '9400111202555842332607', order_id: '1001' }] },
    },
  },
  ({
    tracking,
    registry,
    log,
  }: {
    readonly tracking: TrackingDeps;
    readonly registry: Registry;
    readonly log: Logger;
  }) => {
    async function register(tenant: Tenant, wanted: CreateShipment): Promise<Answer> {
      const { tracking_number: number } = wanted;
      if (number === undefined) return registerUnnumbered(tenant, wanted);
      const { shipment: attributes, warnings } = newShipmentWithWarnings(registry, {
        ...wanted,
        tracking_number: number,
      });
      const registered = await registerShipment(tracking, tenant, attributes);
      const { created, shipment } = assertOwnParcel(registered);
      return answerOf(created, shipment, warnings);
    }
    /** Registers a parcel of the merchant's own couriers, with a new unique number. */
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
        body: createdShipmentJson(shipment, warnings, tracking.publicUrl()),
        headers: { location: `/v1/shipments/${shipment.id}` },
      };
    }
    /** Registers an item; returns the response that it would have had alone. */
    async function registerItem(tenant: Tenant, value: unknown, index: number, requestId: string) {
      try {
        const { status, body } = await register(tenant, parseBody(createShipment, value));
        return { index, status, body };
      } catch (error) {
        const problem = toProblem(error, log);
        const status = STATUS_OF[problem.code];
        return { index, status, problem: problemBody(problem, requestId) };
      }
    }
    return {
      create: ({ tenant, body }) => register(tenant, body),
      createMany: async ({ tenant, body, requestId }) => {
        const items = Array.isArray(body) ? body : body.shipments;
        const data = [];
        // In sequence: a duplicate number in a batch must find the first one.
        for (const [index, value] of items.entries()) {
          data.push(await registerItem(tenant, value, index, requestId));
        }
        return { status: 207, body: { data } };
      },
    };
  },
);
