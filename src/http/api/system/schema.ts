import { z } from 'zod';

export const healthy = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' });

export const readiness = z
  .strictObject({
    status: z.enum(['ready', 'degraded', 'not_ready']),
    not_ready: z.array(z.string()).meta({ description: 'Why it is not ready.' }),
    degraded: z.array(z.string()).meta({ description: 'Problems that do not prevent serving.' }),
  })
  .meta({ id: 'Readiness' });

export const openapiDescription = z
  .looseObject({ openapi: z.string(), info: z.looseObject({}), paths: z.looseObject({}) })
  .meta({ id: 'OpenApiDescription' });
