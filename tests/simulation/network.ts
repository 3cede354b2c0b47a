import type { HttpAnswer, HttpRequest, HttpTransport } from '@fieldchart/fhir-sync';
import type { FaultKind, PlannedFault } from './plan.ts';
import type { Scheduler } from './scheduler.ts';
import { answerWhenThereIsNews } from './longPoll.ts';
import type { SimulatedServer } from './server/simulatedServer.ts';

/** Between devices and server: every way of a request and of its answer is a turn of the scheduler. */
export interface Network {
  /** The way of one device. */
  connect(device: ConnectedDevice): HttpTransport;
  /** From now on nothing goes wrong. */
  calm(): void;
  /** Nothing is answered until then, and what is under way breaks off. */
  restartServer(forMs: number): void;
  readonly faultsMet: ReadonlyMap<FaultKind, number>;
}

export interface ConnectedDevice {
  readonly name: string;
  readonly index: number;
  deviceId(): string;
  online(): boolean;
}

export interface NetworkOptions {
  readonly scheduler: Scheduler;
  readonly server: SimulatedServer;
  readonly faults: readonly PlannedFault[];
  readonly latencyMs: number;
  /** Called with everything that leaves a device, and after everything that the server did. */
  readonly onSent: (device: ConnectedDevice, request: HttpRequest) => void;
  readonly onServed: (request: HttpRequest, status: number) => Promise<void>;
  /** Changes with everything that the server writes. */
  readonly written: () => number;
}

const json = 'application/fhir+json';

export function createNetwork(options: NetworkOptions): Network {
  const { scheduler, server } = options;
  const planned = new Map(options.faults.map((fault) => [`${fault.device} ${fault.request}`, fault]));
  const faultsMet = new Map<FaultKind, number>();
  let calm = false;
  let downUntil = 0;
  let starts = 0;
  const latency = () => scheduler.between(5, options.latencyMs);

  const serve = async (device: ConnectedDevice, request: HttpRequest): Promise<HttpAnswer> => {
    const start = starts;
    if (scheduler.now() < downUntil) throw lost('connection refused');
    const { method, path, headers, body } = request;
    const arrived = { deviceId: device.deviceId(), method, path, headers };
    const answer = await answerWhenThereIsNews({
      scheduler,
      handle: (asked) => server.handle(asked),
      written: options.written,
      goesOn: () => start === starts,
      request: body === undefined ? arrived : { ...arrived, body },
      label: device.name,
    });
    await options.onServed(request, answer.status);
    scheduler.note(
      `server ${device.name} ${method} ${pathOf(path)} ${String(answer.status)} ${print(answer.body)}`,
    );
    if (start !== starts) throw lost('connection reset');
    return answer;
  };

  /** There and back, if nothing befalls it. */
  const exchange = async (
    device: ConnectedDevice,
    request: HttpRequest,
    label: string,
    delays: { there?: number; back?: number } = {},
  ): Promise<HttpAnswer> => {
    await scheduler.turn(`${label} arrives`, delays.there ?? latency());
    const answer = await serve(device, request);
    await scheduler.turn(`${label} answer`, delays.back ?? latency());
    return answer;
  };

  const meet = async (
    fault: PlannedFault,
    device: ConnectedDevice,
    request: HttpRequest,
    label: string,
  ): Promise<HttpAnswer> => {
    const { kind, dice } = fault;
    const answerInstead = async (status: number, headers: Record<string, string>, body: string) => {
      await scheduler.turn(`${label} ${kind}`, latency());
      return { status, headers, body };
    };
    switch (kind) {
      case 'request-lost':
        await scheduler.turn(`${label} lost`, latency());
        throw lost(kind);
      case 'answer-lost':
        await exchange(device, request, label);
        throw lost(kind);
      case 'duplicated':
        exchange(device, request, `${label} again`, { there: dice * 60_000 }).catch(() => undefined);
        return await exchange(device, request, label);
      case 'request-late':
        return await exchange(device, request, label, { there: 10_000 + dice * 120_000 });
      case 'answer-late':
        return await exchange(device, request, label, { back: 10_000 + dice * 120_000 });
      case 'truncated': {
        const answer = await exchange(device, request, label);
        return { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length * dice)) };
      }
      case 'portal':
        return await answerInstead(200, { 'content-type': 'text/html' }, '<html>Sign in to WiFi</html>');
      case 'proxy-refusal':
        return await answerInstead(
          dice < 0.5 ? 403 : 404,
          { 'content-type': 'text/html' },
          '<html>No</html>',
        );
      case 'bundle-refused':
        // Only a bundle can be refused by what stands before the server; a read is answered as it is.
        if (request.method !== 'POST') return await exchange(device, request, label);
        return await answerInstead(400, { 'content-type': json }, outcome);
      case 'unauthorised':
        return await answerInstead(401, { 'content-type': json }, outcome);
      case 'timeout':
        await exchange(device, request, label);
        return { status: 408, headers: {}, body: '' };
      case 'too-large':
        if (request.method !== 'POST') return await exchange(device, request, label);
        return await answerInstead(413, {}, '');
      case 'busy':
        return await answerInstead(429, { 'retry-after': String(Math.ceil(dice * 20)) }, '');
      case 'server-fault':
        return await answerInstead(500 + Math.floor(dice * 5), {}, '');
      case 'gateway-fault': {
        await exchange(device, request, label);
        return {
          status: dice < 0.5 ? 502 : 504,
          headers: { 'content-type': 'text/html' },
          body: '<html></html>',
        };
      }
    }
  };

  return {
    faultsMet,
    calm() {
      calm = true;
      downUntil = 0;
    },
    restartServer(forMs) {
      starts += 1;
      downUntil = scheduler.now() + forMs;
    },
    connect(device) {
      let requests = 0;
      return {
        request(request) {
          const number = requests;
          requests += 1;
          const label = `${device.name} #${String(number)}`;
          return new Promise<HttpAnswer>((resolve, reject) => {
            const overdue = scheduler.after(request.timeoutMs, `${label} timeout`, () =>
              reject(lost('timeout')),
            );
            const send = async () => {
              await scheduler.turn(
                `${label} ${request.method} ${pathOf(request.path)} leaves`,
                scheduler.between(0, 20),
              );
              if (!device.online()) throw lost('offline');
              options.onSent(device, request);
              scheduler.note(`sent ${print(request.body ?? '')}`);
              const fault = calm ? undefined : planned.get(`${device.index} ${number}`);
              if (fault === undefined) return await exchange(device, request, label);
              faultsMet.set(fault.kind, (faultsMet.get(fault.kind) ?? 0) + 1);
              return await meet(fault, device, request, label);
            };
            send()
              .then((answer) => (device.online() ? resolve(answer) : reject(lost('offline'))), reject)
              .finally(overdue);
          });
        },
      };
    },
  };

  function print(body: string): string {
    // Tokens and signatures of the real server say different bytes each time.
    return server.kind === 'real' ? '' : `${String(body.length)}:${digest(body)}`;
  }
}

const outcome = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'security', diagnostics: 'something before the server said no' }],
});

function lost(why: string): TypeError {
  return new TypeError(why);
}

/** Without the query: cursors of the real server differ between runs. */
function pathOf(path: string): string {
  return path.replace(/\?.*$/u, '');
}

/** FNV-1a, 32 bits: enough to tell two runs apart. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16);
}
