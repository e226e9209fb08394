interface AwsRequest {
  readonly service: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Returns the headers of a request with its signature (AWS Signature Version 4). */
export async function signAwsRequest(
  { service, region, credentials, method, url, headers, body }: AwsRequest,
  nowMs: number,
): Promise<Record<string, string>> {
  // Most hubs call no AWS API, so the packages are loaded for the first request.
  const [{ Sha256 }, { SignatureV4 }] = await Promise.all([
    import('@aws-crypto/sha256-js'),
    import('@smithy/signature-v4'),
  ]);
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const signed = await signer.sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      path: url.pathname,
      query: {},
      headers: { host: url.host, ...headers },
      ...(body === undefined ? {} : { body }),
    },
    { signingDate: new Date(nowMs) },
  );
  return signed.headers;
}
