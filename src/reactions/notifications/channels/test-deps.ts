import { manualClock, systemRandom } from '../../../platform/clock.ts';
import type { Egress } from '../../../platform/net/egress.ts';
import { createHttpClient, type HttpClient } from '../../../platform/net/http-client.ts';
import { trustedConnect } from './exchange.ts';
import { openMailbox } from './mailbox/mailbox.ts';
import type { ChannelDeps } from './plugin.ts';

/** A timeout that is never reached, on any machine. */
const TIMEOUT_MS = 60_000;

/** A stand-in for channels that must not send requests to untrusted URLs. */
const NO_POST: Pick<Egress, 'post' | 'checkUrl'> = {
  post: async () => ({
    kind: 'refused',
    reason: 'address',
    detail: 'webhooks.usePublicAddress',
  }),
  checkUrl: async () => null,
};

/**
 * The dependencies of a channel in its own test; servers close connections before anybody waits for
 * long.
 */
export function testDeps(over: Partial<ChannelDeps> = {}): ChannelDeps {
  const http: HttpClient = createHttpClient({ timeoutMs: TIMEOUT_MS, keepAlive: false });
  return {
    http,
    freshHttp: http,
    post: NO_POST,
    connect: trustedConnect(TIMEOUT_MS),
    trusted: true,
    apiUrl: null,
    timeoutMs: TIMEOUT_MS,
    deliveryStatusUrl: () => null,
    mailbox: openMailbox('/nowhere'),
    clock: manualClock(TEST_NOW_MS),
    randomBytes: systemRandom,
    ...over,
  };
}

/**
 * A self-signed certificate for `localhost` and its private key, valid from 2020 to 2099. They are
 * public and protect nothing.
 */
