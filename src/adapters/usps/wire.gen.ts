// Made from wire.yaml by `npm run generate`; change that file instead.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        TrackingEvent: {
            /** @description Words of the event. */
            eventType?: string | null;
            /** @description Two characters; leading zeros count. */
            eventCode?: string | null;
            /** @description Wall clock; a trailing Z is wrong. */
            eventTimestamp?: string | null;
            /** @description UTC clock */
            GMTTimestamp?: string | null;
            /**
             * @example -06:00
             * @example -7:00
             */
            GMTOffset?: string | null;
            /** @description A city or the name of a facility. */
            eventCity?: string | null;
            eventState?: string | null;
            /** @description v3. */
            eventZIP?: string | null;
            /** @description v3r2 and push. */
            eventZIPCode?: string | null;
            /** @description Empty means United States. */
            eventCountry?: string | null;
            /** @description Not in the description. */
            deliveryAttributeCode?: string | null;
        };
        DeliveryDateExpectation: {
            expectedDeliveryDate?: string | null;
            predictedDeliveryDate?: string | null;
            /** @example 13:15:00 */
            predictedDeliveryWindowStartTime?: string | null;
            predictedDeliveryWindowEndTime?: string | null;
            guaranteedDeliveryDate?: string | null;
            /** @example 9:00 pm */
            endOfDay?: string | null;
        };
        Detail: {
            trackingNumber?: string;
            status?: string | null;
            statusCategory?: string | null;
            statusSummary?: string | null;
            /** @description v3r2 */
            statusCode?: string | null;
            error?: components["schemas"]["ErrorBody"];
            /** @description Holds HTML markup. */
            mailClass?: string | null;
            uniqueMailPieceID?: string | null;
            /** @description The spelling of the spec. */
            uniqueMailPieceId?: string | null;
            mailPieceIntakeDate?: string | null;
            proofOfDeliveryEnabled?: string | boolean | null;
            originCity?: string | null;
            originState?: string | null;
            originZIP?: string | null;
            originZIPCode?: string | null;
            originCountry?: string | null;
            destinationCity?: string | null;
            destinationState?: string | null;
            destinationZIP?: string | null;
            destinationZIPCode?: string | null;
            destinationCountryCode?: string | null;
            expectedDeliveryTimeStamp?: string | null;
            expectedDeliveryDate?: string | null;
            expectedDeliveryTime?: string | null;
            predictedDeliveryDate?: string | null;
            /** @example 1:15 pm */
            predictedDeliveryWindowStartTime?: string | null;
            predictedDeliveryWindowEndTime?: string | null;
            guaranteedDeliveryTimeStamp?: string | null;
            guaranteedDeliveryDate?: string | null;
            endOfDay?: string | null;
            deliveryDateExpectation?: components["schemas"]["DeliveryDateExpectation"];
            trackingEvents?: components["schemas"]["TrackingEvent"][];
            eventSummaries?: string[];
        };
        ErrorBody: {
            code?: string | null;
            /** @description Begins with a number such as "12:". */
            message?: string | null;
            errors?: components["schemas"]["ErrorItem"][];
        };
        ErrorItem: {
            /** @example 150001 */
            code?: string | null;
            title?: string | null;
        };
        Push: {
            subscriptionType?: string | null;
            timestamp?: string;
            /** @description JSON of one Detail */
            payload?: string;
            challenge?: string | null;
        };
        /** @description Of the token endpoint; `error` after RFC 6749 when it refuses. */
        Token: {
            access_token?: string;
            /** @description Seconds; some answers quote it. */
            expires_in?: number | string;
            /** @description Granted scopes */
            scope?: string;
            /** @example invalid_client */
            error?: string;
        };
        /** @description After a public client that "confirmed live" in June 2026; shape unverified. */
        Subscription: {
            subscriptionId?: string;
            /** @description USPS repeats the secret it was given. */
            secret?: string;
            /**
             * @example ENABLED
             * @example SUSPENDED
             */
            status?: string;
            subscriptionStatus?: string;
            state?: string;
        };
        /** @description SUMMARY as the example in USPS/api-examples has it. */
        WrappedSummary: {
            TrackResults?: {
                TrackInfo?: {
                    /** @description The number. */
                    "@ID"?: string;
                    /** @description A sentence. */
                    TrackSummary?: string;
                };
            };
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
