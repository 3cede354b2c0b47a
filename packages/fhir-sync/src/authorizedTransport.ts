import { instantToMilliseconds } from '@fieldchart/clinical';
import { type Clock, type Random, CodedError, randomUuid } from '@fieldchart/foundation';
import type { HttpAnswer, HttpRequest, HttpTransport } from './httpTransport.ts';
import { isJsonObject, parseJson, textOf } from './json.ts';
import { parseHttpDate } from './serverTime.ts';

export interface AuthorizedTransportOptions {
  readonly transport: HttpTransport;
  readonly clock: Clock;
  readonly random: Random;
  readonly deviceId: string;
  /** The server's base address, without a slash at its end: part of the audience. */
  readonly baseUrl: string;
  /** Signs the claims with the device's key and returns the compact JWT (ES384, kid = device id). */
  readonly sign: (claims: Readonly<Record<string, unknown>>) => Promise<string>;
  /** The provider withdrew this device: it may send sealed work and acknowledge its erasure, nothing else. */
  readonly onWithdrawn: (withdrawal: Withdrawal) => void;
  /** How far this device's clock is behind the server's, in milliseconds, whenever it was learnt. */
  readonly onClockOffset?: (offsetMs: number) => void;
}

export interface Withdrawal {
  /** What the device holds is to be destroyed. */
  readonly erase: boolean;
  /** Good for the two requests that are left, for days: the device's own key goes before they are made. */
  readonly accessToken: string;
}

interface Token {
  readonly text: string;
  readonly goodUntil: number;
}

interface Granted {
  readonly text: string;
  readonly expiresInMs: number;
  readonly withdrawal: Withdrawal | null;
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** All that the app may use; the server grants what of it the role has. */
const scope = 'user/*.cruds device/audit device/sealed-work access/emergency desk/review';
const assertionSeconds = 120;
/** A token is not used in its last half minute: the request has to arrive, too. */
const marginMs = 30_000;

/**
 * Adds an access token to every request (private_key_jwt, RFC 7523). The token lives in memory only; it is
 * renewed before it ends, and once more when the server answers 401. If no token is to be had, the token
 * endpoint's own answer is returned, so that a refused device sees 401 and a busy server its 429 or 5xx.
 */
export function createAuthorizedTransport(options: AuthorizedTransportOptions): HttpTransport {
  const { transport, clock } = options;
  let token: Token | undefined;
  let asking: Promise<Token | HttpAnswer> | undefined;
  /** What to add to this device's clock to get the server's: the claims are judged by the server's. */
  let offsetMs = 0;

  const learnTime = (serverTime: number | undefined) => {
    if (serverTime === undefined) return;
    offsetMs = serverTime - clock.now();
    options.onClockOffset?.(offsetMs);
  };

  const postAssertion = async (): Promise<HttpAnswer> => {
    const issuedAt = Math.floor((clock.now() + offsetMs) / 1000);
    const assertion = await options.sign({
      iss: options.deviceId,
      sub: options.deviceId,
      aud: `${options.baseUrl}/auth/token`,
      jti: randomUuid(options.random),
      iat: issuedAt,
      exp: issuedAt + assertionSeconds,
    });
    const form = {
      grant_type: 'client_credentials',
      client_assertion_type: assertionType,
      client_assertion: assertion,
      scope,
    };
    return transport.request({
      method: 'POST',
      path: '/auth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: Object.entries(form)
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join('&'),
      timeoutMs: 30_000,
    });
  };

  const askForToken = async (): Promise<Token | HttpAnswer> => {
    let answer = await postAssertion();
    if (readSkew(answer) !== undefined) {
      learnTime(readSkew(answer));
      answer = await postAssertion();
    }
    if (answer.status !== 200) return answer;
    const granted = readToken(answer);
    // A captive portal answers 200 with a page of its own: as good as no answer.
    if (granted === undefined) throw new CodedError('SYNC_NO_TOKEN', 'The token endpoint gave no token');
    learnTime(parseHttpDate(answer.headers['date'] ?? ''));
    if (granted.withdrawal !== null) {
      options.onWithdrawn(granted.withdrawal);
      // Nothing that waits was judged: as if there were no token at all.
      return { status: 401, headers: {}, body: '' };
    }
    return { text: granted.text, goodUntil: clock.now() + granted.expiresInMs - marginMs };
  };

  const currentToken = async (): Promise<Token | HttpAnswer> => {
    if (token !== undefined && clock.now() < token.goodUntil) return token;
    asking ??= askForToken().finally(() => {
      asking = undefined;
    });
    const asked = await asking;
    token = 'text' in asked ? asked : undefined;
    return asked;
  };

  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    const current = await currentToken();
    if (!('text' in current)) return current;
    const answer = await transport.request({
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${current.text}` },
    });
    // Another request may have renewed it meanwhile: only the refused one is dropped.
    if (answer.status === 401 && token?.text === current.text) token = undefined;
    return answer;
  };

  return {
    async request(request) {
      const hadToken = token !== undefined;
      const answer = await send(request);
      return answer.status === 401 && hadToken ? send(request) : answer;
    },
  };
}

function readSkew(answer: HttpAnswer): number | undefined {
  const json = parseJson(answer.body);
  if (!isJsonObject(json) || json['error'] !== 'clock_skew') return undefined;
  return (
    instantToMilliseconds(textOf(json['server_time']) ?? '') ?? parseHttpDate(answer.headers['date'] ?? '')
  );
}

function readToken(answer: HttpAnswer): Granted | undefined {
  const json = parseJson(answer.body);
  if (!isJsonObject(json)) return undefined;
  const text = textOf(json['access_token']);
  const seconds = json['expires_in'];
  return text === undefined || typeof seconds !== 'number'
    ? undefined
    : {
        text,
        expiresInMs: seconds * 1000,
        withdrawal:
          json['device_status'] === 'revoked' ? { erase: json['erase'] === true, accessToken: text } : null,
      };
}