export const TEST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIDKDCCAhCgAwIBAgIBATANBgkqhkiG9w0BAQsFADAwMRIwEAYDVQQDDAlsb2Nh
bGhvc3QxGjAYBgNVBAoMEVdheWJpbGwgdGVzdCBvbmx5MCAXDTIwMDEwMTAwMDAw
MFoYDzIwOTkxMjMxMjM1OTU5WjAwMRIwEAYDVQQDDAlsb2NhbGhvc3QxGjAYBgNV
BAoMEVdheWJpbGwgdGVzdCBvbmx5MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIB
CgKCAQEAxA9MfgNcYOJJyQ0/DqLn+7aOeDdK/QCSDJesFQfPyCXzbPudt7aBT3Hg
i399Q7sqQ28PgrM/6ra9ywK2SDPVjNNvVsaxiTWF5WSunebWI8fJRuI39ZaZl53J
cNqx4Ziv3stiF1Eo3/zyY71eSGbhnSXvs6K/lhjBUj43UbVsc6ClpAo36wvvlUhn
gr4Rm43ZFxeTcRK6nx3ftyzLZlGXATVSBc0+Pdslb52NAB0LPLDZM/IOVy8U/Bbr
FWWpR1rw46MHBm0HiOJpr6KZnhdFuTmdLXTbo7KFsR8sM5860tQ/zNzYlK+Mczt0
8M+/wZBGQbiw0jva2IulrX+0kiMP1QIDAQABo0swSTAaBgNVHREEEzARgglsb2Nh
bGhvc3SHBH8AAAEwDAYDVR0TBAUwAwEB/zAdBgNVHQ4EFgQUWiw7nPxlH1fSgtH9
xK/Xa0h8hf8wDQYJKoZIhvcNAQELBQADggEBAMLxoUsvjya7SE9/YuQ5bKo3wFRp
YnG1AVQvcaET2neiY+OdFkn2yADaBCNhFM4dkyVhSDhZHwubZLVoLaNFPG29IKzK
FyYfOAZepHvHKbOnWaxvygr5nhquQCqL2Vyp5TBRwRcWeya2rEVgRW286aPkHcxK
snabOORpEH4Ik0GhKu6MnSza/o372GQUGtxWvdew5BDKdpXEfh42uASmLSkP+BE7
XlGYC/mWDDC6qrK0+CsjkpE3mzmwex8KCDMoTL6BZBhxeySBuc7VsTU5RU0/VEYa
Lt+7FVVKdPYlCzK5kz/BvDHu4GBvUvpXbC343CpYogq1L7VjD9aRPC/UP44=
-----END CERTIFICATE-----
`;

export const TEST_PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDED0x+A1xg4knJ
DT8Oouf7to54N0r9AJIMl6wVB8/IJfNs+523toFPceCLf31DuypDbw+Csz/qtr3L
ArZIM9WM029WxrGJNYXlZK6d5tYjx8lG4jf1lpmXnclw2rHhmK/ey2IXUSjf/PJj
vV5IZuGdJe+zor+WGMFSPjdRtWxzoKWkCjfrC++VSGeCvhGbjdkXF5NxErqfHd+3
LMtmUZcBNVIFzT492yVvnY0AHQs8sNkz8g5XLxT8FusVZalHWvDjowcGbQeI4mmv
opmeF0W5OZ0tdNujsoWxHywznzrS1D/M3NiUr4xzO3Twz7/BkEZBuLDSO9rYi6Wt
f7SSIw/VAgMBAAECggEAAY8UKx1VrL9LLccX3dbDKFM4SD8O/lluJez78exG5nhg
pFH/VW3RLViGvRV9OcZS5zIi2FdYXwJeiN+NYUN4LWYFSxHVUxSUjFblhilJHiLV
v+mheaNU3n/PcoeSfd8wpGKGlvo8GIt+NLDMv2rIjV+YJhMrG+WZD9f+F4Zf903D
IWi4znXLmJ6zsuw8wGjfNTDslAY/g7kQp2QLlRC1Q07QGmatrI7xjy3+D8TDdtLO
aNRVoW0ILzY5oYqpHYpr02kAthQoO0E9gHlUcGjwl4VaDUMtzWMpsnbyx/ZMoBPY
H41jdcg5I0rC1ksYl6wsXK+RQiRZ+a0ZopN4wJtoCQKBgQDz+vo3ATpQdT/2UiQ3
wtDyzU3lzIRSjxs3y47E+dYQS0TozEzzXRWbzfhlD2YN7vz6OVEIGjiQa2/5aN+u
7HIbkID/ESHrWCv41YJvJATCZ87CHgCq4VgFqijZ5GvBU1jWIy33kR2HLPOpyS2u
7tpvlD+Nyh7Z5ouUZGYzx/dhSQKBgQDNt/U6qbMz5lgRDP1VNPTFUzSWqKB4pyxg
lr7DVx4jLGZ+8oA51pIbnVVzgrAOfCkG4zl3P0AjP9gPROY3PetKrYxDrPRbq9qj
qVBduyL3KvB+L/9bwnfRAOO6KzJsd74X6ZOmSVas1Wes9QW8Z2OUc0q9Kt86TPRk
EDDVe6VGLQKBgF+9K7Sr6asq52eMQiQTcZTllVzIjWAsQdz6JtMKysJoFulXShbx
fwo9n+xgR4bOMj0qgq6wQ2QAlNcFHUlyBTDl2oi8u1ezqMWjWuSr+KYkwBCSX2au
uLC4XgFqzhH119VnxqDwM+sYa6FDjYaoudSxEuNb3hFZk4ouf6BwJpXpAoGBAMME
kUV7epbI1tPTLJWKDkDCECiC0x2N3VPzlAQ6oidWABR4b3ZlIz1qeYd3bM9OhNYy
sleJbpP8Aib3egcEe/nfbAj7/OqqkCp2Z+lzbkJCQppdhgbG5C8OWNQz/yk0mtCw
bXhGLhTKee5MmZNxr8UbRs7txZDPQx9Y+fJntNZBAoGBALk3GI0WhseH+k2lNWW1
uS77L9FfQ7qp9I7+L5IlYRZGymKyeMkbFqG7OvJ0oaRgCqB6bOnvxKmINOyDBkFo
e56gMjhTMG5vaRZC4SC1dcxl1YcD1G3fjY3PR1ghaysafFDkzkwu51YVnaVtZmfy
ANXxZf1Gs7y+RLg0pD950vMv
-----END PRIVATE KEY-----
`;

/** The time at which the suite of channels runs. */
export const TEST_NOW_MS = Date.UTC(2026, 5, 10, 12, 0, 0);
