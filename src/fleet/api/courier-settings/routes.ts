import { z } from 'zod';
import { resource } from '../../../http/kit/resource.ts';
import type { SettingsOfCouriers } from '../../couriers/index.ts';
import { courierSettingsChange } from '../../couriers/index.ts';

const courierSettings = z
  .strictObject({
    arriving: z
      .strictObject({
        minutes: z.int().describe('So many minutes before the courier is expected.'),
        metres: z.int().describe('Or so near to the next stop, as the crow flies.'),
      })
      .describe('When recipients are notified that the courier is nearly there.'),
    depot: z
      .strictObject({
        on_leaving: z
          .enum(['nothing', 'out_for_delivery'])
          .describe('What becomes of the parcels of a courier who leaves the home facility.'),
      })
      .describe('Whether coming to a building or leaving it sets a status.'),
    silence: z
      .strictObject({
        minutes: z.int().describe('Without a position or scan for so many minutes.'),
      })
      .describe('When somebody is to look after a courier.'),
  })
  .meta({ id: 'CourierSettings' });

const answers = { 200: { description: 'What applies to your couriers.', schema: courierSettings } };

/** A merchant's settings for its own couriers in one mode. */
export const courierSettingsResource = resource(
  { noun: 'setting', tag: 'Couriers' },
  {
    get: {
      id: 'getCourierSettings',
      method: 'GET',
      path: '/courier-settings',
      summary: 'Get the courier settings',
      scope: 'couriers:read',
      answers,
    },
    update: {
      id: 'updateCourierSettings',
      method: 'PATCH',
      path: '/courier-settings',
      summary: 'Update the courier settings',
      description: 'For the mode of the key. It takes effect within half a minute.',
      scope: 'couriers:write',
      body: courierSettingsChange,
      answers,
      example: { arriving: { minutes: 15, metres: 500 } },
    },
  },
  ({ settings }: { readonly settings: SettingsOfCouriers }) => ({
    get: async ({ tenant }) => ({
      status: 200,
      body: await settings.read(tenant),
    }),
    update: async ({ tenant, body }) => ({
      status: 200,
      body: await settings.change(tenant, body),
    }),
  }),
);
