// Made from wire.yaml by `npm run generate`; change that file instead.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        TrackAnswer: {
            trackResponse?: {
                shipment?: components["schemas"]["Shipment"][];
            };
        };
        /** @description The envelope of every UPS API. */
        ErrorAnswer: {
            response?: {
                errors?: components["schemas"]["Coded"][];
            };
        };
        Coded: {
            code?: string;
            message?: string;
        };
        Shipment: {
            inquiryNumber?: string;
            package?: components["schemas"]["Package"][];
            warnings?: components["schemas"]["Coded"][];
        };
        Package: {
            trackingNumber?: string;
            activity?: components["schemas"]["Activity"][];
            currentStatus?: components["schemas"]["Status"];
            deliveryDate?: components["schemas"]["DeliveryDate"][];
            deliveryTime?: components["schemas"]["DeliveryTime"];
            /** @description Read for the presence of its members only. */
            deliveryInformation?: {
                signature?: {
                    [key: string]: unknown;
                };
                pod?: {
                    [key: string]: unknown;
                };
                deliveryPhoto?: {
                    [key: string]: unknown;
                };
            };
            packageAddress?: components["schemas"]["PackageAddress"][];
            service?: {
                code?: string;
                description?: string;
            };
            weight?: {
                /** @description Sent as text. */
                weight?: number;
                unitOfMeasurement?: string;
            };
            packageCount?: number;
            alternateTrackingNumber?: components["schemas"]["AlternateNumber"][];
        };
        Activity: {
            /** @description YYYYMMDD, local to the place */
            date?: string;
            /** @description HHMMSS, local to the place */
            time?: string;
            gmtDate?: string;
            /** @description HHMMSS, HH:MM:SS, or without its leading zero */
            gmtTime?: string;
            gmtOffset?: string;
            status?: components["schemas"]["Status"];
            logicalScan?: boolean;
            location?: {
                address?: components["schemas"]["Address"];
                slic?: string;
            };
        };
        Status: {
            type?: string;
            /** @description Two characters; in currentStatus often the three digits. */
            code?: string;
            /** @description Three digits. */
            statusCode?: string;
            description?: string;
        };
        DeliveryDate: {
            type?: string;
            date?: string;
        };
        DeliveryTime: {
            type?: string;
            startTime?: string;
            endTime?: string;
        };
        PackageAddress: {
            type?: string;
            address?: components["schemas"]["Address"];
        };
        AlternateNumber: {
            type?: string;
            number?: string;
        };
        Address: {
            city?: string;
            stateProvince?: string;
            postalCode?: string;
            countryCode?: string;
        };
        /** @description One event of one parcel; an empty text stands for absence. */
        TrackAlert: {
            trackingNumber?: string;
            localActivityDate?: string;
            localActivityTime?: string;
            gmtActivityDate?: string;
            gmtActivityTime?: string;
            /** @description With a dot */
            gmtOffset?: string;
            activityLocation?: {
                city?: string;
                stateProvince?: string;
                postalCode?: string;
                country?: string;
            };
            activityStatus?: {
                type?: string;
                code?: string;
                description?: string;
                /** @description Three digits. */
                descriptionCode?: string;
            };
            scheduledDeliveryDate?: string;
            deliveryStartTime?: string;
            deliveryEndTime?: string;
            /** @description Read for its presence only. */
            deliveryPhoto?: string;
            alternateTrackingNumber?: string;
        };
        /** @description Of the token endpoint (OAuthClientCredentials.yaml); every member is a text. */
        Token: {
            access_token?: string;
            /** @description Sent as text. */
            expires_in?: number;
        };
        /** @description Of a Track Alert subscription (UPSTrackAlert.yaml). */
        SubscribeAnswer: {
            validTrackingNumbers?: string[];
            invalidTrackingNumbers?: string[];
        };
        /** @description A package asked for with returnSignature and returnPOD; images in Base64. */
        ProofPackage: {
            trackingNumber?: string;
            deliveryInformation?: {
                signature?: {
                    image?: string;
                };
                pod?: {
                    content?: string;
                };
                deliveryPhoto?: {
                    photo?: string;
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
