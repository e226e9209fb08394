import { operation } from '../../kit/operation.ts';
import { newRoutePlan, routePlan } from './schema.ts';

export const planRoutesOperation = operation({
  id: 'planRoutes',
  method: 'POST',
  path: '/routes/plan',
  tag: 'Deliveries',
  summary: 'Plan delivery routes',
  description:
    'Rounds for one vehicle or several: every stop once, within its window and within what the vehicles carry, in the least time on the road. What cannot be met is left out and says why. Stores nothing unless `apply` is true.',
  scope: 'couriers:write',
  body: newRoutePlan,
  answers: { 200: { description: 'The plan.', schema: routePlan } },
  errors: ['conflict'],
  example: {
    start: { lat: 53.5436, lng: 9.9885 },
    end: { lat: 53.5436, lng: 9.9885 },
    vehicle: 'van',
    departs_at: '2026-03-10T09:00:00+01:00',
    stops: [
      {
        id: 'order-2001',
        lat: 53.5453,
        lng: 9.9467,
        window: { from: '2026-03-10T10:00:00+01:00', to: '2026-03-10T12:00:00+01:00' },
        service_s: 120,
      },
      { id: 'order-2002', lat: 53.5561, lng: 9.9899 },
    ],
  },
});

export const routePlanOperations = [planRoutesOperation];
