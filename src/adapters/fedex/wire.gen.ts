// Made from wire.yaml by `npm run generate`; change that file instead.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The body of a pull and of a push; a push also carries outputMetaData. */
        TrackAnswer: {
            outputMetaData?: unknown[];
            output?: components["schemas"]["TrackOutput"];
            errors?: components["schemas"]["ApiError"][];
        };
        ApiError: {
            code?: string;
            message?: string;
        };
        /** @description Of the token endpoint; `error` after RFC 6749, as some clients met it. */
        Token: {
            access_token?: string;
            expires_in?: number;
            error?: string;
            errors?: components["schemas"]["ApiError"][];
        };
        /** @description Of /track/v1/trackingdocuments. */
        DocumentAnswer: {
            output?: {
                /** @description In Base64. */
                document?: string[];
                /** @description Seen by clients. */
                documents?: string[];
            };
        };
        /** @description Of Tracking Number Subscription; its members' names are unverified. */
        JobAnswer: {
            output?: {
                jobId?: string;
                jobID?: string;
                jobStatus?: string;
                status?: string;
            };
        };
        TrackOutput: {
            completeTrackResults?: components["schemas"]["CompleteTrackResult"][];
            alerts?: components["schemas"]["ApiError"][];
        };
        CompleteTrackResult: {
            /** @description The number as it was asked for. */
            trackingNumber?: string;
            trackResults?: components["schemas"]["TrackResult"][];
        };
        /** @description One life of the number; a recycled number has several. */
        TrackResult: {
            trackingNumberInfo?: {
                trackingNumber?: string;
                trackingNumberUniqueId?: string;
            };
            error?: components["schemas"]["ApiError"];
            latestStatusDetail?: components["schemas"]["LatestStatus"];
            scanEvents?: components["schemas"]["ScanEvent"][];
            dateAndTimes?: components["schemas"]["DateAndTime"][];
            estimatedDeliveryTimeWindow?: {
                window?: components["schemas"]["TimeWindow"];
            };
            serviceDetail?: {
                type?: string;
            };
            packageDetails?: {
                count?: string;
                weightAndDimensions?: {
                    weight?: components["schemas"]["Weight"][];
                };
            };
            availableImages?: {
                type?: string;
            }[];
            additionalTrackingInfo?: {
                packageIdentifiers?: components["schemas"]["PackageIdentifier"][];
            };
            shipperInformation?: components["schemas"]["Party"];
            recipientInformation?: components["schemas"]["Party"];
            lastUpdatedDestinationAddress?: components["schemas"]["Address"];
            originLocation?: components["schemas"]["Location"];
            destinationLocation?: components["schemas"]["Location"];
        };
        LatestStatus: {
            code?: string;
            derivedCode?: string;
            description?: string;
            /** @description In the language asked for. */
            statusByLocale?: string;
            ancillaryDetails?: {
                reason?: string;
            }[];
        };
        ScanEvent: {
            /** @description ISO 8601 with the offset of the place. */
            date?: string;
            eventType?: string;
            derivedStatusCode?: string;
            /** @description Empty for none. */
            exceptionCode?: string;
            eventDescription?: string;
            exceptionDescription?: string;
            scanLocation?: components["schemas"]["Address"];
            locationId?: string;
        };
        DateAndTime: {
            type?: string;
            dateTime?: string;
        };
        TimeWindow: {
            begins?: string;
            ends?: string;
        };
        Weight: {
            /** @description Sent as text. */
            value?: number;
            unit?: string;
        };
        PackageIdentifier: {
            type?: string;
            /** @description The description's spelling. */
            value?: string[];
            /** @description The spelling of live data. */
            values?: string[];
        };
        Party: {
            address?: components["schemas"]["Address"];
        };
        Location: {
            locationContactAndAddress?: components["schemas"]["Party"];
        };
        Address: {
            city?: string;
            stateOrProvinceCode?: string;
            postalCode?: string;
            countryCode?: string;
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
