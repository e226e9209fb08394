// Made from wire.yaml by `npm run generate`; change that file instead.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        TrackingDetail: {
            pin?: string;
            /** @description 1 where the history is at hand. */
            "active-exists"?: string;
            "changed-expected-date"?: string;
            "expected-delivery-date"?: string;
            "destination-postal-id"?: string;
            "service-name"?: string;
            "signature-image-exists"?: string;
            "significant-events"?: components["schemas"]["SignificantEvents"];
        };
        SignificantEvents: {
            occurrence?: components["schemas"]["Occurrence"][];
        };
        Occurrence: {
            /** @description With or without leading zeros. */
            "event-identifier"?: string;
            /** @description YYYY-MM-DD */
            "event-date"?: string;
            /** @description HH:MM:SS */
            "event-time"?: string;
            /** @description EST, PDT, …; empty or a country abroad. */
            "event-time-zone"?: string;
            "event-description"?: string;
            /** @description A city; abroad an office and a country. */
            "event-site"?: string;
            "event-province"?: string;
            "event-retail-name"?: string;
        };
        Messages: {
            message?: components["schemas"]["Message"][];
        };
        Message: {
            code?: string;
            description?: string;
        };
        /** @description A signature-image or a delivery-confirmation-certificate. */
        Document: {
            /** @description Base64. */
            image?: string;
        };
        PostOfficeList: {
            "post-office"?: components["schemas"]["PostOffice"][];
        };
        PostOffice: {
            "office-id"?: string;
            name?: string;
            location?: string;
            /** @description Kilometres. */
            distance?: string;
            address?: components["schemas"]["Address"];
        };
        Address: {
            "office-address"?: string;
            city?: string;
            province?: string;
            "postal-code"?: string;
            latitude?: string;
            longitude?: string;
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
