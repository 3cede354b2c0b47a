import { CURSOR_HEADER } from '@fieldchart/clinical';
import type { HttpAnswer } from '@fieldchart/fhir-sync';
import { base64Encode, utf8Encode } from '@fieldchart/foundation';
import type { ArrivedRequest, SimulatedServer } from './simulatedServer.ts';

export interface AnsweredTwice {
  readonly asked: string;
  readonly double: HttpAnswer;
  readonly real: HttpAnswer;
}

/**
 * The double, and beside it the real server asked the same: devices, cursors and signatures, which differ between the
 * two, are put in the place of each other. Whoever asks is answered by the double.
 */
export async function openLockstep(
  double: SimulatedServer,
  real: SimulatedServer,
  compare: (pair: AnsweredTwice) => void,
): Promise<SimulatedServer> {
  const realDevices = new Map<string, string>();
  /** What only the double understands, and the same for the real server. */
  const words = new Map<string, string>();

  const translate = (request: ArrivedRequest): ArrivedRequest => {
    const [path, cursor] = [request.path, request.headers[CURSOR_HEADER]];
    const asked = new URL(path, 'http://simulated');
    const named = asked.searchParams.get('_cursor');
    if (named !== null) asked.searchParams.set('_cursor', words.get(named) ?? named);
    let body = request.body;
    for (const [ours, theirs] of signatures) body = body?.replaceAll(ours, theirs);
    return {
      ...request,
      deviceId: realDevices.get(request.deviceId) ?? request.deviceId,
      path: `${asked.pathname}${asked.search}`,
      headers: {
        ...request.headers,
        ...(cursor === undefined ? {} : { [CURSOR_HEADER]: words.get(cursor) ?? cursor }),
      },
      ...(body === undefined ? {} : { body }),
    };
  };
  const signatures = new Map<string, string>();
  const data = (jws: string) => base64Encode(utf8Encode(jws));
  await Promise.resolve();

  return {
    ...double,
    async addDevice(practitionerId) {
      const [ours, theirs] = [await double.addDevice(practitionerId), await real.addDevice(practitionerId)];
      realDevices.set(ours.deviceId, theirs.deviceId);
      return {
        ...ours,
        async sign(payload) {
          const jws = await ours.sign(payload);
          signatures.set(data(jws), data(await theirs.sign(payload)));
          return jws;
        },
      };
    },
    async handle(request) {
      const answered = { double: await double.handle(request), real: await real.handle(translate(request)) };
      const [ours, theirs] = [cursorIn(answered.double.body), cursorIn(answered.real.body)];
      if (ours !== undefined && theirs !== undefined) words.set(ours, theirs);
      compare({ asked: `${request.method} ${request.path}`, ...answered });
      return answered.double;
    },
    async setRetention(days) {
      await double.setRetention(days);
      await real.setRetention(days);
    },
    async backUp() {
      await double.backUp();
      await real.backUp();
    },
    async restore() {
      await double.restore();
      await real.restore();
    },
  };
}

function cursorIn(body: string): string | undefined {
  return /_cursor=([^&"]+)/u.exec(body)?.[1];
}
