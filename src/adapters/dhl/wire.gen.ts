// Made from wire.yaml by `npm run generate`; change that file instead.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        UnifiedAddress: {
            /** @example LEIPZIG - GERMANY */
            addressLocality?: string | null;
            postalCode?: string | null;
            countryCode?: string | null;
        };
        UnifiedPlace: {
            address?: components["schemas"]["UnifiedAddress"];
            servicePoint?: components["schemas"]["ServicePoint"];
        };
        ServicePoint: {
            label?: string | null;
        };
        UnifiedEvent: {
            timestamp?: string | null;
            /** @example transit */
            statusCode?: string | null;
            /** @description Code or words */
            status?: string | null;
            description?: string | null;
            remark?: string | null;
            location?: components["schemas"]["UnifiedPlace"];
            pieceIds?: string[];
        };
        UnifiedShipment: {
            id?: string | number;
            service?: string | null;
            origin?: components["schemas"]["UnifiedPlace"];
            destination?: components["schemas"]["UnifiedPlace"];
            /** @description An event */
            status?: unknown;
            events?: components["schemas"]["UnifiedEvent"][];
            details?: components["schemas"]["UnifiedDetails"];
            estimatedTimeOfDelivery?: string | null;
            estimatedDeliveryTimeFrame?: components["schemas"]["TimeFrame"];
            agreedDeliveryDate?: string | null;
            returnFlag?: boolean | null;
        };
        UnifiedDetails: {
            product?: components["schemas"]["Product"];
            proofOfDelivery?: components["schemas"]["Proof"];
            proofOfDeliverySignedAvailable?: boolean | null;
            totalNumberOfPieces?: number | null;
            pieceIds?: string[];
            weight?: components["schemas"]["Weight"];
            /** @description A list */
            references?: unknown;
        };
        Product: {
            productName?: string | null;
        };
        Proof: {
            signatureUrl?: string | null;
            documentUrl?: string | null;
        };
        Weight: {
            value?: number | null;
            /** @example kg */
            unitText?: string | null;
        };
        Reference: {
            number?: string | null;
            type?: string | null;
        };
        TimeFrame: {
            estimatedFrom?: string | null;
            estimatedThrough?: string | null;
        };
        MyDhlShipment: {
            shipmentTrackingNumber?: string;
            /** @description How the query went */
            status?: string | null;
            productCode?: string | null;
            estimatedDeliveryDate?: string | null;
            totalWeight?: number | null;
            /** @example metric */
            unitOfMeasurements?: string | null;
            numberOfPieces?: number | null;
            shipperDetails?: components["schemas"]["MyDhlParty"];
            receiverDetails?: components["schemas"]["MyDhlParty"];
            events?: components["schemas"]["MyDhlEvent"][];
            pieces?: components["schemas"]["MyDhlPiece"][];
        };
        MyDhlParty: {
            serviceArea?: components["schemas"]["ServiceArea"][];
        };
        ServiceArea: {
            /** @example SYD */
            code?: string | null;
            /** @example SYDNEY-AU */
            description?: string | null;
        };
        MyDhlEvent: {
            date?: string | null;
            time?: string | null;
            GMTOffset?: string | null;
            typeCode?: string | null;
            description?: string | null;
            serviceArea?: components["schemas"]["ServiceArea"][];
        };
        MyDhlPiece: {
            trackingNumber?: string | null;
            estimatedDeliveryDate?: string | null;
            events?: components["schemas"]["MyDhlEvent"][];
        };
        AmericasPackage: {
            package?: components["schemas"]["AmericasIds"];
            trackingId?: string | null;
            status?: string | null;
            pickupDetail?: components["schemas"]["AmericasPickup"];
            events?: components["schemas"]["AmericasEvent"][];
        };
        AmericasIds: {
            trackingId?: string | null;
            dhlPackageId?: string | null;
            packageId?: string | null;
        };
        AmericasPickup: {
            pickupAddress?: components["schemas"]["AmericasAddress"];
        };
        AmericasAddress: {
            city?: string | null;
            state?: string | null;
            postalCode?: string | null;
            country?: string | null;
        };
        AmericasEvent: {
            date?: string | null;
            time?: string | null;
            /** @example ET */
            timeZone?: string | null;
            primaryEventId?: string | number | null;
            primaryEventDescription?: string | null;
            /** @example Austin, TX, US */
            location?: string | null;
            /** @description "0" when unknown. */
            postalCode?: string | null;
            country?: string | null;
        };
        Push: {
            /** @example subscription.push */
            scope?: string;
            /** @description Address of the subscription. */
            self?: string;
            /** @description Of subscription.validate; used once. */
            secret?: string;
            failure?: components["schemas"]["Problem"];
        };
        /** @description Answer of Unified Push to a new subscription; public clients differ on its name. */
        Subscription: {
            subscriptionId?: string;
            id?: string;
            self?: string;
            expires?: string;
        };
        /** @description MyDHL 3.1.1, electronic proof of delivery. */
        ExpressPod: {
            documents?: components["schemas"]["ExpressPodDocument"][];
        };
        ExpressPodDocument: {
            /** @description Base64 of a PDF. */
            content?: string;
        };
        Problem: {
            title?: string | null;
            detail?: string | null;
            status?: string | number | null;
            instance?: string | null;
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
