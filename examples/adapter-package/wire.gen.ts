// Made from wire.yaml by `npm run generate`; change that file instead.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The body of a pull and of a push. */
        ParcelAnswer: {
            number?: string;
            service?: string;
            weight_g?: number;
            /** @description Day of delivery. */
            expected?: string;
            from?: components["schemas"]["Place"];
            to?: components["schemas"]["Place"];
            events?: components["schemas"]["Event"][];
            error?: components["schemas"]["Problem"];
        };
        Event: {
            code?: string;
            text?: string;
            /** @description ISO 8601 with the offset of the place. */
            at?: string;
            place?: components["schemas"]["Place"];
        };
        Place: {
            city?: string;
            postal_code?: string;
            country?: string;
        };
        Problem: {
            code?: string;
        };
        Token: {
            access_token?: string;
            expires_in?: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
